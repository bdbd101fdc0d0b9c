"""Write the valid rows of a file to one file and the invalid rows to another, with the failed checks first."""

import tempfile
from pathlib import Path

from trueline import Schema

schema = Schema.from_file("examples/schemas/transactions.yaml")
with tempfile.TemporaryDirectory() as folder:
    good, bad = Path(folder, "good.csv"), Path(folder, "bad.csv")
    report = schema.validate("examples/data/transactions.csv", valid_out=good, invalid_out=bad, reasons="why")
    print(f"{report.valid_count} rows are good, {report.invalid_count} are not")
    for line in bad.read_text(encoding="utf-8").splitlines()[:4]:
        print(line)
    assert schema.validate(good).valid

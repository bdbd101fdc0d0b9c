"""Validate a file against a schema and print the first violations with their locations.

`python examples/python/validate_file.py examples/data/transactions.csv examples/schemas/transactions.yaml`
"""

import sys

from trueline import Schema

data = sys.argv[1] if len(sys.argv) > 1 else "examples/data/transactions.csv"
schema = sys.argv[2] if len(sys.argv) > 2 else "examples/schemas/transactions.yaml"

report = Schema.from_file(schema).validate(data)

print(f"{report.valid_count} of {report.total_rows} rows are valid")
for violation in report.errors[:5]:
    print(f"line {violation.line or 0}, {violation.column or 'the row'}: {violation.message}")

"""Validate a file in parts, and print the result of each part while the rest is still being read."""

from trueline import StreamingValidator

validator = StreamingValidator(schema="examples/schemas/transactions.yaml", buffer_size=40_000, parallel=False)
results = validator.validate_csv_stream("examples/data/transactions.csv")
for result in results:
    if result.is_last:
        print(f"at the end: {result.error_count} errors more, in {result.invalid_count} rows")
        continue
    end = result.first_row + result.total_rows
    print(f"rows {result.first_row} to {end}: {result.invalid_count} invalid")
    for error in result.errors[:1]:
        print(f"  line {error.line}, {error.column or 'the row'}: {error.message}")
print(f"{results.report.invalid_count} of {results.report.total_rows} rows are invalid")

"""Validate a log in JSON Lines with nested objects, and print the violations of each line."""

from trueline import Schema

schema = Schema.from_file("examples/schemas/service.yaml")
report = schema.validate("examples/data/service.jsonl")

print(f"{report.valid_count} of {report.total_rows} lines are valid")
for violation in report.errors:
    print(f"line {violation.line}, {violation.column or 'the line'}: {violation.message}")

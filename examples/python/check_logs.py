"""Checks a log of JSON Lines, objects in objects included, and says what is wrong with each line."""

from trueline import Schema

schema = Schema.from_file("examples/schemas/service.yaml")
report = schema.validate("examples/data/service.jsonl")

print(f"{report.valid_count} of {report.total_rows} lines are valid")
for violation in report.errors:
    print(f"line {violation.line}, {violation.column or 'the line'}: {violation.message}")

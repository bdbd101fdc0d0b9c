"""Validate amounts with a custom check function, which is reported like any other check."""

from typing import Any

from trueline import Schema

LIMITS = {"USD": 900_000.0, "KES": 990_000.0}


def within_limit(record: dict[str, Any]) -> bool | None:
    """an amount within the limit of its currency"""
    limit = LIMITS.get(record["currency"])
    if limit is None or record["amount"] is None:
        return None
    return record["amount"] <= limit


schema = Schema.from_file("examples/schemas/transactions.yaml")
schema = schema.check(within_limit, columns=["amount", "currency"], id="amount.limit", severity="warning")
report = schema.validate("examples/data/transactions.csv", threads=1)
check = report.checks["amount.limit"]
print(f"{check.id}: {check.failed} of {check.evaluated} rows are not {check.expected}, {check.null} were not asked about")
for violation in report.errors:
    if violation.check_id == check.id:
        print(f"line {violation.line}: {violation.severity}")
        break

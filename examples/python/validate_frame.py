"""Validate a data frame, and put the violations into another one."""

import polars

from trueline import Field, Schema

schema = Schema(
    {
        "sku": Field(str, required=True, unique=True, pattern=r"^[A-Z]{2}-\d{3}$"),
        "price": Field("decimal(8,2)", required=True, min=0),
        "stock": Field(int, min=0),
    },
    name="stock",
)
frame = polars.DataFrame(
    {
        "sku": ["AB-001", "AB-002", "AB-001", "x"],
        "price": polars.Series(["1.50", "2.25", "-1.00", "4.00"]).cast(polars.Decimal(8, 2)),
        "stock": [3, None, 5, -2],
    }
)

report = schema.validate(frame)
print(f"{report.verdict}: {report.invalid_count} of {report.total_rows} rows")

errors = polars.DataFrame(report.errors)
for row_index, column, value in errors.select("row_index", "column", "value").rows():
    print(f"row {row_index}, {column}: {value}")

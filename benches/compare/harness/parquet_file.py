"""Writes generated transactions as Parquet: `parquet_file.py CSV PARQUET`.

Columns have the types of the schema; everything else is as pyarrow does it when it is not told otherwise: row groups of 1,048,576
rows, snappy, dictionaries, statistics.
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

TYPES = {"amount": pa.float64(), "timestamp": pa.timestamp("us", tz="UTC")}
NAMES = ["transaction_id", "amount", "timestamp", "account_id", "currency", "status", "counterparty"]


def main():
    _, text, file = sys.argv
    types = {name: TYPES.get(name, pa.string()) for name in NAMES}
    options = csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    pq.write_table(csv.read_csv(text, convert_options=options), file)


main()

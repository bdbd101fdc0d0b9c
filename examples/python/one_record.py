"""Validate one record at a time, as a web service does."""

from trueline import Field, LineProcessor

processor = LineProcessor(
    schema={
        "user": Field(str, required=True, format="email"),
        "age": Field(int, min=18, max=150),
        "tags": list[str],
    }
)

for record in ({"user": "ada@example.org", "age": 36, "tags": ["a"]}, {"user": "nobody", "age": 7}):
    is_valid, errors = processor.process_line(record)
    print(is_valid, [f"{error.column}: {error.message}" for error in errors])

is_valid, errors = processor.process_json(b'{"user": "ada@example.org", "age": "36"}')
print(is_valid, [f"{error.column}: {error.message}" for error in errors])

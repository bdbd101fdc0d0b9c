"""Conversion of pydantic models to schemas, by means of their JSON Schema."""

from __future__ import annotations

import decimal
from typing import Any

from .errors import SchemaError
from .field import Field, type_name
from .table import type_of_values, without_none

__all__: list[str] = []

_ANNOTATIONS = {"title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "discriminator"}

_KEYWORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}

# The equivalent of a JSON Schema format: another type, or a string format.
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "date-time": ("timestamp", {}),
    "date": ("date", {}),
    "time": ("time", {}),
    "duration": ("duration", {}),
    "password": ("string", {"sensitive": True}),
    **{name: ("string", {"format": name}) for name in ("email", "uri", "uuid", "ipv4", "ipv6", "hostname")},
}


def document_of(model: Any, *, name: str | None, skip_code: bool) -> dict[str, Any]:
    """Return the schema document of a pydantic 2 model."""
    if not (isinstance(model, type) and hasattr(model, "model_json_schema") and hasattr(model, "model_fields")):
        shown = model.__name__ if isinstance(model, type) else type(model).__name__
        raise TypeError(f"a model of pydantic 2 is needed, and {shown} is none")
    if not skip_code:
        _refuse_code(model)
    root = model.model_json_schema(mode="validation")
    fields = [
        field._document(place) for place, field in _Reader(root.get("$defs", {}), skip_code).fields(model, root, "", False)
    ]
    document: dict[str, Any] = {"name": name or model.__name__, "fields": fields}
    if root.get("additionalProperties") is False:
        document["extra_columns"] = "forbid"
    return document


def _refuse_code(model: Any) -> None:
    found = getattr(model, "__pydantic_decorators__", None)
    for kind in ("validators", "field_validators", "root_validators", "model_validators"):
        for name in getattr(found, kind, {}):
            raise SchemaError(
                f"`{name}` of {model.__name__} is code and has no equivalent: give it to schema.check as a function, and pass "
                "skip_code=True here",
                keyword=name,
            )


class _Reader:
    def __init__(self, definitions: dict[str, Any], skip_code: bool) -> None:
        self._definitions = definitions
        self._skip_code = skip_code

    def fields(self, model: Any, node: dict[str, Any], prefix: str, is_loose: bool) -> list[tuple[str, Field]]:
        """Return the fields of an object; those of nested objects have dotted names."""
        required = node.get("required", [])
        infos = {info.alias or name: info for name, info in model.model_fields.items()} if model is not None else {}
        found: list[tuple[str, Field]] = []
        for name, child in node.get("properties", {}).items():
            place = f"{prefix}{name}"
            try:
                info = infos.get(name)
                found.extend(self._field(place, child, info, name in required and not is_loose))
            except SchemaError as error:
                if error.field is not None:
                    raise
                raise SchemaError(
                    f"field `{place}`: {error}", error.problems, field=place, keyword=error.keyword or "type"
                ) from None
        return found

    def _field(self, place: str, node: dict[str, Any], info: Any, is_required: bool) -> list[tuple[str, Field]]:
        node, is_nullable = self._without_null(node) if not _is_decimal(info) else ({}, _is_nullable(info))
        nested = self._model(info)
        if "properties" in node:
            if is_required and not is_nullable:
                self._check_nested(node, nested)
                return self.fields(nested, node, f"{place}.", False)
            return [(place, Field(self._struct(node), optional=True))]
        kind, keywords = _decimal(info) if _is_decimal(info) else self._kind(node)
        if is_required and not is_nullable:
            keywords["required"] = True
        elif not is_required:
            keywords["optional"] = True
        return [(place, Field(kind, **keywords))]

    def _model(self, info: Any) -> Any:
        if info is None:
            return None
        kind, _ = without_none(info.annotation)
        return kind if hasattr(kind, "model_fields") else None

    def _check_nested(self, node: dict[str, Any], model: Any) -> None:
        if node.get("additionalProperties") is False:
            raise SchemaError("that a nested model forbids other members has no equivalent", keyword="extra")
        if model is not None and not self._skip_code:
            _refuse_code(model)

    def _resolved(self, node: dict[str, Any], depth: int = 0) -> dict[str, Any]:
        if depth > 50:
            raise SchemaError("a model that holds itself has no equivalent")
        for key in ("$ref", "allOf"):
            if key in node:
                rest = {name: value for name, value in node.items() if name != key}
                parts = node[key] if key == "allOf" else [self._definitions[node[key].removeprefix("#/$defs/")]]
                merged: dict[str, Any] = {}
                for part in parts:
                    merged.update(self._resolved(part, depth + 1))
                return {**merged, **rest}
        return node

    def _without_null(self, node: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        node = self._resolved(node)
        choices = node.get("anyOf") or node.get("oneOf")
        if choices is None:
            return node, False
        others = [self._resolved(choice) for choice in choices if choice.get("type") != "null"]
        if len(others) != 1:
            raise SchemaError("a union of types has no equivalent: a column is of one type")
        rest = {name: value for name, value in node.items() if name not in ("anyOf", "oneOf")}
        return {**others[0], **rest}, len(others) < len(choices)

    def _kind(self, node: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the type of a node that is not an object, and its keywords."""
        keywords: dict[str, Any] = {}
        kind = node.get("type", "any")
        known = {"type", "format", "items", *_ANNOTATIONS}
        if "enum" in node or "const" in node:
            values = node.get("enum", [node.get("const")])
            kind = type_name(type_of_values(values))
            keywords["enum"] = values
            known |= {"enum", "const"}
        elif kind == "array":
            kind = self._list(node)
        elif kind == "object":
            raise SchemaError("a dict has no equivalent: its keys are not known")
        else:
            names = {"string": "string", "integer": "int64", "number": "float64", "boolean": "boolean", "any": "any"}
            if kind not in names:
                raise SchemaError(f"the type {kind!r} has no equivalent")
            kind = names[kind]
        if "format" in node and "enum" not in keywords:
            if node["format"] not in _FORMATS:
                raise SchemaError(f"the format {node['format']!r} has no equivalent", keyword="format")
            kind, more = _FORMATS[node["format"]]
            keywords.update(more)
        for name, value in node.items():
            if name in _KEYWORDS:
                keywords[_KEYWORDS[name]] = value
            elif name not in known:
                raise SchemaError(f"`{name}` has no equivalent", keyword=name)
        return kind, keywords

    def _list(self, node: dict[str, Any]) -> str:
        item, _ = self._without_null(node.get("items", {}))
        return f"list<{self._bare(item)}>"

    def _struct(self, node: dict[str, Any]) -> str:
        if node.get("required"):
            raise SchemaError(
                "a model in a list, or one that may be absent, must not require members: a struct cannot say that they "
                f"are there, and {', '.join(node['required'])} must be"
            )
        self._check_nested(node, None)
        parts = []
        for name, child in node["properties"].items():
            child, _ = self._without_null(child)
            quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            parts.append(f"{quoted}: {self._bare(child)}")
        return f"struct<{', '.join(parts)}>"

    def _bare(self, node: dict[str, Any]) -> str:
        """Return the type of a nested value, which cannot have keywords."""
        if "properties" in node:
            return self._struct(node)
        kind, keywords = self._kind(node)
        if keywords:
            names = ", ".join(keywords)
            raise SchemaError(f"what is asked of values inside of others has no equivalent: {names}", keyword=next(iter(keywords)))
        return kind


def _is_decimal(info: Any) -> bool:
    if info is None:
        return False
    try:
        return without_none(info.annotation)[0] is decimal.Decimal
    except SchemaError:
        return False


def _is_nullable(info: Any) -> bool:
    return without_none(info.annotation)[1]


def _decimal(info: Any) -> tuple[str, dict[str, Any]]:
    """Return the decimal type of a field, from the metadata of its annotation."""
    said: dict[str, Any] = {}
    for item in info.metadata:
        for name in ("max_digits", "decimal_places", "ge", "gt", "le", "lt", "multiple_of"):
            value = getattr(item, name, None)
            if value is not None:
                said[name] = value
    digits, places = said.pop("max_digits", None), said.pop("decimal_places", None)
    if digits is None or places is None:
        raise SchemaError("Decimal has an equivalent only with both max_digits and decimal_places")
    names = {"ge": "minimum", "gt": "exclusive_minimum", "le": "maximum", "lt": "exclusive_maximum"}
    return f"decimal({digits},{places})", {names.get(name, name): value for name, value in said.items()}

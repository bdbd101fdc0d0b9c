"""Conversion of pydantic models to schemas, by means of their JSON Schema."""

from __future__ import annotations

from typing import Any

from .annotated import decimal_type, unicode_pattern
from .core import TIMES, Core, Node, limits, refuse_code
from .errors import SchemaError
from .field import Field, type_name, type_of_values

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
        refuse_code(model)
    root, core = _read(model, skip_code)
    reader = _Reader(root.get("$defs", {}), core)
    fields = [field._document(place) for place, field in reader.fields(core.root, root, [""])]
    document: dict[str, Any] = {"name": name or model.__name__, "fields": fields}
    if root.get("additionalProperties") is False:
        document["extra_columns"] = "forbid"
    return document


def _read(model: Any, skip_code: bool) -> tuple[dict[str, Any], Core]:
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

    try:
        model.model_rebuild()
        core = Core(model, skip_code)
        core.check()
        if core.inner(core.root)["type"] != "model-fields":
            raise SchemaError(f"{model.__name__} is a RootModel: it has no fields, and a schema needs some")
        return model.model_json_schema(mode="validation"), core
    except (PydanticUndefinedAnnotation, PydanticUserError) as error:
        raise SchemaError(f"{model.__name__} has no equivalent: {error.message}") from None


class _Reader:
    def __init__(self, definitions: dict[str, Any], core: Core) -> None:
        self._definitions = definitions
        self._core = core

    def fields(self, core: Node, node: dict[str, Any], prefixes: list[str]) -> list[tuple[str, Field]]:
        """Return the fields of an object that has one of several names; those of nested objects have dotted names."""
        required = node.get("required", [])
        cores = self._core.fields(self._core.inner(core))
        aliases = self._core.aliases(core)
        found: list[tuple[str, Field]] = []
        for name, child in node.get("properties", {}).items():
            if name not in cores:
                raise SchemaError("an alias that is a path has no equivalent", field=f"{prefixes[0]}{name}", keyword="validation_alias")
            places = [f"{prefix}{one}" for prefix in prefixes for one in (name, *aliases[name])]
            place = places[0]
            try:
                found.extend(self._field(places, child, cores[name], name in required))
            except SchemaError as error:
                if error.field is not None:
                    raise
                raise SchemaError(
                    f"field `{place}`: {error}", error.problems, field=place, keyword=error.keyword or "type"
                ) from None
        return found

    def _field(self, places: list[str], node: dict[str, Any], core: Node, is_required: bool) -> list[tuple[str, Field]]:
        place, others = places[0], places[1:] or None
        inner = self._core.inner(core)
        is_decimal = inner["type"] == "decimal"
        node, is_nullable = self._without_null(node) if not is_decimal else ({}, _is_nullable(core))
        if "properties" in node:
            if is_required and not is_nullable:
                _check_nested(node)
                return self.fields(core, node, [f"{place}." for place in places])
            return [(place, Field(self._struct(node, core), optional=True, aliases=others))]
        kind, keywords = _decimal(inner) if is_decimal else self._kind(node, inner)
        if is_required and not is_nullable:
            keywords["required"] = True
        elif not is_required:
            keywords["optional"] = True
        return [(place, Field(kind, aliases=others, **keywords))]

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

    def _kind(self, node: dict[str, Any], core: Node) -> tuple[str, dict[str, Any]]:
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
            kind = self._list(node, core)
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
        keywords.update(_of_core(core))
        return kind, keywords

    def _list(self, node: dict[str, Any], core: Node) -> str:
        item, _ = self._without_null(node.get("items", {}))
        inner = core.get("items_schema", {"type": "any"})
        return f"list<{self._bare(item, inner[0] if isinstance(inner, list) else inner)}>"

    def _struct(self, node: dict[str, Any], core: Node) -> str:
        if node.get("required"):
            raise SchemaError(
                "a model in a list, or one that may be absent, must not require members: a struct cannot say that they "
                f"are there, and {', '.join(node['required'])} must be"
            )
        _check_nested(node)
        cores = self._core.fields(self._core.inner(core))
        if any(self._core.aliases(core).values()):
            raise SchemaError("that a member of a struct has several names has no equivalent", keyword="validation_alias")
        parts = []
        for name, child in node["properties"].items():
            child, _ = self._without_null(child)
            quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            parts.append(f"{quoted}: {self._bare(child, cores[name])}")
        return f"struct<{', '.join(parts)}>"

    def _bare(self, node: dict[str, Any], core: Node) -> str:
        """Return the type of a nested value, which cannot have keywords."""
        if "properties" in node:
            return self._struct(node, core)
        kind, keywords = self._kind(node, self._core.inner(core))
        if keywords:
            names = ", ".join(keywords)
            raise SchemaError(f"what is asked of values inside of others has no equivalent: {names}", keyword=next(iter(keywords)))
        return kind


def _check_nested(node: dict[str, Any]) -> None:
    if node.get("additionalProperties") is False:
        raise SchemaError("that a nested model forbids other members has no equivalent", keyword="extra")


def _of_core(core: Node) -> dict[str, Any]:
    """The keywords that the JSON Schema lacks or has otherwise."""
    found: dict[str, Any] = limits(core) if core["type"] in TIMES else {}
    if core["type"] == "float" and core.get("allow_inf_nan"):
        found.update(allow_nan=True, allow_infinite=True)
    if core["type"] == "str" and core.get("pattern") is not None:
        found["pattern"] = unicode_pattern(core["pattern"])
    return found


def _is_nullable(core: Node) -> bool:
    while core["type"] == "default":
        core = core["schema"]
    return bool(core["type"] == "nullable")


def _decimal(core: Node) -> tuple[str, dict[str, Any]]:
    """Return the decimal type of a field, and its keywords."""
    kind = decimal_type(core.get("max_digits"), core.get("decimal_places"))
    keywords = limits(core)
    if core.get("multiple_of") is not None:
        keywords["multiple_of"] = core["multiple_of"]
    return kind, keywords

"""What a model of pydantic asks for, by its core schema: the JSON Schema of a model leaves some of it out."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import SchemaError

__all__: list[str] = []

Node = Mapping[str, Any]

LIMITS = {"ge": "minimum", "gt": "exclusive_minimum", "le": "maximum", "lt": "exclusive_maximum"}
_LENGTHS = {"min_length", "max_length"}
TIMES = {"date", "time", "datetime", "timedelta"}

# What may be asked of values of each type, where that can be translated.
_ASKED: dict[str, set[str]] = {
    "any": set(),
    "none": set(),
    "bool": set(),
    "str": {*_LENGTHS, "pattern", "regex_engine", "coerce_numbers_to_str"},
    "int": {*LIMITS, "multiple_of"},
    "float": {*LIMITS, "multiple_of", "allow_inf_nan"},
    "decimal": {*LIMITS, "multiple_of", "allow_inf_nan", "max_digits", "decimal_places"},
    **{name: {*LIMITS, "microseconds_precision"} for name in TIMES},
    "uuid": {"version"},
    "enum": {"cls", "members", "sub_type", "missing"},
    "literal": {"expected"},
    "url": {"cls", "max_length", "preserve_empty_path"},
    "list": {"items_schema", "fail_fast", *_LENGTHS},
    "generator": {"items_schema", *_LENGTHS},
}
# These have other nodes in them, or the JSON Schema says all that they ask for.
_ASKED_ELSEWHERE = set(
    "default nullable definitions definition-ref json-or-python lax-or-strict custom-error chain model model-fields dataclass "
    "dataclass-args typed-dict union tagged-union set frozenset dict tuple bytes multi-host-url".split()
)
_WITH_FIELDS = {"model-fields", "dataclass-args", "typed-dict"}
_OF_EACH = {"type", "ref", "metadata", "serialization", "strict", "title"}
_OF_TEXTS = ("str_strip_whitespace", "str_to_lower", "str_to_upper", "str_min_length", "str_max_length")

# Functions by which pydantic itself takes values; the JSON Schema says what they do.
_OWN = set(
    "_BaseUrl _BaseMultiHostUrl EmailStr SecretStr SecretBytes IPv4Address IPv6Address get_enum_core_schema ip_v4_address_validator "
    "ip_v6_address_validator sequence_validator min_length_validator max_length_validator".split()
)

# Where the one node is that another one stands for.
_INNER = {
    **dict.fromkeys(("default", "nullable", "definitions", "custom-error", "model", "dataclass"), "schema"),
    **dict.fromkeys(("function-after", "function-before", "function-wrap"), "schema"),
    "json-or-python": "json_schema",
    "lax-or-strict": "lax_schema",
}
# A value that is passed on by these may be absent, or is one of several.
_LOOSE = {"default", "nullable", "list", "generator", "tuple", "union", "tagged-union"}


def refuse_code(model: Any) -> None:
    """Refuses the validators of a class."""
    found = getattr(model, "__pydantic_decorators__", None)
    for kind in ("validators", "field_validators", "root_validators", "model_validators"):
        for name in getattr(found, kind, {}):
            raise code_error(f"`{name}` of {model.__name__}", name)


def code_error(what: str, name: str) -> SchemaError:
    """The error for functions that decide about values."""
    return SchemaError(
        f"{what} is code and has no equivalent: give it to schema.check as a function, and pass skip_code=True here",
        keyword=name,
    )


class Core:
    """The core schema of a model."""

    def __init__(self, model: Any, skip_code: bool) -> None:
        self.root: Node = model.__pydantic_core_schema__
        self._definitions = {item["ref"]: item for item in self.root.get("definitions", ())}
        self._skip_code = skip_code

    def check(self) -> None:
        """Refuses what has no equivalent and is not in the JSON Schema."""
        self._check(self.root, "", True, frozenset())

    def _check(self, node: Node, place: str, is_flat: bool, within: frozenset[str]) -> None:
        ref = node.get("schema_ref", node.get("ref"))
        if node["type"] == "definition-ref":
            node = self._definitions[ref]
        if ref in within:
            raise _at(place, SchemaError("a model that holds itself has no equivalent"))
        try:
            self._check_node(node)
        except SchemaError as error:
            raise _at(place, error) from None
        within = within | {ref} if ref is not None else within
        is_flat = is_flat and node["type"] not in _LOOSE
        for name, child in self._children(node):
            below = ".".join(part for part in (place, name) if part) if name and is_flat else place
            self._check(child, below, is_flat, within)

    def _check_node(self, node: Node) -> None:
        kind = node["type"]
        if kind.startswith("function-"):
            self._check_function(node["function"]["function"])
        elif kind in _ASKED:
            for name, value in node.items():
                if name not in _ASKED[kind] | _OF_EACH and value not in (None, False):
                    raise SchemaError(f"`{name}` has no equivalent", keyword=name)
        elif kind not in _ASKED_ELSEWHERE:
            raise SchemaError(f"what pydantic calls {kind!r} has no equivalent")
        if node.get("extras_schema") is not None or node.get("extras_keys_schema") is not None:
            raise SchemaError("that other members are of one type has no equivalent", keyword="extra")
        if node.get("config", {}).get("validate_by_alias") is False:
            raise SchemaError("`validate_by_alias` of a model has no equivalent", keyword="validate_by_alias")
        for name in _OF_TEXTS:
            if node.get("config", {}).get(name):
                raise SchemaError(f"`{name}` of a model has no equivalent", keyword=name)
        if not self._skip_code and "cls" in node:
            refuse_code(node["cls"])

    def _check_function(self, function: Any) -> None:
        while isinstance(function, functools.partial):
            function = function.func
        name = getattr(function, "__qualname__", type(function).__qualname__)
        module = (getattr(function, "__module__", None) or "").partition(".")[0]
        is_own = module in ("pydantic", "ipaddress") and name.partition(".")[0] in _OWN
        if not is_own and not self._skip_code:
            name = name.rpartition(".")[2]
            raise code_error(f"`{name}`", name)

    def _children(self, node: Node) -> Iterator[tuple[str, Node]]:
        if inner := _INNER.get(node["type"]):
            yield "", node[inner]
        yield from self.fields(node).items()
        for name in ("items_schema", "steps", "choices", "keys_schema", "values_schema"):
            child = node.get(name, ())
            if isinstance(child, Mapping):
                child = child.values() if name == "choices" else [child]
            for one in child:
                yield "", one[0] if isinstance(one, tuple) else one

    def inner(self, node: Node) -> Node:
        """The node that holds what is asked of a value: of a list, of text, of members."""
        *_, last = self._nested(node)
        return last

    def _nested(self, node: Node) -> Iterator[Node]:
        """A node, the one that it wraps, and so on."""
        while True:
            yield node
            if node["type"] == "definition-ref":
                node = self._definitions[node["schema_ref"]]
            elif node["type"] in _INNER:
                node = node[_INNER[node["type"]]]
            else:
                return

    def fields(self, node: Node) -> dict[str, Node]:
        """The members of a model, a dataclass or a typed dict, by the first of the names that data may have for them."""
        return {_names(name, field)[0]: field["schema"] for name, field in _members(node)}

    def aliases(self, node: Node) -> dict[str, list[str]]:
        """The further names that data may have for the members of a model, by the first."""
        *outer, inner = self._nested(node)
        by_name = any(one.get("config", {}).get("validate_by_name") for one in outer)
        found = {}
        for name, field in _members(inner):
            first, *others = _names(name, field)
            found[first] = [*others, name] if by_name and name not in (first, *others) else others
        return found


def _at(place: str, error: SchemaError) -> SchemaError:
    if not place:
        return error
    return SchemaError(f"field `{place}`: {error}", error.problems, field=place, keyword=error.keyword or "type")


def _members(node: Node) -> Iterable[tuple[str, Node]]:
    fields = node["fields"] if node["type"] in _WITH_FIELDS else ()
    return fields.items() if isinstance(fields, Mapping) else ((field["name"], field) for field in fields)


def _names(name: str, field: Node) -> list[str]:
    """The names that data may have for a field besides, if the model allows it, its own."""
    alias = field.get("validation_alias", name)
    if isinstance(alias, str):
        return [alias]
    paths = alias if isinstance(alias[0], list) else [alias]
    if any(len(path) > 1 for path in paths):
        raise _at(name, SchemaError("an alias that is a path has no equivalent", keyword="validation_alias"))
    return [str(path[0]) for path in paths]


def limits(node: Node) -> dict[str, Any]:
    """The bounds of a value, which the JSON Schema has of numbers only, and rounded."""
    return {keyword: node[name] for name, keyword in LIMITS.items() if node.get(name) is not None}

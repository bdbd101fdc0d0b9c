"""Structs of Arrow's C data interface that lie are refused or put right; they never crash, and nothing wrong is valid."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import polars
import pyarrow
import pytest

from trueline import Field, Schema, TruelineError, UnreadableError

Place = ctypes.c_void_p


class ArrowSchema(ctypes.Structure):
    _fields_ = [
        ("format", Place),
        ("name", Place),
        ("metadata", Place),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.POINTER(Place)),
        ("dictionary", Place),
        ("release", Place),
        ("private_data", Place),
    ]


class ArrowArray(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(Place)),
        ("children", ctypes.POINTER(Place)),
        ("dictionary", Place),
        ("release", Place),
        ("private_data", Place),
    ]


RELEASED: list[int] = []


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def release_array(place: int) -> None:
    """Frees nothing: what the spoilt copy points to is that of the capsule it was made of."""
    ArrowArray.from_address(place).release = None
    RELEASED.append(place)


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def release_schema(place: int) -> None:
    ArrowSchema.from_address(place).release = None


def capsule(struct: ctypes.Structure, name: bytes) -> Any:
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, [Place, ctypes.c_char_p, Place]
    return make(ctypes.addressof(struct), name, None)


def pointer(of: Any, name: bytes) -> int:
    ask = ctypes.pythonapi.PyCapsule_GetPointer
    ask.restype, ask.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(ask(of, name))


class Spoilt:
    """A batch whose structs may be changed; those that are freed are others."""

    def __init__(self, batch: Any) -> None:
        self.capsules = batch.__arrow_c_array__()
        self.schema = ArrowSchema.from_buffer_copy(ArrowSchema.from_address(pointer(self.capsules[0], b"arrow_schema")))
        self.array = ArrowArray.from_buffer_copy(ArrowArray.from_address(pointer(self.capsules[1], b"arrow_array")))
        self.schema.release = ctypes.cast(release_schema, Place)
        self.array.release = ctypes.cast(release_array, Place)

    def child(self, index: int) -> ArrowArray:
        return ArrowArray.from_address(self.array.children[index] or 0)

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]:
        return capsule(self.schema, b"arrow_schema"), capsule(self.array, b"arrow_array")


def table() -> Any:
    return pyarrow.record_batch({"id": pyarrow.array([1, 2, None]), "name": ["a", "long", "c"]})


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema({"id": Field(int, required=True), "name": str})


MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: setattr(data.array, "length", -1), "a length of -1"),
        (lambda data: setattr(data.array, "length", MOST), "a length of"),
        (lambda data: setattr(data.array, "offset", MOST), "a length of"),
        (lambda data: setattr(data.array, "offset", -1), "from -1 on"),
        (lambda data: setattr(data.array, "null_count", 4), "4 nulls among 3"),
        (lambda data: setattr(data.array, "null_count", -2), "-2 nulls"),
        (lambda data: setattr(data.array, "n_buffers", 3), "3 buffers"),
        (lambda data: setattr(data.array, "n_buffers", -1), "-1 buffers"),
        (lambda data: setattr(data.array, "buffers", None), "list of buffers.* is NULL"),
        (lambda data: setattr(data.array, "n_children", 1), "1 children"),
        (lambda data: setattr(data.array, "n_children", 100_000), "100000 children, and its schema 2"),
        (lambda data: setattr(data.array, "n_children", -1), "-1 children"),
        (lambda data: setattr(data.array, "n_children", MOST), "children"),
        (lambda data: setattr(data.array, "children", None), "list of children.* is NULL"),
        (lambda data: setattr(data.array, "dictionary", ctypes.addressof(data.array)), "a dictionary, and its schema none"),
        (lambda data: setattr(data.array, "release", None), "before"),
        (lambda data: setattr(data.child(0), "length", MOST), "`id` has a length of"),
        (lambda data: setattr(data.child(0), "length", 2), "cannot be used"),
        (lambda data: setattr(data.child(0), "null_count", 4), "`id` has 4 nulls"),
        (lambda data: setattr(data.child(1), "null_count", 1), "no bitmap"),
        (lambda data: setattr(data.child(0), "n_buffers", 0), "0 buffers"),
        (lambda data: setattr(data.child(0), "buffers", None), "list of buffers of the array of `id` is NULL"),
        (lambda data: data.child(0).buffers.__setitem__(1, None), "cannot be used"),
        (lambda data: data.child(1).buffers.__setitem__(1, None), "cannot be used"),
        (lambda data: setattr(data.schema, "format", None), "no format"),
        (lambda data: setattr(data.schema, "n_children", 3 - 2), "2 children, and its schema 1"),
        (lambda data: setattr(data.schema, "children", None), "list of children.* is NULL"),
        (lambda data: setattr(data.schema, "release", None), "before"),
    ],
)
def test_structs_that_lie_are_refused(schema: Schema, spoil: Callable[[Spoilt], object], told: str) -> None:
    data = Spoilt(table())
    spoil(data)
    RELEASED.clear()
    was_released = data.array.release is None or data.schema.release is None
    with pytest.raises(ValueError, match=told):
        schema.validate(data)
    assert was_released or len(RELEASED) == 1


def test_members_that_were_released_are_refused(schema: Schema) -> None:
    data = Spoilt(table())
    child = data.child(1)
    kept, child.release = child.release, None
    with pytest.raises(ValueError, match="`name` was released"):
        schema.validate(data)
    child.release = kept


@pytest.mark.parametrize("told", [-1, 0, 1, 2, 3])
def test_nulls_are_those_of_the_bitmap(schema: Schema, told: int) -> None:
    data = Spoilt(table())
    data.child(0).null_count = told
    report = schema.validate(data)
    assert (report.verdict, report.invalid_count) == ("invalid", 1)
    assert [(error.check_id, error.row_index) for error in report.errors] == [("id.required", 2)]


def texts(offsets: list[int], letters: bytes) -> Any:
    numbers = pyarrow.array(offsets, pyarrow.int32()).buffers()[1]
    return pyarrow.Array.from_buffers(pyarrow.string(), 3, [None, numbers, pyarrow.py_buffer(letters)])


def far_keys() -> Any:
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 7, 0]), ["a"], safe=False)


@pytest.mark.parametrize(
    "make",
    [
        lambda: texts([0, 3, 1, 4], b"abcd"),
        lambda: texts([0, 3, -1, 4], b"abcd"),
        lambda: texts([0, 1, 2, 3], b"a\xffc"),
        far_keys,
    ],
)
def test_buffers_that_lie_are_refused(schema: Schema, make: Callable[[], Any]) -> None:
    batch = pyarrow.record_batch({"id": pyarrow.array([1, 2, 3]), "name": make()})
    with pytest.raises(ValueError, match="cannot be used"):
        schema.validate(Spoilt(batch))
    # In a stream, which is read while it is judged.
    stream = pyarrow.RecordBatchReader.from_batches(batch.schema, [batch])
    with pytest.raises(UnreadableError, match="cannot be used"):
        schema.validate(stream)
    with pytest.raises(TruelineError, match="cannot be used"):
        schema.validate(pyarrow.Table.from_batches([batch]), mask=True)


def test_answers_that_lie_are_no_answers() -> None:
    class Answer:
        def __init__(self) -> None:
            self.kept = pyarrow.array([True, False])
            self.spoilt = Spoilt(self.kept)
            self.spoilt.array.null_count = 7

        def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]:
            return self.spoilt.__arrow_c_array__()

    checked = Schema({"id": int}).check(lambda ids: Answer(), column="id", on="arrow", id="odd")
    check = checked.validate(b"id\n1\n2\n").checks["odd"]
    assert check.status == "error" and "7 nulls among 2 values" in (check.reason or "")


def test_nulls_are_found_where_the_schema_of_the_data_has_none() -> None:
    within = pyarrow.struct([pyarrow.field("x", pyarrow.int64(), nullable=False)])
    inner = pyarrow.StructArray.from_arrays([pyarrow.array([1, None])], fields=list(within))
    fields = [pyarrow.field("id", pyarrow.int64(), nullable=False), pyarrow.field("inner", within, nullable=False)]
    table = pyarrow.Table.from_arrays([pyarrow.array([1, None]), inner], schema=pyarrow.schema(fields))
    report = Schema({"id": Field("int64", required=True), "inner.x": Field("int64", required=True)}).validate(table)
    assert {check.id: check.failed for check in report.checks if check.failed} == {"id.required": 1, "inner.x.required": 1}


def test_columns_of_nothing_but_nulls_are_taken() -> None:
    frame = polars.DataFrame({"id": [1, 2], "nothing": [None, None], "lists": [[], [None]]})
    assert frame.schema["nothing"] == polars.Null
    report = Schema({"id": Field("int64", required=True)}).validate(frame)
    assert report.valid and report.to_dict()["rows"]["total"] == 2


def test_slices_that_share_their_values_are_judged_as_the_whole() -> None:
    tags = [[f"tag{number % 7}"] * (number % 3) for number in range(3000)]
    kinds = pyarrow.array([f"kind{number % 5}" for number in range(3000)]).dictionary_encode()
    table = pyarrow.table({"tags": tags, "kind": kinds})
    batches = table.to_batches(max_chunksize=100)
    schema = Schema({"tags": Field("list<string>"), "kind": Field("string", enum=["kind1", "kind2"])})
    whole = schema.validate(table).to_dict()
    stream = pyarrow.RecordBatchReader.from_batches(table.schema, batches)
    for parts in (schema.validate(batches).to_dict(), schema.validate(stream).to_dict()):
        assert parts["checks"] == whole["checks"]
        assert parts["rows"] == whole["rows"]

"""Objects out of an array in pieces: the guess may be wrong, the pieces never are."""

import json
from collections.abc import Iterator

import msgspec
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.traces import json_array
from gpuadvisor.sources.traces.json_array import ObjectArray, guessed_end, whole_objects


class Thing(msgspec.Struct):
    name: str = ""


def pieces(text: str, size: int) -> tuple[list[str], bytes]:
    content = text.encode()
    blocks: Iterator[bytes] = (content[at : at + size] for at in range(0, len(content), size))
    array = ObjectArray(blocks, Thing, "here")
    return [thing.name for piece in array.pieces(b"") for thing in piece], array.rest


TRICKY = [
    {"name": "}, {"},
    {"name": 'a"}, {"b'},
    {"nested": [{"a": 1}, {"b": [{}, {}]}], "name": "n"},
    {"name": "\\"},
    {"name": "]"},
    {},
    {"name": "last"},
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 16, 64, 1000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    text = json.dumps(TRICKY)[1:] + ', "rest": 1'
    names, rest = pieces(text, size)
    assert names == [str(thing.get("name", "")) for thing in TRICKY]
    assert b', "rest": 1'.startswith(rest)


def test_the_guess_may_fall_into_a_string_or_a_nested_array() -> None:
    text = b'{"name": "x"}, {"name": "}, {'
    assert guessed_end(text) == text.rindex(b"}, {") + 1
    assert whole_objects(text) == text.index(b", {")
    nested = b'{"name": "x"}, {"nested": [{}, {}, '
    assert guessed_end(nested) > whole_objects(nested) == nested.index(b", {")


def test_an_object_longer_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "LONGEST_OBJECT_BYTES", 100)
    with pytest.raises(GpuAdvisorError, match="an event is longer than"):
        pieces(json.dumps([{"name": "x" * 500}])[1:], 64)


def test_an_empty_array() -> None:
    assert pieces("] }", 1)[0] == []

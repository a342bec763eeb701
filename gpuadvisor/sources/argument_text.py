"""Arguments on the command line: `out=float32[2048,2048]:zeros`, `n=int32:2048` and `edge=out+11`."""

import re
from collections.abc import Iterable
from contextlib import suppress

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec, check_names
from gpuadvisor.sources.values import Number

FORMS = (
    "write an array as NAME=TYPE[SHAPE]:FILL, a scalar as NAME=TYPE:VALUE, a vector as NAME=float4:1,2,3,4, "
    "a saved array as NAME=FILE.npy, a pointer as NAME=ARRAY+ELEMENTS or NAME=null"
)
_FORM = re.compile(
    r"(?P<name>\w+)=(?:(?P<file>[^:]+\.npy)|(?P<pointer>[A-Za-z_]\w*(?:[+-]\d+)?)"
    r"|(?P<type>\w+)(?:\[(?P<shape>\s*\d+\s*(?:,\s*\d+\s*)*)\])?:(?P<content>.+))"
)
_WORDS = {"true": True, "false": False}


def parse_argument(text: str) -> ArgumentSpec:
    """Return the argument that `text` describes; raise GpuAdvisorError naming the accepted forms."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise GpuAdvisorError("not an argument", where=f"--arg {text!r}", remedy=FORMS)
    try:
        return _specification(match)
    except ValueError as error:
        raise GpuAdvisorError(str(error), where=f"--arg {text!r}", remedy=FORMS) from None


def parse_arguments(texts: Iterable[str]) -> tuple[ArgumentSpec, ...]:
    """Return the arguments of one launch; raise GpuAdvisorError also where two share a name."""
    arguments = tuple(parse_argument(text) for text in texts)
    try:
        check_names(argument.name for argument in arguments)
    except ValueError as error:
        raise GpuAdvisorError(str(error), where="--arg", remedy="give each a name of its own") from None
    return arguments


def _specification(match: re.Match[str]) -> ArgumentSpec:
    name = match["name"]
    if match["file"] is not None:
        return ArgumentSpec(name=name, fill=match["file"])
    if match["pointer"] is not None:
        return ArgumentSpec(name=name, pointer=match["pointer"])
    if match["shape"] is not None:
        extents = tuple(int(extent) for extent in match["shape"].split(","))
        return ArgumentSpec(name=name, type=match["type"], shape=extents, fill=match["content"])
    return ArgumentSpec(name=name, type=match["type"], value=_value(match["content"]))


def _value(text: str) -> Number | tuple[Number, ...]:
    numbers = tuple(_number(each.strip()) for each in text.split(","))
    return numbers if len(numbers) > 1 else numbers[0]


def _number(text: str) -> Number:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for convert in (lambda: int(text, 0), lambda: float(text)):
        with suppress(ValueError):
            return convert()
    raise ValueError(f"{text!r} is not a number")

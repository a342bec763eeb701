"""Arguments on the command line: `out=float32[2048,2048]:zeros`, `n=int32:2048` and `edge=out+11`."""

import re
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec, check_names
from gpuadvisor.sources.images import parse_image
from gpuadvisor.sources.values import Number

FORMS = (
    "write an array as NAME=TYPE[SHAPE]:FILL, a scalar as NAME=TYPE:VALUE, a vector as NAME=float4:1,2,3,4, "
    "a saved array as NAME=FILE.npy, a pointer as NAME=ARRAY+ELEMENTS or NAME=null, "
    "a texture as NAME=texture(linear,wrap):TYPE[SHAPE]:FILL, a surface as NAME=surface:TYPE[SHAPE]:FILL"
)
_FORM = re.compile(
    r"(?P<name>\w+)=(?:(?P<file>[^:]+\.npy)|(?P<pointer>[A-Za-z_]\w*(?:[+-]\d+)?)"
    r"|(?P<type>\w+)(?:\[(?P<shape>\s*\d+\s*(?:,\s*\d+\s*)*)\])?:(?P<content>.+))"
)
_IMAGE_FORM = re.compile(
    r"(?P<name>\w+)=(?P<kind>texture|surface)(?:\((?P<options>[\w\s,-]*)\))?:(?P<array>.+)"
)
_WORDS = {"true": True, "false": False}


def parse_argument(text: str) -> ArgumentSpec:
    """Return the argument that `text` describes; raise GpuAdvisorError naming the accepted forms."""
    try:
        image = _IMAGE_FORM.fullmatch(text.strip())
        return _specification(text) if image is None else _image(image)
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


def _image(match: re.Match[str]) -> ArgumentSpec:
    """Return a texture or surface over the array that stands behind the colon."""
    array = _specification(f"{match['name']}={match['array']}")
    options = [word.strip() for word in (match["options"] or "").split(",") if word.strip()]
    return msgspec.structs.replace(array, **{match["kind"]: parse_image(match["kind"], options)})


def _specification(text: str) -> ArgumentSpec:
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError("not an argument")
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

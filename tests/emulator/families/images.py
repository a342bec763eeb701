"""tex and sust: textures whose texels each lane asks for, surfaces that it writes and another lane reads."""

import numpy as np

from gpuadvisor.emulator.textures.images import Sampling
from tests.emulator.families.case import Case, Group, Picture
from tests.emulator.families.kinds import LANES, WIDTHS, Array, values

_LANE = np.arange(LANES)
_NAMES = ("x", "y", "z")
_SHAPES = {"1d": (32,), "2d": (4, 8), "3d": (2, 4, 4), "a2d": (2, 4, 4), "cube": (6, 1, 1)}
_DIRECTIONS = np.concatenate([np.eye(3)[[0, 0, 1, 1, 2, 2]]]) * np.tile([1.0, -1.0], 3)[:, None]


def _picture(shape: str, dtype: str, channels: int, sampling: Sampling | None = None) -> Picture:
    """Return an image of 32 texels, or six, of which each has other components."""
    extents = (*_SHAPES[shape], channels) if channels > 1 else _SHAPES[shape]
    numbers = np.arange(np.prod(extents)).reshape(extents) * 3 + 1
    return Picture(numbers.astype(dtype), sampling, channels, layered=shape == "a2d", cube=shape == "cube")


def _places(shape: str) -> list[Array]:
    """Return x, y, z of the texel of each lane, the layer in z."""
    if shape == "cube":
        return list(_DIRECTIONS[_LANE % 6].T)
    extents = _SHAPES[shape]
    return list(reversed(np.unravel_index(_LANE, extents)))


def _vector(shape: str) -> str:
    """Return the operand of the coordinates."""
    listed = {"1d": "%x", "2d": "%x, %y", "a2d": "%z, %x, %y, %y"}.get(shape, "%x, %y, %z, %z")
    return f"{{{listed}}}"


def _handle(number: int) -> str:
    return f".reg .b64 %h; .reg .b64 %o; ld.param.u64 %h, [block+{8 * number}];"


def _coordinates(kind: str, count: int, layered: bool) -> str:
    """Return how coordinates come into registers: floats or whole numbers; a layer is whole."""
    lines = f".reg .{kind} %x; .reg .{kind} %y; .reg .{'b32' if layered else kind} %z;"
    lines += "mad.wide.u32 %o, %lane, 4, %in;"
    return lines + "".join(f"ld.global.b32 %{_NAMES[at]}, [%o+${at}];" for at in range(count))


def _fetched(number: int, family: str, picture: Picture) -> Case:
    """Return a case of tex; places of floats are the middles of texels."""
    shape = next(word for word in family.split(".") if word in _SHAPES)
    result, given = family.split(".")[-2:]
    places = _places(shape)
    texels = _LANE % 6 if shape == "cube" else _LANE
    expected = picture.content.reshape(-1, 4)[texels]
    if given == "s32":
        inputs = [place.astype(np.int32) for place in places]
    else:
        middle = 0.0 if shape == "cube" else 0.5
        inputs = [(place + middle).astype(np.float32) for place in places]
        if shape == "a2d":
            inputs[2] = places[2].astype(np.int32)
    kind = "b32" if given == "s32" else "f32"
    level = ", 0f00000000" if "level" in family else ""
    body = f"""{_handle(number)} {_coordinates(kind, len(inputs), shape == "a2d")}
    .reg .{WIDTHS[result].register} %r0, %r1, %r2, %r3;
    {family} {{%r0, %r1, %r2, %r3}}, [%h, {_vector(shape)}]{level};
    mad.wide.u32 %o, %lane, 16, %out; st.global.v4.{result} [%o+$out], {{%r0, %r1, %r2, %r3}};"""
    return Case(family, body, tuple(inputs), expected)


def _written(number: int, family: str, picture: Picture) -> Case:
    """Return a case of sust, read back by suld at the place of the next lane."""
    shape, kind = family.split(".")[2], family.rpartition(".")[2]
    count = picture.channels
    size = WIDTHS[kind].dtype.itemsize * count
    given = np.stack([values(kind, f"{family}{at}") for at in range(count)], axis=1)
    inputs = [place.astype(np.int32) for place in _places(shape)]
    inputs[0] *= size
    after = [np.roll(place, -1) for place in inputs]
    vector = "v4." if count == 4 else ""
    names = ", ".join(f"%v{at}" for at in range(count))
    operand = f"{{{names}}}" if count == 4 else names
    again = "".join(f"ld.global.b32 %{_NAMES[at]}, [%o+${len(inputs) + 1 + at}];" for at in range(len(after)))
    body = f"""{_handle(number)} .reg .{WIDTHS[kind].register} {names};
    mad.wide.u32 %o, %lane, {size}, %in; ld.global.{vector}{kind} {operand}, [%o+${len(inputs)}];
    {_coordinates("b32", len(inputs), False)}
    sust.b.{shape}.{vector}{kind}.trap [%h, {_vector(shape)}], {operand};
    {again} suld.b.{shape}.{vector}{kind}.trap {operand}, [%h, {_vector(shape)}];
    mad.wide.u32 %o, %lane, {size}, %out; st.global.{vector}{kind} [%o+$out], {operand};"""
    return Case(family, body, (*inputs, given, *after), np.roll(given, -1, axis=0))


_POINT = Sampling()
_FETCHES = {
    "tex.2d.v4.f32.f32": _picture("2d", "float32", 4, _POINT),
    "tex.2d.v4.u32.f32": _picture("2d", "uint32", 4, _POINT),
    "tex.1d.v4.f32.s32": _picture("1d", "float32", 4, _POINT),
    "tex.1d.v4.f32.f32": _picture("1d", "float32", 4, _POINT),
    "tex.1d.v4.u32.s32": _picture("1d", "uint32", 4, _POINT),
    "tex.3d.v4.f32.f32": _picture("3d", "float32", 4, _POINT),
    "tex.a2d.v4.f32.f32": _picture("a2d", "float32", 4, _POINT),
    "tex.cube.v4.f32.f32": _picture("cube", "float32", 4, Sampling(normalized=True)),
}
_LEVEL = {"tex.level.2d.v4.f32.f32": _picture("2d", "float32", 4, _POINT)}
_STORES = {
    "sust.b.2d.trap.b32": _picture("2d", "uint32", 1),
    "sust.b.a2d.v4.trap.b32": _picture("a2d", "uint32", 4),
    "sust.b.3d.trap.b8": _picture("3d", "uint8", 1),
    "sust.b.1d.v4.trap.b32": _picture("1d", "uint32", 4),
    "sust.b.2d.v4.trap.b8": _picture("2d", "uint8", 4),
}
GROUPS = [
    Group(
        [_fetched(at, *each) for at, each in enumerate(_FETCHES.items())], pictures=tuple(_FETCHES.values())
    ),
    Group([_fetched(at, *each) for at, each in enumerate(_LEVEL.items())], pictures=tuple(_LEVEL.values())),
    Group([_written(at, *each) for at, each in enumerate(_STORES.items())], pictures=tuple(_STORES.values())),
]

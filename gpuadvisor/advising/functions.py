"""The functions that expressions may call: a fixed list."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A pure function of values; it takes `fewest` to `most` arguments, all of one of `takes`."""

    call: Callable[..., Value]
    takes: tuple[Type, ...]
    gives: Type
    fewest: int = 1
    most: int = 1


NUMBERS = (Type.NUMBER,)
FUNCTIONS: dict[str, Function] = {
    "abs": Function(call=abs, takes=NUMBERS, gives=Type.NUMBER),
    "ceil": Function(call=ceil, takes=NUMBERS, gives=Type.NUMBER),
    "floor": Function(call=floor, takes=NUMBERS, gives=Type.NUMBER),
    "len": Function(call=len, takes=(Type.LIST, Type.TEXT), gives=Type.NUMBER),
    "max": Function(call=max, takes=NUMBERS, gives=Type.NUMBER, fewest=2, most=8),
    "min": Function(call=min, takes=NUMBERS, gives=Type.NUMBER, fewest=2, most=8),
    "round": Function(call=round, takes=NUMBERS, gives=Type.NUMBER),
}

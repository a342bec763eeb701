"""The types of expressions: what may be compared with what."""

from enum import StrEnum
from math import isfinite

from gpuadvisor.advising.fact import FactType, Value

LARGEST = 1e300
"""Beyond it a result says nothing about a GPU, and the next operation might overflow."""


class Type(StrEnum):
    """The type of an expression; integers and floats are one."""

    TRUTH = "truth value"
    NUMBER = "number"
    TEXT = "text"
    LIST = "list of texts"


OF_FACT: dict[FactType, Type] = {
    "bool": Type.TRUTH,
    "int": Type.NUMBER,
    "float": Type.NUMBER,
    "str": Type.TEXT,
    "list": Type.LIST,
}


def is_bounded(value: Value) -> bool:
    """Return whether a value is no number, an integer of 64 bits, or a float far from overflow."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, float) or (isfinite(value) and abs(value) <= LARGEST)


def type_of(value: Value) -> Type:
    """Return the type of a literal or of a fact's value."""
    if isinstance(value, bool):
        return Type.TRUTH
    if isinstance(value, int | float):
        return Type.NUMBER
    return Type.TEXT if isinstance(value, str) else Type.LIST

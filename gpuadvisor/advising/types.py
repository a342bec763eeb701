"""The types of expressions: what may be compared with what."""

from enum import StrEnum

from gpuadvisor.advising.fact import FactType, Value


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


def type_of(value: Value) -> Type:
    """Return the type of a literal or of a fact's value."""
    if isinstance(value, bool):
        return Type.TRUTH
    if isinstance(value, int | float):
        return Type.NUMBER
    return Type.TEXT if isinstance(value, str) else Type.LIST

"""setp, set and selp."""

from collections.abc import Callable

import numpy as np

from tests.emulator.families.case import Case, computed, in_groups
from tests.emulator.families.kinds import Array, values
from tests.emulator.families.tables import families

_ORDERED: dict[str, Callable[[Array, Array], Array]] = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
}


def _unordered(a: Array, b: Array) -> Array:
    return np.isnan(a) | np.isnan(b) if a.dtype.kind == "f" else np.zeros(a.shape, np.bool_)


def _compare(how: str, a: Array, b: Array) -> Array:
    """Return a comparison by the words of PTX ISA 9.7.6: those that end in u hold for NaN too."""
    unordered = _unordered(a, b)
    if how in ("nan", "num"):
        return np.equal(unordered, how == "nan")
    if how in ("ne", "neu"):
        return np.asarray((a != b) & ~unordered if how == "ne" else (a != b) | unordered)
    return np.asarray(_ORDERED[how.removesuffix("u")](a, b) | (unordered & how.endswith("u")))


def _operands(kind: str, seed: str) -> tuple[Array, Array]:
    """Return values that often agree, and NaN among floats."""
    a, b = values(kind, seed + "a"), values(kind, seed + "b")
    b[::3] = a[::3]
    if a.dtype.kind == "f":
        a[1::7], b[2::9] = np.nan, np.nan
    return a, b


def _compared(family: str) -> Case:
    opcode, how, *kinds = family.split(".")
    result = "pred" if opcode == "setp" else kinds[0]
    return computed(
        family,
        lambda a, b: _compare(how, a, b),
        f"{kinds[-1]} {kinds[-1]}",
        result,
        given=_operands(kinds[-1], family),
    )


def _selected(family: str) -> Case:
    kind = family.rpartition(".")[2]

    def expected(a: Array, b: Array, c: Array) -> Array:
        return np.where(c, a, b)

    return computed(family, expected, f"{kind} {kind} pred", kind)


CASES = [*map(_compared, families("setp", "set")), *map(_selected, families("selp"))]
GROUPS = in_groups(CASES)

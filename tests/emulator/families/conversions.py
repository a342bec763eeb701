"""cvt."""

import numpy as np

from tests.emulator.families.case import Case, computed, in_groups
from tests.emulator.families.kinds import Array, from_bf16, rounded, values
from tests.emulator.families.tables import families

_TO_INTEGER = {"rni": np.rint, "rzi": np.trunc, "rmi": np.floor, "rpi": np.ceil}


def _to_integral(family: str) -> Case:
    """Return a case that rounds to a whole number: an integer, saturated, or a float."""
    _, mode, target, source = family.split(".")

    def expected(a: Array) -> Array:
        whole = _TO_INTEGER[mode](a.astype(np.float64))
        if target[0] == "f":
            return whole
        limits = np.iinfo(f"{'i' if target[0] == 's' else 'u'}{int(target[1:]) // 8}")
        return np.clip(whole, float(limits.min), float(limits.max))

    return computed(family, expected, source, target)


def _to_float(family: str) -> Case:
    """Return a case that converts to a float, rounded once."""
    _, *modes, target, source = family.split(".")

    def expected(a: Array) -> Array:
        given = from_bf16(a) if source == "bf16" else a
        if given.dtype.kind != "f":
            given = np.array([float(each) for each in given.tolist()])
        return rounded(target, modes[0] if modes else "rn", lambda each: each, given)

    wide = source in ("s64", "u64")
    given = (values(source, family) >> values(source, "").dtype.type(12),) if wide else ()
    return computed(family, expected, source, target, given=given)


def _to_other_width(family: str) -> Case:
    """Return a case that keeps the low bits of an integer, or extends it."""
    _, target, source = family.split(".")
    text = f"{family} %d, %a;"
    return computed(family, lambda a: a, source, target, text)


def _nearest_away(a: Array) -> Array:
    """Return tf32: 10 bits of fraction, ties away from zero (PTX ISA 9.7.9.21)."""
    return (a.view(np.uint32) + np.uint32(1 << 12)) & ~np.uint32((1 << 13) - 1)


_SPECIAL = {
    "cvt.rna.tf32.f32": lambda family: computed(family, _nearest_away, "f32", "tf32"),
    "cvt.sat.f32.f32": lambda family: computed(family, lambda a: np.clip(a, 0, 1), "f32", "f32"),
    "cvt.rn.f16x2.f32": lambda family: computed(
        family, lambda a, b: np.stack([b, a], axis=1), "f32 f32", "f16x2"
    ),
}


def _converted(family: str) -> Case:
    words = family.split(".")
    if family in _SPECIAL:
        return _SPECIAL[family](family)
    if words[1] in _TO_INTEGER:
        return _to_integral(family)
    return _to_float(family) if "f" in words[-2] else _to_other_width(family)


CASES = [*map(_converted, families("cvt"))]
GROUPS = in_groups(CASES)

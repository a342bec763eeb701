"""atom and red of every operation, scope and space."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from tests.emulator.families.case import Case, in_groups
from tests.emulator.families.kinds import LANES, WIDTHS, Array, to_bf16, values
from tests.emulator.families.tables import families

_SLOTS = 4
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda old, value: old + value,
    "min": lambda old, value: min(old, value),
    "max": lambda old, value: max(old, value),
    "and": lambda old, value: old & value,
    "or": lambda old, value: old | value,
    "xor": lambda old, value: old ^ value,
    "inc": lambda old, limit: old.dtype.type(0) if old >= limit else old + old.dtype.type(1),
    "dec": lambda old, limit: limit if old == 0 or old > limit else old - old.dtype.type(1),
}


def _place(family: str, size_bytes: int, slot: str) -> tuple[str, str]:
    """Return how an address comes to be in `%s`, and what plain loads and stores there are called."""
    if ".shared" in family:
        return f"mov.u64 %s, scratch; mad.wide.u32 %s, {slot}, {size_bytes}, %s;", "shared"
    return f"mad.wide.u32 %s, {slot}, {size_bytes}, %out; add.u64 %s, %s, $out;", "global"


def _contended(family: str) -> Case:
    """Return a case in which eight lanes meet in each of four words."""
    kind, opcode = family.rpartition(".")[2], next(word for word in family.split(".") if word in _OPERATIONS)
    width = WIDTHS[kind]
    place, space = _place(family, width.size_bytes, "%slot")
    before, given = values(kind, family + "before")[:_SLOTS], _given(kind, family)
    bits = f"b{8 * width.size_bytes}"
    atomic = f"{family} {'%old, ' if family.startswith('atom') else ''}[%s], %v;"
    body = f""".reg .b64 %s; .reg .b64 %o; .reg .b32 %slot;
    .reg .{width.register} %v; .reg .{width.register} %old;
    and.b32 %slot, %lane, 3;
    mad.wide.u32 %o, %slot, {width.size_bytes}, %in; ld.global.{bits} %v, [%o+$0];
    {place} st.{space}.{bits} [%s], %v;
    mad.wide.u32 %o, %lane, {width.size_bytes}, %in; ld.global.{bits} %v, [%o+$1];
    {atomic}
    ld.{space}.{bits} %v, [%s];
    mad.wide.u32 %o, %slot, {width.size_bytes}, %out; st.global.{bits} [%o+$out], %v;"""
    return Case(family, body, (before, given), _after(kind, opcode, before, given))


def _given(kind: str, family: str) -> Array:
    """Return operands; those of float sums are whole, so that their order is all the same."""
    if kind == "bf16x2":
        return to_bf16(np.arange(2 * LANES, dtype=np.float32).reshape(LANES, 2) % 8)
    if WIDTHS[kind].dtype.kind == "f":
        return np.arange(LANES).astype(WIDTHS[kind].dtype)
    return values(kind, family + "given")


def _after(kind: str, opcode: str, before: Array, given: Array) -> Array:
    if kind == "bf16x2":
        return _PAIRS_AFTER
    with np.errstate(over="ignore"):
        found = [reduce(_OPERATIONS[opcode], given[slot::_SLOTS], before[slot]) for slot in range(_SLOTS)]
    return np.array(found, before.dtype)


_WHOLE = (np.arange(2 * LANES, dtype=np.float32).reshape(LANES, 2) % 8).reshape(LANES // _SLOTS, _SLOTS, 2)
_PAIRS_AFTER = to_bf16(_WHOLE.sum(axis=0) + 1)


def _whole(family: str) -> Case:
    """Return a case of sums of floats: they start at one."""
    case = _contended(family)
    kind = family.rpartition(".")[2]
    ones = np.ones((_SLOTS, WIDTHS[kind].elements), np.float32).squeeze()
    before = to_bf16(ones) if kind == "bf16x2" else ones.astype(WIDTHS[kind].dtype)
    return Case(family, case.body, (before, case.inputs[1]), _after(kind, "add", before, case.inputs[1]))


def _exchanged(family: str) -> Case:
    """Return a case of exch or cas in which each lane has its own word; half of the comparisons hold."""
    place, space = _place(family, 8, "%lane")
    before, given, other = (values("b32", family + str(at)) for at in range(3))
    wanted = np.where(np.arange(LANES) % 2 == 0, before, other)
    swaps = "cas" in family
    operands = "%w, %v" if swaps else "%v"
    body = f""".reg .b64 %s; .reg .b64 %o; .reg .b32 %v; .reg .b32 %w; .reg .b32 %old;
    mad.wide.u32 %o, %lane, 4, %in; ld.global.b32 %v, [%o+$0]; ld.global.b32 %w, [%o+$2];
    {place} st.{space}.b32 [%s], %v; ld.global.b32 %v, [%o+$1];
    {family} %old, [%s], {operands};
    ld.{space}.b32 %v, [%s];
    mad.wide.u32 %o, %lane, 8, %out; st.global.v2.b32 [%o+$out], {{%v, %old}};"""
    after = np.where(wanted == before, given, before) if swaps else given
    return Case(family, body, (before, given, wanted), np.stack([after, before], axis=1))


def _atomic(family: str) -> Case:
    if "exch" in family or "cas" in family:
        return _exchanged(family)
    return _whole(family) if family.endswith(("f32", "f64", "bf16x2")) else _contended(family)


CASES = [*map(_atomic, families("atom", "red"))]
GROUPS = in_groups(CASES)

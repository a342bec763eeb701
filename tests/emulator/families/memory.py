"""ld and st of every space, width, vector and cache operator, and calls that pass parameters."""

import numpy as np

from tests.emulator.families.case import BLOCK, Case, in_groups
from tests.emulator.families.kinds import LANES, WIDTHS, Array, values
from tests.emulator.families.tables import families

_SPACES = ("global", "shared", "local", "param", "const")
_TABLE = np.arange(50, 50 + 64, dtype=np.uint8)
_BEFORE = f".const .align 16 .b8 table[64] = {{ {', '.join(map(str, _TABLE))} }};\n"


def _parts(family: str) -> tuple[str | None, int, str]:
    """Return the state space, None if generic, the elements per access, and the type."""
    words = family.split(".")
    space = next((each for each in words if each in _SPACES), None)
    return space, next((int(each[1:]) for each in words if each in ("v2", "v4")), 1), words[-1]


def _elements(kind: str, count: int, prefix: str = "%r") -> tuple[str, str]:
    """Return the declarations of registers and the operand that lists them."""
    names = [f"{prefix}{at}" for at in range(count)]
    declared = "".join(f".reg .{WIDTHS[kind].register} {name}; " for name in names)
    return declared, names[0] if count == 1 else f"{{{', '.join(names)}}}"


def _wide(kind: str) -> str:
    """Return the type that shows how a narrow element fills its register: extended by sign or by zero."""
    return {"s8": "s16", "u8": "u16", "s16": "s32", "u16": "u32"}.get(kind, kind)


def _given(kind: str, count: int, seed: str) -> Array:
    columns = [values(kind, f"{seed}{at}") for at in range(count)]
    return np.stack(columns, axis=1)


def _address(name: str, base: str, step: int) -> str:
    return f"mad.wide.u32 {name}, %lane, {step}, {base};"


_FIRST = {
    "global": "add.u64 %s, %s, $0;",
    "shared": "mov.u64 %s, scratch; mad.wide.u32 %s, %lane, {size}, %s; st.shared.{plain} [%s], {values};",
    "local": "mov.u64 %s, own; st.local.{plain} [%s], {values};",
    "const": "mov.u64 %s, table;",
}
"""How an address of the space comes to be in `%s`, with the data behind it; `%s` is the input's before."""


def _load(family: str) -> Case:
    space, count, kind = _parts(family)
    size = WIDTHS[kind].dtype.itemsize * count
    vector = f"v{count}." if count > 1 else ""
    plain = f"{vector}b{8 * WIDTHS[kind].dtype.itemsize}"
    declared, target = _elements(kind, count)
    more, source = _elements(kind, count, "%v")
    wide = f"{vector}{_wide(kind)}"
    given = _given(kind, count, family)
    if space == "param":
        given = np.tile(BLOCK[:size].view(WIDTHS[kind].dtype), (LANES, 1))
        first, access = "", f"{family} {target}, [block];"
    else:
        if space == "const":
            given = np.tile(_TABLE[:size].view(WIDTHS[kind].dtype), (LANES, 1))
        filled = _FIRST[space or "global"].format(size=size, plain=plain, values=source)
        first = f"{_address('%s', '%in', size)} ld.global.{plain} {source}, [%s+$0]; {filled}"
        access = f"{family} {target}, [%s];"
    widen = "" if _wide(kind) == kind else _widened(kind, count)
    result = [f"%w{at}" for at in range(count)] if widen else None
    stored = target if result is None else (result[0] if count == 1 else f"{{{', '.join(result)}}}")
    dtype = WIDTHS[_wide(kind)].dtype
    body = f""".local .align 16 .b8 own[16]; .reg .b64 %s; .reg .b64 %o; {declared}{more}
    {first} {access} {widen}
    {_address("%o", "%out", dtype.itemsize * count)} st.global.{wide} [%o+$out], {stored};"""
    return Case(family, body, (given,), given.astype(dtype), before=_BEFORE)


def _widened(kind: str, count: int) -> str:
    """Return how to store the whole register that a narrow element was loaded into."""
    wide = WIDTHS[_wide(kind)].register
    if kind[1:] == "8":
        return "".join(f".reg .{wide} %w{at}; mov.b16 %w{at}, %r{at}; " for at in range(count))
    return "".join(f".reg .{wide} %w{at}; cvt.{_wide(kind)}.{kind} %w{at}, %r{at}; " for at in range(count))


def _store(family: str) -> Case:
    space, count, kind = _parts(family)
    size = WIDTHS[kind].dtype.itemsize * count
    vector = f"v{count}." if count > 1 else ""
    plain = f"{vector}b{8 * WIDTHS[kind].dtype.itemsize}"
    declared, source = _elements(kind, count, "%v")
    more, target = _elements(kind, count)
    given = _given(kind, count, family)
    goal = f"{_address('%o', '%out', size)} add.u64 %o, %o, $out;"
    back = f"ld.{space}.{plain} {target}, [%s]; st.global.{plain} [%o], {target};"
    place = {
        "shared": f"mov.u64 %s, scratch; mad.wide.u32 %s, %lane, {size}, %s; {family} [%s], {source}; {back}",
        "local": f"mov.u64 %s, own; {family} [%s], {source}; {back}",
        "param": f""".param .align 8 .b8 passed[16]; .param .align 8 .b8 given[16];
    {family} [passed], {source}; call.uni (given), same, (passed);
    ld.param.{plain} {target}, [given]; st.global.{plain} [%o], {target};""",
    }.get(space or "", f"{family} [%o], {source};")
    body = f""".local .align 16 .b8 own[16]; .reg .b64 %s; .reg .b64 %o; {declared}{more}
    {_address("%s", "%in", size)} ld.global.{plain} {source}, [%s+$0];
    {goal} {place}"""
    return Case(family, body, (given,), given, before=_SAME if space == "param" else "")


_SAME = """.func (.param .align 8 .b8 result[16]) same(.param .align 8 .b8 given[16])
{
    .reg .b64 %a; .reg .b64 %b;
    ld.param.b64 %a, [given]; ld.param.b64 %b, [given+8];
    st.param.b64 [result], %a; st.param.b64 [result+8], %b;
    ret;
}
"""
CASES = [*map(_load, families("ld")), *map(_store, families("st"))]
GROUPS = in_groups(CASES)

"""mov, cvta, isspacep."""

import numpy as np

from tests.emulator.families.case import Case, computed, in_groups
from tests.emulator.families.kinds import LANES, Array, values
from tests.emulator.families.tables import families

_SPACE_OF = {"global": "%in", "shared": "scratch", "local": "own"}


def _there_and_back(family: str) -> Case:
    """Return a case that loads through a generic address: converted to one, or from one and back."""
    space = next(each for each in _SPACE_OF if each in family)
    to_space, to_generic = f"cvta.to.{space}.u64", f"cvta.{space}.u64"
    through = {
        f"cvta.{space}.u64": f"{to_generic} %g, %s; ld.u32 %d, [%g];",
        f"cvta.to.{space}.u64": f"{to_generic} %g, %s; {to_space} %s, %g; ld.{space}.u32 %d, [%s];",
    }[family]
    place = {
        "global": "add.u64 %s, %in, $0; mad.wide.u32 %s, %lane, 4, %s;",
        "shared": "mov.u64 %s, scratch; mad.wide.u32 %s, %lane, 4, %s; st.shared.u32 [%s], %v;",
        "local": "mov.u64 %s, own; add.u64 %s, %s, 4; st.local.u32 [%s], %v;",
    }[space]
    content = values("u32", family)
    body = f""".local .align 4 .b8 own[8]; .reg .b64 %s; .reg .b64 %g; .reg .b32 %d;
    .reg .b32 %v; .reg .b64 %o;
    mad.wide.u32 %o, %lane, 4, %in; ld.global.u32 %v, [%o+$0];
    {place} {through}
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %d;"""
    return Case(family, body, (content,), content)


def _is_shared() -> Case:
    body = """.reg .b64 %g; .reg .pred %p; .reg .pred %q; .reg .b32 %v; .reg .b32 %w; .reg .b64 %o;
    cvta.shared.u64 %g, scratch; isspacep.shared %p, %g; isspacep.shared %q, %in;
    selp.u32 %v, 1, 0, %p; selp.u32 %w, 2, 0, %q; or.b32 %v, %v, %w;
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %v;"""
    return Case("isspacep.shared", body, (), np.full(LANES, 1, np.uint32))


def _same(a: Array) -> Array:
    return a


CASES = [
    *(computed(family, _same) for family in families("mov")),
    *map(_there_and_back, families("cvta")),
    _is_shared(),
]
GROUPS = in_groups(CASES)

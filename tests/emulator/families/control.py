"""Branches, calls and ends."""

import numpy as np

from tests.emulator.families.case import Case, Group, computed, in_groups
from tests.emulator.families.kinds import LANES, Array

_FUNCTION = """.func (.param .b32 result) doubled_if_small(.param .b32 number)
{
    .reg .b32 %n; .reg .pred %p;
    ld.param.b32 %n, [number];
    st.param.b32 [result], %n;
    setp.gt.u32 %p, %n, 10; @%p ret;
    add.u32 %n, %n, %n;
    st.param.b32 [result], %n;
    ret;
}
"""
_SMALL = (np.arange(LANES, dtype=np.uint32),)


def _doubled(a: Array) -> Array:
    return np.where(a > 10, a, 2 * a)


def _called(call: str, *also: str) -> Case:
    text = f""".param .b32 given; .param .b32 returned; st.param.b32 [given], %a;
    {call} (returned), doubled_if_small, (given); ld.param.b32 %d, [returned];"""
    case = computed(f"{call}", _doubled, "u32", "u32", text, _SMALL)
    return Case(call, case.body, case.inputs, case.expected, before=_FUNCTION, also=also)


_EXIT = computed(
    "exit",
    lambda a: np.where(a < 10, a, 0),
    "u32",
    "u32",
    "mov.u32 %d, %a; setp.ge.u32 %p, %a, 10; @%p exit;",
    _SMALL,
)
CASES = [
    computed(
        "bra",
        lambda a: a * (a + 1) // 2,
        "u32",
        "u32",
        """mov.u32 %d, 0;
more:
    add.u32 %d, %d, %a; setp.eq.u32 %p, %a, 0; @%p bra done; sub.u32 %a, %a, 1; bra more;
done:""",
        _SMALL,
    ),
    computed(
        "bra.uni", lambda a: a, "u32", "u32", "mov.u32 %d, %a; bra.uni over; mov.u32 %d, 0; over:", _SMALL
    ),
    _called("call.uni", "ret"),
    _called("call"),
    computed("trap", lambda a: a, "u32", "u32", "mov.u32 %d, %a; setp.gt.u32 %p, %a, 99; @%p trap;", _SMALL),
]
GROUPS = [*in_groups(CASES), Group([_EXIT])]

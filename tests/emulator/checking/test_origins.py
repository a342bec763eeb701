"""Which buffer an address came from, read from PTX."""

import numpy as np
import pytest

from gpuadvisor.emulator.checking.origins import pointer_origins
from gpuadvisor.emulator.layout import lay_out, pack_arguments
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from tests.emulator.harness import ptx_kernel

BEFORE = """
.visible .global .align 4 .b8 table[64];
.shared .align 4 .b8 first[64];
.shared .align 4 .b8 second[32];
"""


def names(program: Program) -> list[str | None]:
    """Return the origins of the accesses of global and shared memory, in order."""
    memory = GlobalMemory()
    addresses = [np.uint64(memory.allocate(256, name)) for name in ("a", "b")]
    function = program.functions["k"]
    layout = lay_out(program, function, 0, memory)
    values = [*addresses, np.uint64(7)]
    found = pointer_origins(function, layout, pack_arguments(function, layout, values), memory)
    accesses = [
        each.index
        for each in function.instructions
        if each.opcode in ("ld", "st") and "param" not in each.modifiers
    ]
    return [found[pc].name if pc in found else None for pc in accesses]


CASES = {
    "an argument, whatever is added": ("st.global.u32 [%rd1+4096], 0;", ["a"]),
    "a generic address": ("cvta.global.u64 %rd2, %rd1; ld.u32 %r1, [%rd2];", ["a"]),
    "an index that is no pointer": (
        "ld.param.u64 %rd2, [p2]; add.s64 %rd3, %rd0, %rd2; ld.global.u32 %r1, [%rd3];",
        ["a"],
    ),
    "one of two arguments": (
        "ld.param.u64 %rd2, [p1]; setp.eq.u32 %p1, %r0, 0; selp.b64 %rd3, %rd0, %rd2, %p1;"
        "ld.global.u32 %r1, [%rd3];",
        [None],
    ),
    "a loaded pointer": ("ld.global.u64 %rd2, [%rd0]; ld.global.u32 %r1, [%rd2];", ["a", None]),
    "a pointer that a loop moves": (
        "mov.u64 %rd2, %rd0; mov.u32 %r1, 0;\nL: ld.global.u32 %r2, [%rd2]; add.s64 %rd2, %rd2, 4;"
        "add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 4; @%p1 bra L;",
        ["a"],
    ),
    "a module's variable": ("mov.u64 %rd2, table; ld.global.u32 %r1, [%rd2+8];", ["table"]),
    "shared arrays": (
        "mov.u32 %r1, first; ld.shared.u32 %r2, [%r1]; st.shared.u32 [second+4], %r2;",
        ["first", "second"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_origin(case: str) -> None:
    body, expected = CASES[case]
    assert names(ptx_kernel(body, parameters=3, before=BEFORE)) == expected

"""Every family of PTX instructions that compilers write is run, and its result checked."""

from functools import cache

import numpy as np
import pytest

from gpuadvisor.compiler.ptxas import assemble
from gpuadvisor.compiler.tools import find_tool
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.widths import is_type
from tests.emulator.families import (
    atomics,
    comparisons,
    control,
    conversions,
    floats,
    images,
    integers,
    matrices,
    memory,
    moves,
    synchronisation,
    warps,
)
from tests.emulator.families.case import Case, Group
from tests.emulator.families.kinds import LANES, Array
from tests.emulator.families.tables import rows
from tests.emulator.harness import execute, launch_of

AREAS = (
    integers,
    floats,
    conversions,
    comparisons,
    moves,
    memory,
    atomics,
    warps,
    matrices,
    synchronisation,
    control,
    images,
)
GROUPS: list[Group] = [group for area in AREAS for group in area.GROUPS]
CASES: dict[str, tuple[Group, Case]] = {
    family: (group, case) for group in GROUPS for case in group.cases for family in case.families
}


def spelled(instruction: Instruction) -> str:
    """Return an instruction as the tables do."""
    words = (*instruction.modifiers, *instruction.types)
    return ".".join(
        (instruction.opcode, *(w for w in words if not is_type(w)), *(w for w in words if is_type(w)))
    )


@cache
def outcome(number: int) -> Array:
    group = GROUPS[number]
    program = decode(group.ptx())
    spoken = {spelled(each) for function in program.functions.values() for each in function.instructions}
    assert {family for case in group.cases for family in case.families} <= spoken
    device = GlobalMemory()
    arguments: list[Array | np.generic] = [group.inputs(), group.results(), group.block(device)]
    return execute(program, "k", launch_of(1, LANES), arguments, memory=device).arrays[1]


@pytest.mark.parametrize("family", rows("ptx-families"))
def test_a_warp_runs_it(family: str) -> None:
    assert family in CASES, "no case contains it"
    group, case = CASES[family]
    found = group.result_of(case, outcome(GROUPS.index(group)))
    if case.tolerance:
        np.testing.assert_allclose(found, case.expected, rtol=case.tolerance, atol=0)
    else:
        np.testing.assert_array_equal(found, case.expected)


@pytest.mark.parametrize("opcode", rows("ptx-vocabulary"))
def test_every_opcode_has_a_family(opcode: str) -> None:
    assert any(family.partition(".")[0] == opcode for family in CASES)


@pytest.mark.skipif(find_tool("ptxas") is None, reason="ptxas is not installed")
@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_the_assembler_takes_the_kernel(number: int) -> None:
    assembled = assemble(GROUPS[number].ptx(), "9.0")
    assert assembled.cubin, assembled.reason

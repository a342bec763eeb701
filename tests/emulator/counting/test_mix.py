"""Which unit executes what."""

import pytest

from gpuadvisor.emulator.counting.mix import execution_unit, is_division
from tests.emulator.counting.launches import function


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("fma.rn.f32", "fp32"),
        ("add.f64", "fp64"),
        ("fma.rn.f16x2", "fp16"),
        ("mad.lo.s32", "int32"),
        ("setp.lt.f32", "fp32"),
        ("mov.f32", "int32"),
        ("selp.f32", "int32"),
        ("shfl.sync.down.b32", "int32"),
        ("ex2.approx.f32", "special"),
        ("sqrt.rn.f64", "fp64"),
        ("ld.global.f32", "memory"),
        ("atom.shared.add.u32", "memory"),
        ("bra.uni", "control"),
        ("bar.sync", "control"),
        ("mma.sync.f16", "matrix"),
    ],
)
def test_execution_units(text: str, unit: str) -> None:
    assert execution_unit(function([text]).instructions[0]) == unit


@pytest.mark.parametrize(
    ("text", "divides"),
    [
        ("div.rn.f32", True),
        ("div.full.f32", False),
        ("div.approx.ftz.f32", False),
        ("div.s32", True),
        ("rem.u64", True),
        ("sqrt.rn.f32", True),
        ("sqrt.approx.f32", False),
        ("rcp.rn.f64", True),
        ("rcp.approx.ftz.f64", False),
        ("mul.f32", False),
    ],
)
def test_divisions_are_what_the_machine_has_no_instruction_for(text: str, divides: bool) -> None:
    assert is_division(function([text]).instructions[0]) == divides

"""Which loops poll memory, and whether another block could change what they poll."""

import pytest

from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.spinning import PATIENCE, polling_branches, polls_shared_memory_only
from tests.emulator.harness import ptx_kernel

BEFORE = ".shared .align 8 .b64 s[4];\n"


def _function(poll: str, test: str) -> Function:
    body = f"mov.u32 %r1, s;\nLOOP: {poll}\n{test}\n@%p1 bra LOOP;"
    return ptx_kernel(body, before=BEFORE).kernels["k"]


@pytest.mark.parametrize(
    ("poll", "in_shared_memory"),
    [
        ("ld.volatile.global.u32 %r2, [%rd0];", False),
        ("ld.acquire.gpu.global.u32 %r2, [%rd0];", False),
        ("ld.relaxed.gpu.u32 %r2, [%rd0];", False),
        ("ld.mmio.relaxed.sys.global.u32 %r2, [%rd0];", False),
        ("ld.global.cv.u32 %r2, [%rd0];", False),
        ("atom.global.cas.b32 %r2, [%rd0], 0, 1;", False),
        ("atom.global.exch.b32 %r2, [%rd0], 1;", False),
        ("atom.global.add.u32 %r2, [%rd0], 0;", False),
        ("atom.global.or.b32 %r2, [%rd0], 0;", False),
        ("ld.volatile.shared.u32 %r2, [%r1];", True),
        ("atom.shared::cta.cas.b32 %r2, [%r1], 0, 1;", True),
    ],
)
def test_loops_that_depend_on_what_they_read_poll(poll: str, in_shared_memory: bool) -> None:
    function = _function(poll, "add.u32 %r3, %r2, 1; setp.eq.u32 %p1, %r3, 1;")
    (branch,) = polling_branches(function)
    assert function.instructions[branch].opcode == "bra"
    assert polls_shared_memory_only(function) is in_shared_memory


def test_waiting_for_a_phase_polls_shared_memory() -> None:
    function = _function("mbarrier.try_wait.parity.b64 %p2, [%rd0], 0;", "not.pred %p1, %p2;")
    assert polling_branches(function)
    assert polls_shared_memory_only(function)


@pytest.mark.parametrize(
    ("poll", "patience"),
    [
        ("mbarrier.try_wait.parity.b64 %p2, [%rd0], 0;", 0),
        ("mbarrier.test_wait.parity.b64 %p2, [%rd0], 0;", PATIENCE),
        ("mbarrier.try_wait.parity.b64 %p2, [%rd0], 0; ld.volatile.u32 %r2, [%rd0];", PATIENCE),
    ],
)
def test_hardware_lets_threads_sleep_that_only_try_to_wait(poll: str, patience: int) -> None:
    function = _function(poll, "not.pred %p1, %p2;")
    assert list(polling_branches(function).values()) == [patience]


@pytest.mark.parametrize(
    ("poll", "test"),
    [
        ("ld.global.u32 %r2, [%rd0];", "setp.eq.u32 %p1, %r2, 0;"),
        ("ld.volatile.global.u32 %r2, [%rd0];", "add.u32 %r3, %r3, 1; setp.lt.u32 %p1, %r3, 9;"),
        ("atom.global.add.u32 %r2, [%rd0], 1;", "setp.lt.u32 %p1, %r2, 9;"),
    ],
)
def test_other_loops_do_not(poll: str, test: str) -> None:
    assert not polling_branches(_function(poll, test))

"""Barriers that some threads of the block do not take part in."""

import numpy as np
import pytest

from tests.emulator.checking.harness import check
from tests.emulator.harness import launch_of, ptx_kernel

LEAVING = """
    setp.lt.u32 %p1, %r0, 64;
    @%p1 bra WAIT;
    exit;
WAIT:
    {barrier}
    st.global.u64 [%rd1], 1;
"""


@pytest.mark.parametrize(
    ("barrier", "messages"),
    [
        ("bar.sync 1, 64;", []),
        ("bar.sync 1;", ["64 of the block's 128 threads exited before they reached the barrier"]),
        ("bar.sync 1, 96;", ["64 threads wait for others that never come"]),
    ],
)
def test_threads_that_left_before(barrier: str, messages: list[str]) -> None:
    program = ptx_kernel(LEAVING.format(barrier=barrier))
    found = check(program, "k", launch_of(2, 128), [np.zeros(128, np.uint64)])
    assert [each.message for each in found] == messages
    assert [each.count for each in found] == [2] * len(messages)


def test_those_who_wait_in_vain_go_on() -> None:
    out = np.zeros(128, np.uint64)
    read = "add.u64 %rd3, %rd0, 8; ld.global.u64 %rd4, [%rd3+2048];"
    program = ptx_kernel(LEAVING.format(barrier="bar.sync 1, 96;") + read)
    found = check(program, "k", launch_of(1, 128), [out])
    assert [each.kind for each in found] == ["divergent-barrier", "out-of-bounds"]

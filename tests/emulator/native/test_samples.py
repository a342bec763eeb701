"""Requests whose addresses native code keeps, and those it chooses of them."""

from typing import Any

import numpy as np
import pytest

from gpuadvisor.emulator.counting.observe import observe
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import run as native
from gpuadvisor.emulator.run import RunOptions, run
from tests.emulator.harness import launch_of, ptx_kernel

LOOP = """
    mul.wide.u32 %rd1, %r0, 4;
    add.u64 %rd1, %rd1, %rd0;
    mov.u32 %r1, 0;
again:
    ld.global.u32 %r2, [%rd1];
    add.u64 %rd1, %rd1, 128;
    add.u32 %r1, %r1, 1;
    setp.lt.u32 %p0, %r1, {rounds};
    @%p0 bra again;
"""


def kept(monkeypatch: pytest.MonkeyPatch, rounds: int, blocks: int) -> list[int]:
    """Return the rounds whose request was kept; each round of a thread reads the next 128 bytes."""
    found: list[Any] = []

    def watch(record: Any, *rest: Any) -> Any:
        found.extend(record.accesses.values())
        return observe(record, *rest)

    monkeypatch.setattr(native, "observe", watch)
    memory = GlobalMemory()
    start = memory.allocate(128 * rounds)
    program = ptx_kernel(LOOP.replace("{rounds}", str(rounds)))
    run(program, "k", launch_of(blocks, 32), [np.uint64(start)], memory, RunOptions())
    (tally,) = found
    samples = tally.sampled()
    assert samples.active.all()
    return [int(address - start) // 128 for address in samples.addresses[:, 0].tolist()]


@pytest.mark.parametrize("rounds", [1, 2, 3, 100, 128])
def test_all_requests_are_kept_where_they_are_few(monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    assert kept(monkeypatch, rounds, 1) == list(range(rounds))


@pytest.mark.parametrize("rounds", [129, 1000, 4097])
def test_of_many_requests_those_at_equal_distances_are_kept(
    monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    first, second, *others = kept(monkeypatch, rounds, 1)
    assert (first, second) == (0, 1)
    assert others[0] == 2
    assert len(set(np.diff(others))) == 1
    assert 64 <= len(others) <= 126
    assert others[-1] + np.diff(others)[0] >= rounds


def test_each_part_of_a_launch_gives_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = kept(monkeypatch, 50, 64)
    assert len(rounds) == 128
    assert rounds[:2] == [0, 1]
    assert max(rounds[2:4]) > 25
    assert all(max(rounds[first : first + 4]) > 25 for first in range(4, 128, 4))

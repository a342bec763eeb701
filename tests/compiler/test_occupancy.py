import csv
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import gpuadvisor
from gpuadvisor.compiler.occupancy import occupancy
from gpuadvisor.model.errors import GpuAdvisorError

GOLDEN = Path(__file__).parents[1] / "data" / "occupancy_golden.csv"


def golden_rows() -> list[dict[str, str]]:
    with GOLDEN.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden_rows(), ids=lambda row: "-".join(list(row.values())[:7]))
def test_golden_rows(row: dict[str, str]) -> None:
    result = occupancy(
        compute_capability=row["compute_capability"],
        registers_per_thread=int(row["registers"]),
        threads_per_block=int(row["threads"]),
        static_shared_bytes=int(row["static_shared"]),
        dynamic_shared_bytes=int(row["dynamic_shared"]),
        barriers=int(row["barriers"]),
        carveout=int(row["carveout"]) if row["carveout"] else None,
        shared_opt_in=row["opt_in"] == "yes",
    )
    assert result.blocks_per_sm == int(row["blocks"])
    assert result.theoretical * 100 == pytest.approx(float(row["percent"]), abs=0.051)
    assert set(result.limiters) == set(row["limiters"].split("|"))


def test_public_name_is_the_same_function() -> None:
    assert gpuadvisor.occupancy is occupancy


def hopper(**changes: Any) -> dict[str, Any]:
    return {"compute_capability": "9.0", "registers_per_thread": 32, "threads_per_block": 256} | changes


@pytest.mark.parametrize(
    ("changes", "what", "allowed"),
    [
        ({"threads_per_block": 0}, "0 threads per block", "1 to 1024"),
        ({"threads_per_block": 1025}, "1025 threads per block", "1 to 1024"),
        ({"registers_per_thread": 256}, "256 registers per thread", "0 to 255"),
        ({"registers_per_thread": -1}, "-1 registers per thread", "0 to 255"),
        ({"barriers": 17}, "17 barriers", "0 to 16"),
        ({"dynamic_shared_bytes": -1}, "-1 bytes of dynamic shared memory", "0 to"),
        ({"carveout": 101}, "101 per cent of carve-out", "0 to 100"),
        ({"compute_capability": "9.5"}, "'9.5'", "9.0"),
    ],
)
def test_impossible_values_are_refused_with_the_limits(
    changes: dict[str, Any], what: str, allowed: str
) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        occupancy(**hopper(**changes))
    assert what in raised.value.what
    assert allowed in (raised.value.remedy or "")


@pytest.mark.parametrize(
    ("changes", "limiter"),
    [
        ({"registers_per_thread": 128, "threads_per_block": 1024}, "registers"),
        ({"dynamic_shared_bytes": 227 * 1024 + 1}, "shared-memory"),
        ({"static_shared_bytes": 40 * 1024, "dynamic_shared_bytes": 188 * 1024}, "shared-memory"),
    ],
)
def test_a_launch_that_cannot_run_has_no_blocks_and_says_why(changes: dict[str, Any], limiter: str) -> None:
    result = occupancy(**hopper(**changes))
    assert (result.blocks_per_sm, result.warps_per_sm, result.theoretical) == (0, 0, 0.0)
    assert result.limiters == [limiter]


def test_the_largest_shared_memory_still_runs() -> None:
    assert occupancy(**hopper(dynamic_shared_bytes=227 * 1024)).blocks_per_sm == 1


def test_better_block_sizes_keep_their_promise_and_come_best_first() -> None:
    case = hopper(registers_per_thread=40, threads_per_block=800)
    asked = occupancy(**case)
    assert asked.better_block_sizes
    for option in asked.better_block_sizes:
        result = occupancy(**case | {"threads_per_block": option.threads_per_block})
        assert result.blocks_per_sm == option.blocks_per_sm
        assert result.theoretical == option.theoretical > asked.theoretical
    assert all(
        first.theoretical >= second.theoretical for first, second in pairwise(asked.better_block_sizes)
    )


def test_every_better_whole_warp_block_size_is_listed() -> None:
    case = hopper(registers_per_thread=72, threads_per_block=640, dynamic_shared_bytes=30_000)
    asked = occupancy(**case)
    better = {
        threads
        for threads in range(32, 1025, 32)
        if occupancy(**case | {"threads_per_block": threads}).theoretical > asked.theoretical
    }
    assert {option.threads_per_block for option in asked.better_block_sizes} == better


@pytest.mark.parametrize("registers", [33, 40, 72, 128, 200, 255])
@pytest.mark.parametrize("threads", [96, 128, 256, 1000])
def test_registers_for_next_block_is_the_most_that_gives_one_more(registers: int, threads: int) -> None:
    case = hopper(registers_per_thread=registers, threads_per_block=threads)
    asked = occupancy(**case)
    assert asked.limiters == ["registers"]
    most = asked.registers_for_next_block
    assert most is not None
    assert occupancy(**case | {"registers_per_thread": most}).blocks_per_sm > asked.blocks_per_sm
    assert occupancy(**case | {"registers_per_thread": most + 1}).blocks_per_sm == asked.blocks_per_sm


@pytest.mark.parametrize("carveout", [None, 0, 30, 100])
@pytest.mark.parametrize("shared", [30_000, 100_000, 150_000, 240_000])
def test_shared_bytes_for_next_block_is_the_most_that_gives_one_more(
    shared: int, carveout: int | None
) -> None:
    case = hopper(dynamic_shared_bytes=shared, carveout=carveout)
    asked = occupancy(**case)
    most = asked.shared_bytes_for_next_block
    assert most is not None
    assert occupancy(**case | {"dynamic_shared_bytes": most}).blocks_per_sm > asked.blocks_per_sm
    for more in range(most + 1, shared, 512):
        assert occupancy(**case | {"dynamic_shared_bytes": more}).blocks_per_sm <= asked.blocks_per_sm


def test_no_next_block_is_promised_where_something_else_limits_too() -> None:
    result = occupancy(**hopper(registers_per_thread=32))
    assert set(result.limiters) == {"warps", "registers"}
    assert result.registers_for_next_block is None
    assert result.shared_bytes_for_next_block is None

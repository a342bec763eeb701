"""Facts from traced requests and from the ways of branches, worked out by hand."""

import pytest

from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import BranchPath
from gpuadvisor.model.traffic import Contention, Reuse, Trace
from tests.advising.profiles import branch, kernel, load

TRACE = Trace(blocks=2, requests_per_warp=8, complete=False, requests=30)
REUSE = Reuse(trace=TRACE, sectors=120, ideal_sectors=60, block_sectors=20, distinct_sectors=15)
CONTENTION = Contention(
    lanes_per_address=1.5,
    trace=TRACE,
    worst_lanes=17,
    mean_worst_lanes=4.0,
    addresses=50,
    hottest_share=0.1,
)
LONG = BranchPath(
    executions=90,
    divergent_threads=4.0,
    instructions=200 / 90,
    warp_instructions=200,
    thread_instructions=800,
)
SHORT = BranchPath(
    executions=100, divergent_threads=28.0, instructions=0.5, warp_instructions=50, thread_instructions=900
)


def scene(**parts: object) -> Scene:
    access = load(operation="atomic", reuse=REUSE, contention=CONTENTION)
    counters = kernel().counters
    assert counters is not None
    counters.load_reuse = REUSE
    of = kernel(counters=counters)
    split = branch(taken_share=0.125, taken=LONG, passed=SHORT)
    fields: dict[str, object] = {"kernel": of, "access": access, "branch": split}
    return Scene(**(fields | parts))  # type: ignore[arg-type]


EXPECTED: dict[str, Value] = {
    "kernel.global_load_reuse_in_block": 3.0,
    "access.requests_per_sector_in_block": 6.0,
    "access.requests_per_sector_in_sample": 8.0,
    "access.distinct_bytes_per_block": 320.0,
    "access.lanes_per_address": 1.5,
    "access.worst_lanes_per_address": 17,
    "access.mean_worst_lanes_per_address": 4.0,
    "access.hottest_address_share": 0.1,
    "access.has_hot_address": True,
    "branch.taken_share": 0.125,
    "branch.taken_instructions": 200 / 90,
    "branch.passed_instructions": 0.5,
    "branch.rare_way_threads": 4.0,
    "branch.rare_way_instructions": 200 / 90,
    "branch.rare_way_share": 0.2,  # 200 of 1,000
    "branch.has_rare_way": True,
}


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
def test_facts(name: str, value: Value) -> None:
    assert CATALOGUE[name].read(scene()) == value


@pytest.mark.parametrize("name", [name for name in EXPECTED if ".has_" not in name])
def test_what_was_not_traced_is_missing(name: str) -> None:
    assert CATALOGUE[name].read(scene(access=load(), branch=branch(), kernel=kernel())) is None


@pytest.mark.parametrize(
    ("lanes", "share", "hot"), [(3.9, 0.5, False), (20.0, 0.09, False), (4.0, 0.1, True), (32.0, 1.0, True)]
)
def test_an_address_is_hot_that_many_threads_of_many_requests_want(
    lanes: float, share: float, hot: bool
) -> None:
    found = Contention(
        lanes_per_address=2.0,
        trace=TRACE,
        worst_lanes=32,
        mean_worst_lanes=lanes,
        addresses=2,
        hottest_share=share,
    )
    assert CATALOGUE["access.has_hot_address"].read(scene(access=load(contention=found))) is hot


@pytest.mark.parametrize(
    ("threads", "instructions", "rare"),
    [(4.1, 200, False), (4.0, 199, False), (1.0, 900, True), (1.0, None, False)],
)
def test_a_rare_way_is_one_that_few_threads_go_for_long(
    threads: float, instructions: int | None, rare: bool
) -> None:
    way = BranchPath(executions=90, divergent_threads=threads, warp_instructions=instructions)
    split = branch(taken=SHORT, passed=way)
    assert CATALOGUE["branch.has_rare_way"].read(scene(branch=split)) is rare


def test_a_branch_that_never_splits_has_no_rare_way() -> None:
    way = BranchPath(executions=90, instructions=10.0, warp_instructions=900, thread_instructions=28800)
    split = branch(taken=way, passed=BranchPath(executions=10, instructions=0.0, warp_instructions=0))
    assert CATALOGUE["branch.has_rare_way"].read(scene(branch=split)) is False
    assert CATALOGUE["branch.rare_way_threads"].read(scene(branch=split)) is None

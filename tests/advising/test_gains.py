"""The what-if model against ratios worked out by hand."""

from math import isclose

import msgspec
import pytest

from gpuadvisor.advising.causes import CAUSES
from gpuadvisor.advising.evaluation import readings_of
from gpuadvisor.advising.gains import parse_gain
from gpuadvisor.advising.syntax import ExpressionError
from gpuadvisor.advising.types import Type
from gpuadvisor.advising.what_if import Case, estimate
from gpuadvisor.model.kernel import BranchPath, KernelTime, Launch
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Gain
from tests.advising.profiles import branch, kernel, load, machine, shared_load

TYPES = {"kernel.occupancy.best_theoretical": Type.NUMBER}


def time(**components: float) -> KernelTime:
    return KernelTime(
        provenance=Provenance.MODELLED, seconds=max(components.values(), default=0.0), components=components
    )


def gain(text: str, case: Case, **facts: float) -> Gain | None:
    model = parse_gain(text, TYPES, lambda name: f"unknown fact {name}")
    return model.estimate(
        case, readings_of({name.replace("__", "."): value for name, value in facts.items()})
    )


@pytest.mark.parametrize(
    ("components", "factors", "expected", "high"),
    [
        ({"l2": 4.0, "dram": 2.0}, {"l2": 0.25}, 2.0, 4.0),  # DRAM takes over
        ({"l2": 4.0, "dram": 2.0}, {"l2": 0.75}, 4 / 3, 4 / 3),
        ({"l2": 4.0, "dram": 2.0}, {"dram": 0.5}, 1.0, 2.0),  # hidden behind L2
        ({"l2": 4.0}, {}, 1.0, 1.0),
        ({"l2": 4.0}, {"l2": 1.5}, 1.0, 1.0),  # never a loss
        ({"l2": 4.0}, {"fp64": 0.01}, 1.0, 1.0),  # a component the time lacks
    ],
)
def test_the_slowest_component_decides(
    components: dict[str, float], factors: dict[str, float], expected: float, high: float
) -> None:
    found = estimate(time(**components), factors)
    assert found is not None
    assert (found.low, found.provenance) == (1.0, Provenance.MODELLED)
    assert isclose(found.expected, expected)
    assert isclose(found.high, high)


def test_a_time_without_components_gives_no_gain() -> None:
    assert estimate(time(), {"l2": 0.5}) is None
    assert gain("speedup_without(excess_sectors)", Case(kernel=kernel(time=None))) is None


def test_excess_sectors_of_one_access() -> None:
    wasteful = load(sectors=320)
    profile = kernel(
        accesses=[load(), wasteful, shared_load()], time=time(dram=1.0, l2=9.0, l1=3.0, shared=2.0)
    )
    found = gain("speedup_without(excess_sectors)", Case(kernel=profile, accesses=(wasteful,)))
    # L2: 80 of 360 sectors remain, 2 s. DRAM's 1,280 bytes were each moved once already. Shared: 2 s.
    assert found is not None
    assert isclose(found.expected, 9 / 2)
    assert isclose(found.high, 360 / 80)


def test_dram_traffic_shrinks_only_as_far_as_fewer_bytes_are_asked_for() -> None:
    counters = msgspec.structs.replace(kernel().counters, dram_bytes=3200)
    case = Case(kernel=kernel(counters=counters, accesses=[load(sectors=320)]))
    factors = CAUSES["excess_sectors"](case)
    assert factors is not None
    assert factors["dram"] == 40 * 32 / 3200
    nothing_to_gain = {"l1": 1.0, "l2": 1.0, "dram": 1.0}
    assert CAUSES["excess_sectors"](Case(kernel=kernel(accesses=[load()]))) == nothing_to_gain


def test_bank_conflicts() -> None:
    calm = shared_load(wavefronts=10)
    conflicting = shared_load()
    case = Case(kernel=kernel(accesses=[calm, conflicting, load()]), accesses=(conflicting,))
    assert CAUSES["bank_conflicts"](case) == {"shared": 20 / 330}


def test_reloads_leave_the_distinct_sectors_and_a_pass_of_shared_memory_per_load() -> None:
    counters = msgspec.structs.replace(kernel().counters, global_load_requests=200_000_000, dram_bytes=1280)
    wasteful = load(sectors=4000)
    time_ = time(l2=10e-3, l1=4e-3, latency=1e-3, issue=0.5e-3)
    profile = kernel(counters=counters, accesses=[wasteful], time=time_)
    # 200 million passes on 100 multiprocessors at 1 GHz take 2 ms; 40 of 4,000 sectors are distinct.
    factors = CAUSES["reloads"](Case(kernel=profile, machine=machine()))
    assert factors == {"l2": 0.2, "l1": 0.5, "latency": 1.0}
    few = kernel(counters=msgspec.structs.replace(counters, global_load_requests=10), accesses=[wasteful])
    factors = CAUSES["reloads"](Case(kernel=few, machine=machine()))
    assert factors == {"l2": 0.01, "l1": 0.01, "latency": 0.01}
    assert CAUSES["reloads"](Case(kernel=profile)) is None
    known = msgspec.structs.replace(machine().device, shared_latency_cycles=30, l2_latency_cycles=240)
    slower = msgspec.structs.replace(machine(), device=known)
    factors = CAUSES["reloads"](Case(kernel=few, machine=slower))
    assert factors == {"l2": 0.01, "l1": 0.01, "latency": 0.125}


def test_operand_loads_shrink_to_a_quarter() -> None:
    counters = msgspec.structs.replace(
        kernel().counters, shared_load_wavefronts=300, shared_load_requests=300, warp_instructions=900
    )
    stores = shared_load(operation="store", wavefronts=100)
    profile = kernel(counters=counters, accesses=[shared_load(wavefronts=300), stores])
    assert CAUSES["operand_loads"](Case(kernel=profile)) == {"shared": 1 - 0.75 * 0.75, "issue": 0.75}
    assert CAUSES["operand_loads"](Case(kernel=kernel(accesses=[load()]))) is None


def test_divergence_of_a_kernel_and_of_one_branch() -> None:
    everything = CAUSES["divergence"](Case(kernel=kernel()))
    assert everything is not None
    assert everything["issue"] == 0.5  # 16 of 32 threads
    few, many = branch(divergent=30), branch(divergent=90)
    profile = kernel(branches=[few, many])
    one = CAUSES["divergence"](Case(kernel=profile, branch=few))
    assert one is not None
    assert one["issue"] == 1 - 0.5 * 0.25


def test_lanes_tail_and_multiprocessors() -> None:
    odd = kernel(launch=Launch(grid=(250, 1, 1), block=(100, 1, 1)))
    lanes = CAUSES["idle_lanes"](Case(kernel=odd))
    assert lanes is not None
    assert lanes["issue"] == 100 / 128
    tail = CAUSES["tail"](Case(kernel=odd, machine=machine()))
    assert tail is not None
    assert tail["latency"] == 1.25 / 2  # waves
    assert tail["issue"] == 2.5 / 3  # blocks per multiprocessor
    small = kernel(launch=Launch(grid=(25, 1, 1), block=(96, 1, 1)))
    idle = CAUSES["idle_multiprocessors"](Case(kernel=small, machine=machine()))
    assert idle is not None
    assert idle["latency"] == 0.25


def test_local_memory_and_double_precision() -> None:
    # 10 local requests of 4 sectors beside 40 global sectors; 10 of 1000 instructions.
    assert CAUSES["local_memory"](Case(kernel=kernel())) == {"issue": 0.99, "l1": 0.5}
    assert CAUSES["double_precision"](Case(kernel=kernel(), machine=machine())) == {"fp64": 0.5}


@pytest.mark.parametrize("cause", ["tail", "idle_multiprocessors", "double_precision"])
def test_without_the_machine_there_is_no_gain(cause: str) -> None:
    assert CAUSES[cause](Case(kernel=kernel())) is None


@pytest.mark.parametrize(
    "cause", ["excess_sectors", "bank_conflicts", "divergence", "local_memory", "double_precision", "tail"]
)
def test_without_counts_there_is_no_gain(cause: str) -> None:
    bare = kernel(counters=None, accesses=[], branches=[], occupancy=None)
    assert CAUSES[cause](Case(kernel=bare)) is None


def test_a_better_occupancy_shortens_the_wait_for_memory() -> None:
    waiting = kernel(time=time(latency=4.0, dram=3.0))
    question = "speedup_at_occupancy(kernel.occupancy.best_theoretical)"
    found = gain(question, Case(kernel=waiting), kernel__occupancy__best_theoretical=1.0)
    assert found == Gain(low=1.0, expected=4 / 3, high=2.0)
    assert gain(question, Case(kernel=waiting)) is None
    worse = gain(question, Case(kernel=waiting), kernel__occupancy__best_theoretical=0.25)
    assert worse == Gain(low=1.0, expected=1.0, high=1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2.0", "a gain is"),
        ("speedup_without()", "a gain is"),
        ("speedup_without(excess_sectors, tail)", "a gain is"),
        ("speedup_without(gravity)", "unknown cause gravity; known: excess_sectors"),
        ("speedup_at_occupancy(kernel.nothing)", "unknown fact"),
        ("speedup_at_occupancy('full')", "gives a text"),
        ("print(tail)", "a gain is"),
        ("speedup_without(cause=tail)", "a gain is"),
    ],
)
def test_any_other_question_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_gain(text, TYPES, lambda name: f"unknown fact {name}")
    assert reason in refusal.value.reason


def test_a_rare_way_shrinks_to_the_threads_that_need_it() -> None:
    """400 of 1,000 instructions are run with 2 of 32 threads each: 25 would do."""
    way = BranchPath(
        executions=90, divergent_threads=2.0, warp_instructions=400, thread_instructions=800, instructions=4.4
    )
    other = BranchPath(executions=100, divergent_threads=30.0, instructions=0.0, warp_instructions=0)
    case = Case(kernel=kernel(), branch=branch(taken=other, passed=way))
    factors = CAUSES["rare_way"](case)
    assert factors is not None
    assert factors["issue"] == pytest.approx((1000 - 400 + 25) / 1000)
    assert CAUSES["rare_way"](Case(kernel=kernel(), branch=branch())) is None

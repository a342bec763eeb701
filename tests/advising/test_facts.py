"""Every fact is read right from a profile, and is missing where the profile lacks its part."""

from pathlib import Path

import pytest

from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE, GROUPS, unknown_fact, visible_facts
from gpuadvisor.advising.facts_page import facts_document
from gpuadvisor.advising.scene import Scene, kernel_scene
from gpuadvisor.advising.types import OF_FACT, type_of
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.model.provenance import Provenance
from tests.advising.profiles import branch, kernel, load, machine, shared_load

KERNEL = kernel()
GLOBAL = load(sectors=80, ideal_sectors=40, lane_stride_bytes=8, thread_step_bytes=3072)
SECOND_FIELD = load(8, sectors=120, ideal_sectors=40, lane_stride_bytes=8, base_misalignment_bytes=4)


def scene(**parts: object) -> Scene:
    return Scene(machine=machine(), kernel=KERNEL, **parts)  # type: ignore[arg-type]


def everything() -> Scene:
    accesses = [GLOBAL, SECOND_FIELD, shared_load()]
    return Scene(machine=machine(), kernel=kernel(accesses=accesses), access=GLOBAL, branch=branch())


EXPECTED: dict[str, Value] = {
    "machine.name": "Test GPU",
    "machine.multiprocessors": 100,
    "machine.fp32_lanes_per_fp64_lane": 2.0,
    "machine.first_cuda": "11.8",
    "machine.first_cuda_version": 11080,
    "machine.memory_kind": "HBM",
    "machine.ridge.fp32.dram": 25.6,  # 2 operations of 128 lanes of 100 multiprocessors at 1 GHz, at 1 TB/s
    "machine.suspect_points": 0,
    "machine.points": 6,
    "machine.saturating_occupancy.loads_1": 0.5,
    "machine.saturating_occupancy.loads_4": 0.25,
    "kernel.location": "k.cu:3",
    "kernel.threads_per_block": 96,
    "kernel.warps_per_block": 3,
    "kernel.lanes_used": 1.0,
    "kernel.blocks": 250,
    "kernel.threads": 24000,
    "kernel.waves": 1.25,  # 250 / (2 * 100)
    "kernel.tail_fraction": 0.75,
    "kernel.multiprocessors_used": 1.0,
    "kernel.spill_bytes": 12,
    "kernel.shared_bytes": 1024,
    "kernel.occupancy.best_theoretical": 0.75,
    "kernel.occupancy.best_block_sizes": ["128"],
    "kernel.occupancy.registers_for_next_block": 32,
    "kernel.occupancy.bandwidth_fraction": 0.96,  # two loads are judged by the curve of one, at 0.5
    "kernel.threads_per_warp_instruction": 16.0,
    "kernel.predicated_on_threads_per_warp_instruction": 8.0,
    "kernel.global_load.sectors_per_request": 4.0,
    "kernel.global_load_reuse": 1.0,  # 40 sectors of 32 bytes, of 1,280 bytes
    "kernel.shared_loads_per_store": 1.0,
    "kernel.shared_loads_per_arithmetic_instruction": 0.45714285714285713,  # 320 passes, 700 instructions
    "kernel.instruction_mix.arithmetic": 0.7,
    "kernel.global_store.sectors_per_request": 32.0,
    "kernel.global_store.ideal_sectors_per_request": 4.0,
    "kernel.global_atomic.sectors_per_request": 32.0,
    "kernel.shared_load.wavefronts_per_request": 32.0,
    "kernel.shared_atomic.wavefronts_per_request": 4.0,
    "kernel.local_requests": 10,
    "kernel.local_request_share": 0.16666666666666666,  # 10 of 60
    "kernel.divergent_branch_fraction": 0.9,
    "kernel.barriers_per_thousand_instructions": 20.0,
    "kernel.instruction_mix.fp64": 0.1,
    "kernel.instruction_mix.special": 0.0,
    "kernel.largest_share_of_divergence": 1.0,
    "kernel.time.bound_by": "l2",
    "kernel.time.dram": 0.5,
    "kernel.time.shared": 0.75,
    "access.location": "k.cu:7",
    "access.target": "`in`",
    "access.sectors_per_request": 8.0,
    "access.ideal_sectors_per_request": 4.0,
    "access.share_of_kernel_sectors": 0.4,  # 80 of 200
    "access.excess_share_of_kernel_sectors": 0.2,
    "access.structure_fields": 2,
    "access.stride_bytes_used": 4,
    "access.thread_step_bytes": 3072,
    "access.stride_varies": False,
    "access.owns_chunk": False,
    "access.has_lane_stride": True,
    "access.has_padding": False,
    "branch.location": "k.cu:5",
    "branch.divergent_fraction": 0.9,
    "branch.share_of_divergence": 1.0,
}


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
def test_a_fact_is_read_as_worked_out_by_hand(name: str, value: Value) -> None:
    assert CATALOGUE[name].read(everything()) == value


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_known_fact_has_its_type_and_a_provenance(name: str) -> None:
    fact = CATALOGUE[name]
    value = fact.read(everything())
    if value is not None:
        assert type_of(value) is OF_FACT[fact.type]
        assert isinstance(fact.provenance(everything()), Provenance)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_fact_is_missing_where_there_is_nothing(name: str) -> None:
    assert CATALOGUE[name].read(Scene()) is None


def test_a_bare_kernel_leaves_what_nobody_found_out_missing() -> None:
    bare = KernelProfile(
        name="k", source="k.cu", device="cuda:0", launch=Launch(grid=(1, 1, 1), block=(32, 1, 1))
    )
    known = {name for name, fact in CATALOGUE.items() if fact.read(Scene(kernel=bare)) is not None}
    assert known == {
        "kernel.name",
        "kernel.location",
        "kernel.device",
        "kernel.threads_per_block",
        "kernel.block_width",
        "kernel.warps_per_block",
        "kernel.lanes_used",
        "kernel.blocks",
        "kernel.threads",
        "kernel.dynamic_shared_bytes",
    }


def test_what_has_no_requests_has_no_sectors_per_request() -> None:
    idle = kernel(counters=KernelCounters(blocks_total=1, blocks_run=1))
    name = "kernel.global_load.sectors_per_request"
    assert CATALOGUE[name].read(Scene(kernel=idle)) is None
    assert CATALOGUE["kernel.global_load.requests"].read(Scene(kernel=idle)) == 0


@pytest.mark.parametrize(
    ("stride", "used", "step", "owns"),
    [
        (32, 32, None, True),  # two vectors of 16 bytes, one after the other
        (-32, 32, None, True),
        (128, 32, 32, True),  # a loop of which four doubles are unrolled
        (128, 8, -8, True),  # backwards
        (8192, 4, 4, True),  # along a row
        (8192, 4, 8, False),  # with gaps
        (8192, 4, None, False),  # a column
        (24, 8, 24 * 1024, False),  # a loop over the grid
        (24, 23, None, False),  # one byte of it unused
        (24, 8, 0, False),  # the same again
        (None, 4, 4, None),
        (8, None, 4, None),
    ],
)
def test_a_thread_owns_a_chunk_where_it_uses_its_stride_or_goes_on_beside_it(
    stride: int | None, used: int | None, step: int | None, owns: bool | None
) -> None:
    access = load(lane_stride_bytes=stride, stride_bytes_used=used, thread_step_bytes=step)
    assert CATALOGUE["access.owns_chunk"].read(scene(access=access)) is owns


def test_reuse_of_a_kernel_whose_traffic_is_unknown_is_missing() -> None:
    unknown = kernel(counters=KernelCounters(blocks_total=1, blocks_run=1, global_load_ideal_sectors=4))
    assert CATALOGUE["kernel.global_load_reuse"].read(Scene(kernel=unknown)) is None


def test_shares_are_those_of_the_source_line_however_often_it_is_unrolled() -> None:
    unrolled = kernel(accesses=[load(), load(), load(20, sectors=80)])
    share = CATALOGUE["access.share_of_kernel_sectors"].read(Scene(kernel=unrolled, access=load()))
    assert share == 0.5


def test_shares_of_one_space_are_missing_in_the_other() -> None:
    inside = scene(access=shared_load())
    assert CATALOGUE["access.share_of_kernel_sectors"].read(inside) is None
    assert CATALOGUE["access.share_of_kernel_wavefronts"].read(inside) == 1.0
    assert CATALOGUE["access.share_of_kernel_wavefronts"].read(scene(access=load())) is None
    assert CATALOGUE["access.sectors_per_request"].read(inside) is None


def test_a_machine_that_is_not_the_kernels_says_nothing_about_it() -> None:
    elsewhere = kernel_scene(machine(device_id="emulated:a10"), KERNEL)
    assert CATALOGUE["kernel.waves"].read(elsewhere) is None
    assert CATALOGUE["kernel.waves"].read(kernel_scene(machine(), KERNEL)) == 1.25


def test_names_are_unique_and_begin_with_their_subject() -> None:
    facts = [fact for group in GROUPS for fact in group.FACTS]
    assert len(facts) == len(CATALOGUE)
    assert all(fact.name.startswith(f"{fact.subject}.") and fact.meaning for fact in facts)


def test_a_kernel_rule_cannot_see_one_access() -> None:
    assert "access.line" not in visible_facts("kernel")
    assert "access.line" in visible_facts("access")
    assert "fact of the access" in unknown_fact("access.line", "kernel")
    assert "did you mean kernel.waves" in unknown_fact("kernel.wave", "kernel")


def test_the_page_of_facts_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "facts.md"
    assert page.read_text(encoding="utf-8") == facts_document()

"""What a file of Nsight Compute tells of counters, and that nothing else is taken for known."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.rules import OF_KERNELS, load_rules
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.sources.traces.agreement import disagreements
from gpuadvisor.sources.traces.ncu import read_ncu
from tests.sources.traces.ncu_tables import COUNTED, RAW, long, wide


@pytest.fixture(params=["wide", "long"])
def transpose(request: pytest.FixtureRequest, tmp_path: Path) -> KernelProfile:
    path = tmp_path / "report.csv"
    rows = {("Command line profiler metrics", name): value for name, value in (RAW | COUNTED).items()}
    path.write_text(wide(metrics=RAW | COUNTED) if request.param == "wide" else long(metrics=rows))
    (found,) = read_ncu(path)
    return found


def counters(kernel: KernelProfile) -> KernelCounters:
    assert kernel.counters is not None
    return kernel.counters


def fact(name: str, kernel: KernelProfile) -> Value | None:
    return CATALOGUE[f"kernel.{name}"].read(Scene(kernel=kernel))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads_per_warp_instruction", 32.0),
        ("predicated_on_threads_per_warp_instruction", 30.0),
        ("global_load.sectors_per_request", 4.0),
        ("global_load.ideal_sectors_per_request", 4.0),
        ("global_store.sectors_per_request", 32.0),
        ("global_store.ideal_sectors_per_request", 4.0),
        ("global_atomic.requests", 42),
        ("shared_load.requests", 32),
        ("shared_load.wavefronts_per_request", 32.0),  # of the two metrics that count them, the exact one
        ("shared_load.ideal_wavefronts_per_request", 1.0),
        ("shared_store.wavefronts", 32),
        ("divergent_branch_fraction", 0.25),
    ],
)
def test_facts(name: str, value: float, transpose: KernelProfile) -> None:
    assert fact(name, transpose) == pytest.approx(value)
    assert CATALOGUE[f"kernel.{name}"].provenance(Scene(kernel=transpose)) is Provenance.IMPORTED_NCU


@pytest.mark.parametrize(
    "name",
    [
        "global_atomic.sectors",  # those of reductions are not told
        "shared_store.requests",
        "shared_atomic.requests",
        "local_requests",
        "barriers",
        "fp64_instructions",
        "instruction_mix.fp32",
        "instruction_mix.arithmetic",
        "barriers_per_thousand_instructions",
        "dram_bytes",
        "global_load_reuse",
    ],
)
def test_what_is_not_told_is_not_known(name: str, transpose: KernelProfile) -> None:
    assert fact(name, transpose) is None


def test_blocks_are_those_of_the_grid(transpose: KernelProfile) -> None:
    found = counters(transpose)
    assert (found.blocks_run, found.blocks_total) == (4096, 4096)


def test_rules_judge_what_was_counted_and_name_what_was_not(transpose: KernelProfile) -> None:
    advice, missing = advise(None, [transpose], load_rules((), OF_KERNELS))
    assert all(each.gain is None for each in advice)
    lacking = {name for each in missing for name in each.missing}
    assert {
        "kernel.local_request_share",
        "kernel.instruction_mix.fp64",
        "access.sectors_per_request",
    } <= lacking
    assert not {"kernel.global_store.sectors_per_request", "kernel.threads_per_warp_instruction"} & lacking


def test_sources_that_count_differently_are_named(transpose: KernelProfile) -> None:
    other = KernelProfile(
        name=transpose.name,
        source="kernels.json",
        device="emulated:h100",
        launch=transpose.launch,
        counters=KernelCounters(
            blocks_total=4096,
            blocks_run=4096,
            global_load_sectors=1_048_576,
            global_store_sectors=4_200_000,  # within what hardware leaves out
            warp_instructions=2_000_000,  # of PTX: no quantity that can disagree
        ),
    )
    found = {each.quantity: each for each in disagreements([transpose, other], [])}
    assert "global_load_sectors" in found
    assert "global_store_sectors" not in found
    assert "warp_instructions" not in found
    provenances = {claim.source: claim.provenance for claim in found["global_load_sectors"].claims}
    assert provenances == {transpose.source: Provenance.IMPORTED_NCU, "kernels.json": Provenance.COUNTED}

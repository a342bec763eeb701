"""Achieved against expected: the best valid point, with its clock; suspect points are never used."""

import msgspec
import pytest

from gpuadvisor.advising.machine.resources import resource_called, resources
from gpuadvisor.model.comparison import Resource
from gpuadvisor.model.machine import Better, MachineProfile, PointConditions, ProbeResult
from gpuadvisor.model.provenance import Provenance
from tests.advising.machine.machines import CLOCK_HZ, DEVICE, dram, point, probe, profile, whole


def found(name: str, machine: MachineProfile | None = None) -> Resource:
    resource = resource_called(whole() if machine is None else machine, name)
    assert resource is not None
    return resource


@pytest.mark.parametrize(
    ("name", "achieved", "share", "at_clock"),
    [
        ("dram.read", 2.79e12, 0.93, None),
        ("dram.triad", 2.55e12, 0.85, None),
        ("l2.read", 9e12, 0.9, None),
        ("l1.read", 124.0, 124 / 125 * 0.8, 124 / 125),  # it ran at 1.6 of 2 GHz
        ("fp32", 127.0, 127 / 128 * 0.8, 127 / 128),
        ("fp64", 63.5, 63.5 / 64 * 0.8, 63.5 / 64),
        ("fp16", 250.0, 250 / 256 * 0.8, 250 / 256),
        ("special", 15.9, 15.9 / 16 * 0.8, 15.9 / 16),
        ("latency.l1", 32.0, 1.0, None),
        ("latency.l2", 280.0, 1.0, None),
        ("latency.dram", 660.0, 660 / 650, None),
        ("latency.fp32", 4.0, 1.0, None),
    ],
)
def test_a_resource_is_what_the_best_point_reached(
    name: str, achieved: float, share: float, at_clock: float | None
) -> None:
    resource = found(name)
    assert resource.achieved == achieved
    assert resource.share == pytest.approx(share)
    assert resource.share_at_clock == (None if at_clock is None else pytest.approx(at_clock))
    assert resource.provenance is Provenance.MEASURED


def test_a_rate_is_that_of_all_multiprocessors_at_the_clock_it_ran_at() -> None:
    """127 multiply-adds of two operations, 100 multiprocessors, 1.6 GHz; 124 bytes for L1."""
    assert found("fp32").rate == pytest.approx(127 * 2 * 100 * CLOCK_HZ)
    assert found("l1.read").rate == pytest.approx(124 * 100 * CLOCK_HZ)
    assert found("int32").rate == pytest.approx(63 * 100 * CLOCK_HZ)
    assert (found("fp32").rate_unit, found("int32").rate_unit) == ("FLOP/s", "operations/s")


def test_the_point_and_the_source_of_what_is_expected_are_named() -> None:
    assert found("dram.read").parameters == {"sweep": "read", "width": 16}
    expected = found("l2.read").expected
    assert expected is not None
    assert (expected.kind, expected.source) == ("published", "somebody's measurement")
    theory = found("fp32").expected
    assert theory is not None
    assert theory.kind == "theoretical"
    assert "Arithmetic Instructions" in theory.source


def with_points(*points: object) -> MachineProfile:
    measured = probe("dram_bandwidth", {"bandwidth": ("bytes/s", "higher")}, points)  # type: ignore[arg-type]
    return profile(measured)


def test_a_suspect_point_is_not_used_however_good_it_looks() -> None:
    machine = with_points(
        point({"bandwidth": 2e12}, sweep="read", width=4),
        point({"bandwidth": 9e12}, "above the plausible 3.06e12", sweep="read", width=16),
    )
    assert found("dram.read", machine).achieved == 2e12
    assert found("dram.read", machine).suspect == []


def test_where_every_point_is_suspect_the_reasons_are_told_and_no_figure() -> None:
    machine = with_points(
        point({"bandwidth": 9e12}, "the GPU was throttled", sweep="read", width=4),
        point({"bandwidth": 9e12}, "above the plausible", sweep="read", width=8),
        point({"bandwidth": 9e12}, "above the plausible", sweep="read", width=16),
    )
    resource = found("dram.read", machine)
    assert (resource.achieved, resource.share, resource.rate) == (None, None, None)
    assert resource.suspect == ["above the plausible", "the GPU was throttled"]


def test_without_a_clock_there_is_no_share_of_the_highest_clock() -> None:
    alone = probe(
        "arithmetic",
        {"operations_per_clock": ("operations", "higher")},
        [point({"operations_per_clock": 64.0}, clock_hz=None, sweep="fp32_fma", warps=32, chains=8)],
    )
    resource = found("fp32", profile(alone))
    assert (resource.share, resource.share_at_clock, resource.rate) == (None, 0.5, None)


def test_the_median_of_the_looks_counts_before_the_clocks_at_the_ends() -> None:
    looked = point({"bandwidth": 2e12}, sweep="read", width=4)
    looked = msgspec.structs.replace(looked, conditions=PointConditions(sm_clock_hz=1.9e9))
    assert found("dram.read", with_points(looked)).sm_clock_hz == 1.9e9


def test_a_share_at_the_memory_clock_is_the_probes_own() -> None:
    slowed = point({"bandwidth": 1.5e12}, sweep="read", width=4)
    slowed = msgspec.structs.replace(slowed, of_peak_at_clock={"bandwidth": 0.95})
    resource = found("dram.read", with_points(slowed))
    assert (resource.share, resource.share_at_clock) == (0.5, 0.95)


def test_a_device_without_a_published_figure_has_no_share() -> None:
    bare = msgspec.structs.replace(DEVICE, l2_latency_cycles=None)
    machine = msgspec.structs.replace(whole(), device=bare)
    resource = found("latency.l2", machine)
    assert (resource.expected, resource.share, resource.achieved) == (None, None, 280.0)


def test_modelled_figures_stay_modelled() -> None:
    assert found("dram.read", profile(dram(Provenance.MODELLED, read=3e12))).provenance is Provenance.MODELLED


@pytest.mark.parametrize("probes", [(), (probe("stranger", {"bandwidth": ("bytes/s", "higher")}, []),)])
def test_a_profile_without_the_probes_has_no_resources(probes: tuple[ProbeResult, ...]) -> None:
    assert resources(profile(*probes)) == []


def test_names_are_unique() -> None:
    names = [resource.name for resource in resources(whole())]
    assert len(set(names)) == len(names) >= 15


def test_copies_are_compared_with_what_the_link_carries() -> None:
    """Sixteen lanes of the fourth generation: 31.5 GB/s."""
    copies = [
        point({"bandwidth": found}, sweep=sweep, bytes=1 << 28)
        for sweep, found in (("pinned_to_device", 26e9), ("pageable_to_device", 9e9))
    ]
    machine = profile(probe("transfers", {"bandwidth": ("bytes/s", "higher")}, copies))
    pinned, pageable = (
        found("transfers.pinned_to_device", machine),
        found("transfers.pageable_to_device", machine),
    )
    assert pinned.expected is not None
    assert pinned.expected.value == pytest.approx(31.5e9, rel=1e-3)
    assert pinned.share == pytest.approx(26 / 31.5, rel=1e-3)
    assert pageable.expected is None
    assert found_none("transfers.pinned_to_host", machine)


def found_none(name: str, machine: MachineProfile) -> bool:
    return resource_called(machine, name) is None


def test_of_several_kinds_of_matrix_instruction_the_fastest_counts() -> None:
    products = [
        point({"multiply_adds_per_clock": rate}, sweep=sweep, warps=16, chains=4)
        for sweep, rate in (("half_wmma", 900.0), ("half", 1200.0), ("tensor_float32", 620.0))
    ]
    metrics: dict[str, tuple[str, Better | None]] = {"multiply_adds_per_clock": ("multiply-adds", "higher")}
    machine = profile(probe("tensor_cores", metrics, products))
    half = found("tensor.fp16", machine)
    assert (half.achieved, half.share_at_clock) == (1200.0, 1200 / 2048)
    assert half.rate == pytest.approx(1200 * 2 * 100 * CLOCK_HZ)
    assert found("tensor.tf32", machine).share_at_clock == 620 / 1024


def test_an_instance_of_a_split_gpu_is_not_held_to_the_whole_ones_memory() -> None:
    instance = msgspec.structs.replace(DEVICE, mig_instance="1g.10gb")
    resource = found("dram.read", profile(dram(read=3e11), device=instance))
    assert (resource.achieved, resource.expected, resource.share) == (3e11, None, None)


def test_the_interval_of_the_samples_goes_along() -> None:
    sampled = point({"bandwidth": 2e12}, sweep="read", width=4)
    sampled = msgspec.structs.replace(sampled, intervals={"bandwidth": (1.99e12, 2.01e12)})
    assert found("dram.read", with_points(sampled)).interval == (1.99e12, 2.01e12)

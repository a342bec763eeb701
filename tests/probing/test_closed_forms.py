"""The first probes, end to end on an emulated GPU: what they count has closed forms."""

import numpy as np
import pytest

from gpuadvisor.devices.open import open_device
from gpuadvisor.model.machine import MachineProfile, ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.run import run_probes

PROBES = ["bank_conflicts", "coalescing", "divergence", "occupancy"]
"""Those whose whole curves are looked at; single points of all are in test_shipped_points.py."""


@pytest.fixture(scope="module")
def profile() -> MachineProfile:
    return run_probes(open_device("emulated:h100"), PROBES)


def points(profile: MachineProfile, probe: str, sweep: str) -> list[ProbePoint]:
    found = [point for point in result(profile, probe).points if point.parameters["sweep"] == sweep]
    assert found
    return found


def result(profile: MachineProfile, probe: str) -> ProbeResult:
    found = profile.probe(probe)
    assert found is not None
    return found


def number(point: ProbePoint, name: str) -> int:
    value = point.parameters[name]
    assert isinstance(value, int)
    return value


def test_every_point_is_valid(profile: MachineProfile) -> None:
    assert [probe.name for probe in profile.probes] == PROBES
    for probe in profile.probes:
        assert [point for point in probe.points if not point.valid] == []


def test_nothing_claims_to_be_measured(profile: MachineProfile) -> None:
    provenances = {metric.name: metric.provenance for probe in profile.probes for metric in probe.metrics}
    assert provenances == {
        "cycles_per_access": Provenance.MODELLED,
        "wavefronts_per_access": Provenance.COUNTED,
        "useful_bandwidth": Provenance.MODELLED,
        "sectors_per_request": Provenance.COUNTED,
        "cycles_per_round": Provenance.MODELLED,
        "active_threads": Provenance.COUNTED,
        "divergent_branches_per_round": Provenance.COUNTED,
        "theoretical_occupancy": Provenance.COMPILED,
        "bandwidth": Provenance.MODELLED,
        "occupancy_needed": Provenance.MODELLED,
    }


def test_strided_lanes_touch_a_sector_each_or_share(profile: MachineProfile) -> None:
    found = points(profile, "coalescing", "stride")
    assert {number(point, "stride") for point in found} == {1, 2, 4, 8, 16, 32, 64}
    for point in found:
        span_bytes = number(point, "stride") * number(point, "width")
        assert point.values["sectors_per_request"] == min(32, span_bytes), point.parameters


def test_misaligned_lanes_touch_one_sector_more(profile: MachineProfile) -> None:
    found = points(profile, "coalescing", "misalignment")
    assert [number(point, "offset") for point in found] == list(range(32))
    for point in found:
        expected = 4 if number(point, "offset") % 8 == 0 else 5
        assert point.values["sectors_per_request"] == expected, point.parameters


def test_records_cost_sectors_that_arrays_do_not(profile: MachineProfile) -> None:
    for point in points(profile, "coalescing", "array_of_structures"):
        assert point.values["sectors_per_request"] == min(32, 4 * number(point, "fields"))
    for point in points(profile, "coalescing", "structure_of_arrays"):
        assert point.values["sectors_per_request"] == 4


def test_scattered_elements_have_a_sector_each(profile: MachineProfile) -> None:
    for point in points(profile, "coalescing", "gather"):
        assert 31.9 < point.values["sectors_per_request"] <= 32


def test_useful_bandwidth_falls_with_the_sectors(profile: MachineProfile) -> None:
    for width in (4, 8, 16):
        found = [p for p in points(profile, "coalescing", "stride") if p.parameters["width"] == width]
        rates = [point.values["useful_bandwidth"] for point in found]
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] == pytest.approx(profile.device.dram_bytes_per_second * width / 32, rel=0.05)


def test_an_n_way_conflict_takes_n_wavefronts_per_pass(profile: MachineProfile) -> None:
    found = points(profile, "bank_conflicts", "conflict")
    assert {number(p, "ways") for p in found if p.parameters["width"] == 4} >= {1, 2, 4, 8, 16, 32}
    for point in found:
        passes = number(point, "width") // 4
        assert point.values["wavefronts_per_access"] == passes * number(point, "ways"), point.parameters


def test_padding_removes_the_conflicts_of_a_column(profile: MachineProfile) -> None:
    wavefronts = {
        number(point, "padding"): point.values["wavefronts_per_access"]
        for point in points(profile, "bank_conflicts", "padding")
    }
    assert wavefronts == {0: 32, 1: 1}


def test_a_broadcast_takes_one_wavefront(profile: MachineProfile) -> None:
    for point in points(profile, "bank_conflicts", "broadcast"):
        assert point.values["wavefronts_per_access"] == 1


def test_cycles_follow_wavefronts(profile: MachineProfile) -> None:
    for point in points(profile, "bank_conflicts", "conflict"):
        wavefronts = point.values["wavefronts_per_access"]
        assert point.values["cycles_per_access"] == pytest.approx(wavefronts, rel=0.02, abs=0.5)


def test_k_paths_leave_32_over_k_threads(profile: MachineProfile) -> None:
    found = points(profile, "divergence", "paths")
    assert [number(point, "paths") for point in found] == [1, 2, 4, 8, 16, 32]
    for point in found:
        assert point.values["active_threads"] == 32 / number(point, "paths")
        assert point.values["divergent_branches_per_round"] == number(point, "paths") - 1


def test_paths_cost_in_proportion(profile: MachineProfile) -> None:
    found = points(profile, "divergence", "paths")
    paths = [number(point, "paths") for point in found]
    cycles = [point.values["cycles_per_round"] for point in found]
    slope, intercept = np.polyfit(paths, cycles, 1)
    assert cycles == pytest.approx(slope * np.array(paths) + intercept, rel=0.02)
    assert intercept < slope / 2


def test_the_compiler_predicates_short_branches_only(profile: MachineProfile) -> None:
    for point in points(profile, "divergence", "length"):
        splits = number(point, "together") == 1 and number(point, "length") >= 4
        assert point.values["divergent_branches_per_round"] == splits, point.parameters
        assert point.values["active_threads"] == (16 if splits else 32), point.parameters


def test_a_warp_runs_as_long_as_its_longest_lane(profile: MachineProfile) -> None:
    for point in points(profile, "divergence", "trips"):
        spread = number(point, "spread")
        trips = [16 - spread + 2 * spread * lane // 31 for lane in range(32)]
        assert point.values["active_threads"] == pytest.approx(sum(trips) / max(trips), rel=1e-12)


def test_occupancy_goes_up_in_sixteenths(profile: MachineProfile) -> None:
    for sweep in ("residency", "bandwidth"):
        for point in points(profile, "occupancy", sweep):
            assert point.values["theoretical_occupancy"] == number(point, "blocks") / 16


def test_more_loads_in_flight_need_less_occupancy(profile: MachineProfile) -> None:
    found = points(profile, "occupancy", "saturation")
    assert [number(point, "loads_in_flight") for point in found] == [1, 2, 4, 8]
    needed = [point.values["occupancy_needed"] for point in found]
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] < needed[0]


@pytest.mark.parametrize("gpu", ["t4", "v100", "rtx-3090", "b200"])
def test_other_gpus_fill_in_sixteen_steps_too(gpu: str) -> None:
    found = run_probes(open_device(f"emulated:{gpu}"), ["occupancy"]).probes[0].points
    assert [point.reasons for point in found if not point.valid] == []
    for point in found:
        if point.parameters["sweep"] != "saturation":
            assert point.values["theoretical_occupancy"] == number(point, "blocks") / 16

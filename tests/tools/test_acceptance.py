"""Each claim holds, fails and is not judged where it should."""

import msgspec
import pytest

from gpuadvisor.model.machine import MachineProfile, ProbePoint, ProbeResult
from tests.tools.recordings import hand_made
from tools.recording.acceptance import (
    Claim,
    as_fast,
    certainty,
    claims,
    conflicts,
    dram,
    failures,
    in_time,
    latency,
)


def named(name: str, *, scale: float = 1.0, probe: str = "") -> MachineProfile:
    """Return the hand-made profile of a GPU of that name, one probe's values multiplied."""
    profile = hand_made()
    device = msgspec.structs.replace(profile.device, name=name)
    probes = [_scaled(each, scale) if each.name == probe else each for each in profile.probes]
    return msgspec.structs.replace(profile, device=device, probes=probes)


def _scaled(result: ProbeResult, scale: float) -> ProbeResult:
    points = [
        msgspec.structs.replace(point, values={name: value * scale for name, value in point.values.items()})
        for point in result.points
    ]
    return msgspec.structs.replace(result, points=points)


H100, H200 = "NVIDIA H100 80GB HBM3", "NVIDIA H200"


@pytest.mark.parametrize(("scale", "holds"), [(1.0, True), (0.98, False)])
def test_dram_is_judged_by_theory_where_nothing_is_published(scale: float, holds: bool) -> None:
    """93 % of 3350 GB/s are read in the profile, 92 % are wanted."""
    assert dram(named(H100, scale=scale, probe="dram_bandwidth"), "dram_read", 0.92).holds is holds


@pytest.mark.parametrize(("scale", "holds"), [(1.0, True), (0.9, False)])
def test_dram_is_judged_by_the_published_best_where_that_is_lower(scale: float, holds: bool) -> None:
    """H200: 3888 of 4800 GB/s are published, 81 %."""
    profile = named(H200, scale=scale * 0.84 / 0.93, probe="dram_bandwidth")
    device = msgspec.structs.replace(profile.device, dram_bytes_per_second=4.8e12)
    points = _scaled(profile.probes[1], 4.8 / 3.35)
    profile = msgspec.structs.replace(profile, device=device, probes=[points])
    assert dram(profile, "dram_read", 0.92).holds is holds


@pytest.mark.parametrize(
    ("name", "scale", "holds"),
    [
        ("l1_latency", 1.0, True),
        ("l1_latency", 1.04, True),
        ("l1_latency", 1.2, False),
        ("l2_latency", 291 * 1.04 / 270, True),
        ("l2_latency", 1.0, False),
    ],
)
def test_a_latency_is_judged_by_the_nearest_published_figure(name: str, scale: float, holds: bool) -> None:
    """H100 SXM: 38 and 40 cycles for L1, 222 and 291 for L2; the profile has 38 and 270."""
    assert latency(named(H100, scale=scale, probe="memory_latency"), name).holds is holds


def test_a_latency_that_nobody_published_is_not_judged() -> None:
    found = latency(named("NVIDIA Unheard"), "l2_latency")
    assert found.holds is None
    assert "270.0 cycles" in found.detail


@pytest.mark.parametrize(("scale", "holds"), [(1.0, True), (1.025, False), (0.95, False)])
def test_conflicts_are_judged_by_the_worst(scale: float, holds: bool) -> None:
    """The profile has 1.01 cycles per way; 3 % are allowed."""
    assert conflicts(named(H100, scale=scale, probe="bank_conflicts")).holds is holds


def probe(*errors: float | None) -> ProbeResult:
    points = [ProbePoint(parameters={}, values={"m": 1.0}, relative_standard_error=error) for error in errors]
    return ProbeResult(name="p", title="", metrics=[], points=points, seconds=1.0)


@pytest.mark.parametrize(
    ("errors", "holds"), [((0.004, 0.009, None), True), ((0.004, 0.011), False), ((None,), None)]
)
def test_standard_errors_are_judged_probe_by_probe(
    errors: tuple[float | None, ...], holds: bool | None
) -> None:
    assert certainty(probe(*errors)).holds is holds


@pytest.mark.parametrize(("seconds", "holds"), [(14.9, True), (15.1, False), (None, None)])
def test_time_is_judged_by_its_limit(seconds: float | None, holds: bool | None) -> None:
    assert in_time("quick", seconds, 15.0).holds is holds


@pytest.mark.parametrize(("theirs", "holds"), [(2.9e12, True), (3.0e12, False), (None, None)])
def test_copies_are_judged_by_others(theirs: float | None, holds: bool | None) -> None:
    """The profile copies 89 % of 3350 GB/s: 2982 GB/s."""
    assert as_fast(named(H100), "cupy", theirs).holds is holds


def test_all_claims_together() -> None:
    judged = claims(named(H100), {"cold": 12.0}, {"cupy": 2.9e12})
    assert len(judged) == 2 + 3 + 1 + 4 + 2 + 2
    unknown = [claim.claim for claim in judged if claim.holds is None]
    assert unknown == ["quick set, compiled before: within 5 s", "the probe copies at least as fast as torch"]
    assert "the probe copies at least as fast as cupy" not in failures(judged)
    assert failures([Claim(claim="c", holds=False, detail="")]) == ["c"]


def test_an_empty_profile_judges_nothing() -> None:
    empty = msgspec.structs.replace(hand_made(), probes=[])
    assert {claim.holds for claim in claims(empty, {}, {})} == {None}


def test_a_claim_reads_as_a_line() -> None:
    assert str(Claim(claim="quick", holds=False, detail="16 s")) == "FAILS       quick: 16 s"

"""What the probes have to reach on real hardware, and whether they did."""

from collections.abc import Mapping, Sequence

import msgspec

from gpuadvisor.model.machine import MachineProfile, ProbeResult
from tools.recording.published import nearest, published, recorded

READ_SHARE, COPY_SHARE = 0.92, 0.88
"""Of the theoretical DRAM bandwidth."""
LATENCY_TOLERANCE = 0.05
CONFLICT_TOLERANCE = 0.03
LARGEST_ERROR = 0.01
QUICK_SECONDS, QUICK_WARM_SECONDS = 15.0, 5.0


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to reach; `holds` is None where it could not be judged."""

    claim: str
    holds: bool | None
    detail: str

    def __str__(self) -> str:
        verdict = {True: "holds", False: "FAILS", None: "not judged"}[self.holds]
        return f"{verdict:10}  {self.claim}: {self.detail}"


def claims(
    profile: MachineProfile, quick_seconds: Mapping[str, float], copies: Mapping[str, float]
) -> list[Claim]:
    """Judge a full profile, the times of quick runs (`cold`, `warm`) and others' copies (bytes/s)."""
    return [
        dram(profile, "dram_read", READ_SHARE),
        dram(profile, "dram_copy", COPY_SHARE),
        *(latency(profile, name) for name in ("l1_latency", "shared_latency", "l2_latency")),
        conflicts(profile),
        *(certainty(result) for result in profile.probes),
        in_time("quick set, compiled anew", quick_seconds.get("cold"), QUICK_SECONDS),
        in_time("quick set, compiled before", quick_seconds.get("warm"), QUICK_WARM_SECONDS),
        *(as_fast(profile, name, copies.get(name)) for name in ("cupy", "torch")),
    ]


def dram(profile: MachineProfile, name: str, share: float) -> Claim:
    """Judge a bandwidth by a share of theory or by the published best, whichever is lower."""
    quantity = published().quantity(name)
    found = recorded(profile, quantity)
    theory = profile.device.dram_bytes_per_second
    best = [figure.value for figure in quantity.figures(published().gpu(profile.device.name))]
    wanted = min([share * theory, *([max(best)] if best else [])])
    claim = f"{quantity.title} reaches {share:.0%} of theory or the published best"
    if found is None:
        return _unknown(claim)
    detail = (
        f"{found.value / 1e9:.0f} GB/s, {found.value / theory:.1%} of {theory / 1e9:.0f}; "
        f"{wanted / 1e9:.0f} wanted"
    )
    return Claim(claim=claim, holds=found.value >= wanted, detail=detail)


def latency(profile: MachineProfile, name: str) -> Claim:
    """Judge a latency by the published figure next to it."""
    quantity = published().quantity(name)
    claim = f"{quantity.title} is within {LATENCY_TOLERANCE:.0%} of a published figure"
    found = recorded(profile, quantity)
    if found is None:
        return _unknown(claim)
    figure = nearest(found.value, quantity.figures(published().gpu(profile.device.name)))
    if figure is None:
        return Claim(claim=claim, holds=None, detail=f"{found.value:.1f} cycles; none is published")
    off = found.value / figure.value - 1
    detail = (
        f"{found.value:.1f} cycles, {off:+.1%} of {figure.value:g} ({published().sources[figure.source]})"
    )
    return Claim(claim=claim, holds=abs(off) <= LATENCY_TOLERANCE, detail=detail)


def conflicts(profile: MachineProfile) -> Claim:
    """Judge the cycles of an access by the lanes that meet in a bank."""
    claim = f"an n-way bank conflict costs n cycles within {CONFLICT_TOLERANCE:.0%}"
    result = profile.probe("bank_conflicts")
    cycles = {
        int(point.parameters["ways"]): point.values["cycles_per_access"]
        for point in (result.points if result else [])
        if point.valid
        and point.parameters.get("sweep") == "conflict"
        and point.parameters.get("width") == 4
        and "cycles_per_access" in point.values
    }
    if not cycles:
        return _unknown(claim)
    worst = max(cycles, key=lambda ways: abs(cycles[ways] / ways - 1))
    off = cycles[worst] / worst - 1
    detail = f"worst of {len(cycles)}: {cycles[worst]:.2f} cycles for {worst} ways, {off:+.1%}"
    return Claim(claim=claim, holds=abs(off) <= CONFLICT_TOLERANCE, detail=detail)


def certainty(result: ProbeResult) -> Claim:
    """Judge the standard errors of a probe's points."""
    claim = f"{result.name}: standard errors are below {LARGEST_ERROR:.0%}"
    errors = [
        point.relative_standard_error for point in result.points if point.relative_standard_error is not None
    ]
    if not errors:
        return _unknown(claim)
    above = sum(error >= LARGEST_ERROR for error in errors)
    invalid = sum(not point.valid for point in result.points)
    detail = f"{above} of {len(errors)} are not, the largest is {max(errors):.2%}; {invalid} points not valid"
    return Claim(claim=claim, holds=not above, detail=detail)


def in_time(what: str, seconds: float | None, limit_seconds: float) -> Claim:
    """Judge how long a run took."""
    claim = f"{what}: within {limit_seconds:g} s"
    if seconds is None:
        return _unknown(claim)
    return Claim(claim=claim, holds=seconds <= limit_seconds, detail=f"{seconds:.1f} s")


def as_fast(profile: MachineProfile, name: str, theirs: float | None) -> Claim:
    """Judge the best copy of the probe by somebody else's."""
    claim = f"the probe copies at least as fast as {name}"
    found = recorded(profile, published().quantity("dram_copy"))
    if found is None or theirs is None:
        return _unknown(claim)
    detail = f"{found.value / 1e9:.0f} against {theirs / 1e9:.0f} GB/s"
    return Claim(claim=claim, holds=found.value >= theirs, detail=detail)


def failures(judged: Sequence[Claim]) -> list[str]:
    """Return the claims that do not hold."""
    return [claim.claim for claim in judged if claim.holds is False]


def _unknown(claim: str) -> Claim:
    return Claim(claim=claim, holds=None, detail="not measured")

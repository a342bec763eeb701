"""Compares what the emulator counts with how long the GPU takes: knees, and costs in proportion.

Both machine profiles come from the same probes; points are joined by their parameters.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from gpuadvisor.model.machine import MachineProfile, ProbePoint

FLAT = 0.10
"""Steps of a curve smaller than this share of its level are flat."""
LINEAR_ENOUGH = 0.98
"""The least share of the variance that a proportional cost must explain."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One statement about a pair of curves, and whether it holds."""

    claim: str
    holds: bool
    detail: str
    curve: list[tuple[float, float, float]]
    """Rows of (parameter, counted, measured)."""


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Which counted and which measured column of a sweep belong together."""

    claim: str
    probe: str
    sweep: str
    along: str
    counted: str
    measured: str
    judge: Callable[[Sequence[float], Sequence[float], Sequence[float]], tuple[bool, str]]
    fixed: dict[str, int] = field(default_factory=dict)


def compare(gpu: MachineProfile, emulated: MachineProfile) -> list[Comparison]:
    """Return the outcome of every pairing whose points both profiles have."""
    return [_compare(pairing, gpu, emulated) for pairing in PAIRINGS]


def _compare(pairing: Pairing, gpu: MachineProfile, emulated: MachineProfile) -> Comparison:
    measured = _column(gpu, pairing, pairing.measured)
    counted = _column(emulated, pairing, pairing.counted)
    curve = [(along, counted[along], measured[along]) for along in sorted(measured.keys() & counted.keys())]
    if len(curve) < 3:
        return Comparison(
            claim=pairing.claim, holds=False, detail="fewer than three valid points", curve=curve
        )
    holds, detail = pairing.judge(*zip(*curve, strict=True))
    return Comparison(claim=pairing.claim, holds=holds, detail=detail, curve=curve)


def _column(profile: MachineProfile, pairing: Pairing, metric: str) -> dict[float, float]:
    probe = profile.probe(pairing.probe)
    points = probe.points if probe else []
    return {
        float(point.parameters[pairing.along]): point.values[metric]
        for point in points
        if metric in point.values and _belongs(point, pairing)
    }


def _belongs(point: ProbePoint, pairing: Pairing) -> bool:
    wanted = {"sweep": pairing.sweep, **pairing.fixed}
    return point.valid and all(point.parameters.get(name) == value for name, value in wanted.items())


def same_knee(
    along: Sequence[float], sectors: Sequence[float], bandwidth: Sequence[float]
) -> tuple[bool, str]:
    """Judge whether the time per element stops rising where the sectors do."""
    cost = [1 / value for value in bandwidth]
    counted, measured = knee(along, sectors), knee(along, cost)
    return counted == measured, f"counted at {counted:g}, measured at {measured:g}"


def proportional(_: Sequence[float], counted: Sequence[float], measured: Sequence[float]) -> tuple[bool, str]:
    """Judge whether the cost is a straight line over the count."""
    slope, start, explained = straight_line(counted, measured)
    return (
        slope > 0 and explained >= LINEAR_ENOUGH,
        f"cost = {start:.3g} + {slope:.3g} x count, explains {explained:.1%} of the variance",
    )


def inversely_proportional(
    along: Sequence[float], counted: Sequence[float], measured: Sequence[float]
) -> tuple[bool, str]:
    """Judge whether the cost is a straight line over one through the count."""
    return proportional(along, [1 / value for value in counted], measured)


def knee(along: Sequence[float], values: Sequence[float]) -> float:
    """Return the first parameter from which the curve stays flat to its end."""
    flat_from = len(values) - 1
    while flat_from and abs(values[flat_from] - values[flat_from - 1]) <= FLAT * values[-1]:
        flat_from -= 1
    return along[flat_from]


def straight_line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """Return slope, intercept and the share of variance explained by the least-squares line."""
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    spread_x = math.fsum((value - mean_x) ** 2 for value in x)
    spread_y = math.fsum((value - mean_y) ** 2 for value in y)
    shared = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    if not spread_x or not spread_y:
        return 0.0, mean_y, 0.0
    slope = shared / spread_x
    return slope, mean_y - slope * mean_x, shared * slope / spread_y


PAIRINGS = [
    *(
        Pairing(
            claim=f"bandwidth of {width}-byte loads has its knee at the stride where sectors have theirs",
            probe="coalescing",
            sweep="stride",
            along="stride",
            counted="sectors_per_request",
            measured="useful_bandwidth",
            judge=same_knee,
            fixed={"width": width},
        )
        for width in (4, 8, 16)
    ),
    *(
        Pairing(
            claim=f"cycles of {width}-byte shared loads are proportional to wavefronts",
            probe="bank_conflicts",
            sweep="conflict",
            along="ways",
            counted="wavefronts_per_access",
            measured="cycles_per_access",
            judge=proportional,
            fixed={"width": width},
        )
        for width in (4, 8, 16)
    ),
    Pairing(
        claim="cycles of a divergent switch are inversely proportional to the active threads",
        probe="divergence",
        sweep="paths",
        along="paths",
        counted="active_threads",
        measured="cycles_per_round",
        judge=inversely_proportional,
    ),
]

"""Does the gate stay silent on identical versions and speak up on slower ones? `make gate-study`.

Seeded and simulated: 2,000 comparisons of a version with itself, 500 on each of four kinds of machine, and
1,000 with one that is 3 % slower at 1 % noise. The criteria of pytest-benchmark (`--benchmark-compare-fail
mean:1%`, `min:1%`: the ratio of the statistic) and of nvbench (`nvbench_compare.py`: the means differ by more
than the smaller relative standard deviation) judge the very same samples.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from gpuadvisor.gating.timing.contest import Side, compete
from gpuadvisor.gating.timing.decision import Terms
from gpuadvisor.gating.timing.samples import Sample
from studies.noise import Shape, SimulatedGpu

TOLERANCE = 0.01
SHAPES = {
    "skewed": Shape(tail=0.02),
    "drifting": Shape(drift=0.005),
    "bimodal": Shape(modes=0.13, flips=0.06),
    "throttled in part": Shape(throttling=0.02, tail=0.005),
}
IDENTICAL = 2000
SLOWER = 1000
REGRESSION = 1.03
SEED = 20261122
WIDTHS = (7, 9, 11, 9, 9, 9)


@dataclass
class Recorder:
    """A contest that keeps what it timed, for the other criteria."""

    gpu: SimulatedGpu

    def __post_init__(self) -> None:
        self.times: dict[Side, list[float]] = {"before": [], "after": []}

    def renew(self) -> None:
        """Start a round."""
        self.gpu.renew()

    def time(self, side: Side) -> Sample:
        """Return a time and keep it."""
        sample = self.gpu.time(side)
        self.times[side].append(sample.seconds)
        return sample


def main() -> int:
    """Run the study and print it; 1 if a promise is broken."""
    start = time.perf_counter()
    print(f"tolerance {TOLERANCE:.0%}; shares of comparisons that fail; gpuadvisor's own also inconclusive")
    columns = ("rounds", "inconcl.", "gpuadvisor", "mean:1%", "min:1%", "nvbench")
    print(f"{'':28} " + " ".join(f"{name:>{width}}" for name, width in zip(columns, WIDTHS, strict=True)))
    each = IDENTICAL // len(SHAPES)
    totals: Counter[str] = Counter()
    for number, (name, shape) in enumerate(SHAPES.items()):
        totals += _row(f"identical, {name}", shape, 1.0, each, SEED + number)
    slower = _row("3 % slower, 1 % noise", Shape(), REGRESSION, SLOWER, SEED + len(SHAPES))
    false, caught = totals["fail"] / IDENTICAL, slower["fail"] / SLOWER
    print(f"false failures {false:.2%} of {IDENTICAL:,} (promised: under 1 %)")
    print(f"regressions caught {caught:.2%} of {SLOWER:,} (promised: over 95 %)")
    print(f"{time.perf_counter() - start:.0f} s")
    return 0 if false < 0.01 and caught > 0.95 else 1


def _row(name: str, shape: Shape, ratio: float, count: int, seed: int) -> Counter[str]:
    ends: Counter[str] = Counter()
    for end in _ends(shape, ratio, count, seed):
        ends += end
    shares = (ends[each] / count for each in ("inconclusive", "fail", "mean", "min", "nvbench"))
    inconclusive, *failed = shares
    columns = " ".join(f"{share:>{width}.1%}" for share, width in zip(failed, WIDTHS[2:], strict=True))
    print(f"{name:28} {ends['rounds'] / count:7.1f} {inconclusive:>9.1%} {columns}", flush=True)
    return ends


def _ends(shape: Shape, ratio: float, count: int, seed: int) -> Iterator[Counter[str]]:
    for number in range(count):
        generator = np.random.default_rng([seed, number])
        contest = Recorder(SimulatedGpu(shape, ratio, generator))
        result = compete(contest, Terms(tolerance=TOLERANCE), Random(seed * 10_000 + number))
        before, after = (np.array(contest.times[side]) for side in ("before", "after"))
        yield Counter(
            {
                result.verdict: 1,
                "rounds": result.rounds,
                "mean": int(after.mean() > (1 + TOLERANCE) * before.mean()),
                "min": int(after.min() > (1 + TOLERANCE) * before.min()),
                "nvbench": int(_nvbench_fails(before, after)),
            }
        )


def _nvbench_fails(before: np.ndarray, after: np.ndarray) -> bool:
    noise = min(before.std(ddof=1) / before.mean(), after.std(ddof=1) / after.mean())
    return bool(abs(after.mean() - before.mean()) / before.mean() > noise)


if __name__ == "__main__":
    sys.exit(main())

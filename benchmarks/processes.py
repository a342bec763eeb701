"""Whole processes, timed in turn so that a machine that drifts drifts for all of them."""

import statistics
import subprocess
import time
from collections.abc import Sequence


def interleaved_seconds(commands: Sequence[Sequence[str]], rounds: int) -> list[list[float]]:
    """Return for each command its wall seconds in each of `rounds` rounds, after one warm-up round."""
    samples: list[list[float]] = [[] for _ in commands]
    for round_number in range(rounds + 1):
        for command, seconds in zip(commands, samples, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if round_number:
                seconds.append(time.perf_counter() - start)
    return samples


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Return the median of the ratios, round by round."""
    return statistics.median(a / b for a, b in zip(numerators, denominators, strict=True))

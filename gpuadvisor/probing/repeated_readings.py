"""Read what a kernel wrote about its own run again and again, until the medians are known."""

from collections.abc import Callable, Mapping, Sequence

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.sampling import REAL_TIME, Passing, is_enough
from gpuadvisor.probing.correctness import Output
from gpuadvisor.probing.declaration import ReadingDeclaration
from gpuadvisor.probing.readings import read

Outputs = Mapping[str, Output]


def repeat_readings(
    again: Callable[[], Outputs],
    readings: Sequence[ReadingDeclaration],
    first: Outputs,
    timing: Timing,
    passing: Passing = REAL_TIME,
) -> dict[str, list[float]]:
    """Return the samples of every reading: of `first`, and of as many launches as `timing` asks for.

    `again` launches once more and returns what it wrote.
    """
    samples = {name: [value] for name, value in read(readings, first).items()}
    if not samples:
        return samples
    end = passing.now() + timing.limit_seconds
    while not _is_enough(samples, timing) and (passing.now() < end or _fewest(samples) < timing.samples):
        for name, value in read(readings, again()).items():
            samples[name].append(value)
    return samples


def _is_enough(samples: Mapping[str, Sequence[float]], timing: Timing) -> bool:
    return all(is_enough(values, timing) for values in samples.values())


def _fewest(samples: Mapping[str, Sequence[float]]) -> int:
    return min(len(values) for values in samples.values())

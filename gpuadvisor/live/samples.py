"""From samples of a GPU's state to their spread."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from gpuadvisor.model.sampled import DeviceSamples, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A GPU at one time of `time.monotonic`; what the driver refuses is None."""

    at_seconds: float
    utilization: float | None = None
    memory_used_bytes: float | None = None
    power_watts: float | None = None
    sm_clock_hz: float | None = None
    throttle_reasons: tuple[str, ...] = ()


def aggregated(
    samples: Sequence[Sample],
    *,
    nvml_index: int,
    name: str,
    memory_bytes: int | None = None,
    power_limit_watts: float | None = None,
    maximum_sm_clock_hz: float | None = None,
) -> DeviceSamples:
    """Return the spread of the samples of one GPU."""
    return DeviceSamples(
        nvml_index=nvml_index,
        name=name,
        count=len(samples),
        utilization=spread(sample.utilization for sample in samples),
        memory_used_bytes=spread(sample.memory_used_bytes for sample in samples),
        memory_bytes=memory_bytes,
        power_watts=spread(sample.power_watts for sample in samples),
        power_limit_watts=power_limit_watts,
        sm_clock_hz=spread(sample.sm_clock_hz for sample in samples),
        maximum_sm_clock_hz=maximum_sm_clock_hz,
        throttle_reasons=dict(Counter(reason for sample in samples for reason in sample.throttle_reasons)),
    )


def spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of those that are known; None if none is."""
    known = [value for value in values if value is not None]
    return Spread(minimum=min(known), median=median(known), maximum=max(known)) if known else None

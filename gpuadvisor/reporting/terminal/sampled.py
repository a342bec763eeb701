"""What was sampled beside a run: the GPUs' state, and the memory that frameworks held."""

from collections.abc import Iterator

from gpuadvisor.model.sampled import DeviceSamples, MemoryUse
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.reporting.numbers import byte_size, counted, decimal, percent, plain


def sampled_lines(timeline: TimelineProfile) -> Iterator[str]:
    """Return one line for each GPU that was sampled, and for each device whose memory is known."""
    for samples in timeline.samples:
        yield f"NVML's GPU {samples.nvml_index} ({samples.name}): {', '.join(_state(samples))}"
    for use in timeline.memory:
        yield _memory(use)


def _state(samples: DeviceSamples) -> Iterator[str]:
    """Return what is known, as medians."""
    if samples.utilization is not None:
        yield f"in use {percent(samples.utilization.median)} of the time"
    if samples.sm_clock_hz is not None:
        yield f"clock {decimal(samples.sm_clock_hz.median, 'Hz')}{_of_hertz(samples.maximum_sm_clock_hz)}"
    if samples.power_watts is not None:
        yield f"power {plain(round(samples.power_watts.median))} W{_of_watts(samples.power_limit_watts)}"
    if samples.memory_used_bytes is not None:
        of_all = "" if samples.memory_bytes is None else f" of {byte_size(samples.memory_bytes)}"
        yield f"memory {byte_size(samples.memory_used_bytes.median)}{of_all}"
    for reason, count in samples.throttle_reasons.items():
        yield f"held down by {reason} in {count} of {counted(samples.count, 'sample')}"


def _of_hertz(maximum: float | None) -> str:
    return "" if maximum is None else f" of {decimal(maximum, 'Hz')}"


def _of_watts(limit: float | None) -> str:
    return "" if limit is None else f" of {plain(round(limit))} W"


def _memory(use: MemoryUse) -> str:
    if use.device is None:
        return f"the process took at most {byte_size(use.peak_allocated_bytes)} of the host's memory"
    reserved = f", {byte_size(use.peak_reserved_bytes)} reserved" if use.peak_reserved_bytes else ""
    capacity = f" of {byte_size(use.capacity_bytes)}" if use.capacity_bytes else ""
    retries = "" if not use.allocation_retries else f", {_times(use.allocation_retries)} short of memory"
    peak = byte_size(use.peak_allocated_bytes)
    return f"GPU {use.device}: tensors took at most {peak}{reserved}{capacity}{retries}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"

"""The lines on what was sampled beside a run."""

from gpuadvisor import __version__
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.sampled import DeviceSamples, MemoryUse, Spread
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.reporting.terminal.sampled import sampled_lines

GIB = 2**30


def lines(samples: list[DeviceSamples], memory: list[MemoryUse]) -> list[str]:
    timeline = TimelineProfile(
        tool=Tool(version=__version__),
        provenance=Provenance.MEASURED,
        source="train.py",
        span_seconds=1.0,
        samples=samples,
        memory=memory,
    )
    return list(sampled_lines(timeline))


def flat(value: float) -> Spread:
    return Spread(minimum=value, median=value, maximum=value)


def test_a_gpus_state() -> None:
    samples = DeviceSamples(
        nvml_index=1,
        name="NVIDIA H100",
        count=25,
        utilization=flat(0.84),
        memory_used_bytes=flat(20 * GIB),
        memory_bytes=80 * GIB,
        power_watts=flat(390.4),
        power_limit_watts=400.0,
        sm_clock_hz=flat(1.4e9),
        maximum_sm_clock_hz=1.98e9,
        throttle_reasons={"power cap": 3},
    )
    assert lines([samples], []) == [
        "NVML's GPU 1 (NVIDIA H100): in use 84 % of the time, clock 1.4 GHz of 1.98 GHz, "
        "power 390 W of 400 W, memory 20 GiB of 80 GiB, held down by power cap in 3 of 25 samples"
    ]


def test_what_the_driver_refuses_is_left_out() -> None:
    samples = DeviceSamples(nvml_index=0, name="x", count=1, power_watts=flat(60.0))
    assert lines([samples], []) == ["NVML's GPU 0 (x): power 60 W"]


def test_memory_of_a_gpu_and_of_the_process() -> None:
    gpu = MemoryUse(
        device=0,
        peak_allocated_bytes=12 * GIB,
        peak_reserved_bytes=14 * GIB,
        capacity_bytes=80 * GIB,
        allocation_retries=2,
    )
    assert lines([], [gpu, MemoryUse(device=None, peak_allocated_bytes=GIB)]) == [
        "GPU 0: tensors took at most 12 GiB, 14 GiB reserved of 80 GiB, 2 times short of memory",
        "the process took at most 1 GiB of the host's memory",
    ]

"""Samples of the GPUs: in units, within the recording, and silent where the driver is."""

import time
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from gpuadvisor.live.nvml_sampler import NvmlSampler
from gpuadvisor.live.samples import Sample, aggregated, spread
from gpuadvisor.model.sampled import Spread
from tests.devices import fake_nvml

GIB = 2**30
FOREVER = (0.0, float("inf"))


def sampler(monkeypatch: pytest.MonkeyPatch, *gpus: Any) -> NvmlSampler:
    fake_nvml.install(monkeypatch, *gpus)
    for question in ("nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMemoryInfo"):
        monkeypatch.setattr(pynvml, question, lambda gpu, question=question: answer(gpu, question))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda _: "NVIDIA H100")
    return NvmlSampler(pynvml, interval_seconds=0.001)


def answer(gpu: Any, question: str) -> Any:
    value = gpu.answers[question]
    if isinstance(value, pynvml.NVMLError):
        raise value
    return value


def gpu(**answers: Any) -> Any:
    told = {
        "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=40, memory=10),
        "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=80 * GIB, used=20 * GIB),
    }
    return fake_nvml.gpu("GPU-a", "00000000:3B:00.0", **{**told, **answers})


def wait_for_samples(running: NvmlSampler) -> None:
    deadline = time.monotonic() + 5
    while not running.samples(*FOREVER) and time.monotonic() < deadline:
        time.sleep(0.001)
    running.stop()


def test_samples_have_units(monkeypatch: pytest.MonkeyPatch) -> None:
    running = sampler(monkeypatch, gpu(nvmlDeviceGetCurrentClocksEventReasons=4))
    wait_for_samples(running)
    (found,) = running.samples(*FOREVER)
    assert (found.nvml_index, found.name) == (0, "NVIDIA H100")
    assert found.utilization == Spread(minimum=0.4, median=0.4, maximum=0.4)
    assert found.memory_used_bytes is not None
    assert (found.memory_used_bytes.median, found.memory_bytes) == (20 * GIB, 80 * GIB)
    assert found.power_watts is not None
    assert (found.power_watts.median, found.power_limit_watts) == (61.25, 400)
    assert found.sm_clock_hz is not None
    assert (found.sm_clock_hz.median, found.maximum_sm_clock_hz) == (1.395e9, 1.41e9)
    assert found.throttle_reasons == {"power cap": found.count}


def test_what_the_driver_refuses_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
    running = sampler(
        monkeypatch, gpu(nvmlDeviceGetUtilizationRates=refused, nvmlDeviceGetPowerUsage=refused)
    )
    wait_for_samples(running)
    (found,) = running.samples(*FOREVER)
    assert found.count >= 1
    assert (found.utilization, found.power_watts) == (None, None)


def test_samples_from_outside_the_recording_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    running = sampler(monkeypatch, gpu(), gpu())
    wait_for_samples(running)
    assert len(running.samples(*FOREVER)) == 2
    now = time.monotonic()
    assert running.samples(now + 1, now + 2) == []


def test_no_samples_are_taken_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    running = sampler(monkeypatch, gpu())
    wait_for_samples(running)
    (before,) = running.samples(*FOREVER)
    time.sleep(0.02)
    assert running.samples(*FOREVER) == [before]


def test_the_spread_of_what_is_known() -> None:
    assert spread([3.0, None, 1.0, 2.0]) == Spread(minimum=1, median=2, maximum=3)
    assert spread([None, None]) is None


def test_reasons_are_counted_by_sample() -> None:
    samples = [
        Sample(at_seconds=0, throttle_reasons=("power cap", "sync boost")),
        Sample(at_seconds=1, throttle_reasons=("power cap",)),
        Sample(at_seconds=2),
    ]
    found = aggregated(samples, nvml_index=1, name="x")
    assert found.throttle_reasons == {"power cap": 2, "sync boost": 1}

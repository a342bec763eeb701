"""Probes of host code on a real device's own code, over a fake CuPy that moves the bytes it is told to."""

import sys

import pytest

from gpuadvisor.devices import cuda_unavailable
from gpuadvisor.devices.cuda import CudaDevice
from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.probing.run import run_probes
from gpuadvisor.probing.selection import select
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, FakeGpu, fake_cupy
from tests.devices.test_cuda_unavailable import with_spec
from tests.probing.points import point, shipped

COPY_BYTES_PER_SECOND = 10e9
"""Of the fake's asynchronous copies; its launches take ten microseconds."""


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    gpu = FakeGpu()
    gpu.peers = {1}
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    monkeypatch.setitem(sys.modules, "cupy", with_spec(fake_cupy(gpu, devices=2)))
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, "00000000:3B:00.0"))
    return gpu


@pytest.fixture
def device(gpu: FakeGpu) -> CudaDevice:  # noqa: ARG001 - the GPU is found through CuPy
    return CudaDevice()


def measured(device: CudaDevice, probe: str, sweep: str, **parameters: int) -> ProbePoint:
    found = point(device, shipped(probe), sweep, parameters)
    assert not any("wrong answer" in reason for reason in found.reasons)
    return found


@pytest.mark.parametrize(
    ("sweep", "metric"),
    [
        ("pinned_to_device", "bandwidth"),
        ("pinned_to_host", "bandwidth"),
        ("within_device", "device_bandwidth"),
        ("to_peer", "peer_bandwidth"),
    ],
)
def test_copies_are_measured_on_the_device(device: CudaDevice, sweep: str, metric: str) -> None:
    found = measured(device, "transfers", sweep, bytes=262144)
    assert found.values[metric] == pytest.approx(COPY_BYTES_PER_SECOND, rel=1e-3)
    assert found.valid, found.reasons


def test_both_ways_count_both_copies(device: CudaDevice) -> None:
    found = measured(device, "transfers", "both_ways", bytes=1048576)
    assert found.values["bandwidth"] == pytest.approx(COPY_BYTES_PER_SECOND, rel=1e-3)


def test_pageable_copies_are_measured_by_the_hosts_clock(device: CudaDevice) -> None:
    found = measured(device, "transfers", "pageable_to_device", bytes=1048576)
    assert found.samples >= 10
    assert found.values["bandwidth"] > 0


@pytest.mark.parametrize("sweep", ["plain", "ordered", "kept"])
def test_allocated_memory_holds_its_words(gpu: FakeGpu, device: CudaDevice, sweep: str) -> None:
    assert measured(device, "allocation", sweep, bytes=4096).values["seconds_per_round"] > 0
    device.close()
    assert not gpu.memory


def test_a_gpu_that_can_leaves_nothing_out(device: CudaDevice) -> None:
    probes = [shipped("transfers"), shipped("unified_memory")]
    selections = select(device.facts, probes, None, quick=False)
    assert [selection.without for selection in selections] == [{}, {}]


def test_a_run_says_that_it_measured(device: CudaDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpuadvisor.probing.run.time_for", lambda _facts, *, quick: 1.0 if quick else 2.0)
    profile = run_probes(device, ["transfers"], quick=True)
    assert {metric.provenance for metric in profile.probes[0].metrics} == {"measured"}

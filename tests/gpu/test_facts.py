"""The facts of the GPU at hand, against NVML's own account of it and against what GPUs are like."""

import pynvml
import pytest

from gpuadvisor.devices.isolated import IsolatedDevice

pytestmark = pytest.mark.gpu


def test_every_fact_is_that_of_a_gpu(device: IsolatedDevice) -> None:
    facts = device.facts
    assert facts.id == "cuda:0"
    assert 1 <= facts.multiprocessors <= 1000
    assert 0.3e9 < facts.sm_clock_hz < 5e9
    assert 1e10 < facts.dram_bytes_per_second < 5e13
    assert 1 << 19 <= facts.l2_bytes < 1 << 30
    assert facts.memory_bytes > 1 << 30
    assert float(facts.compute_capability) >= 7.0


def test_nvml_speaks_of_the_same_gpu(device: IsolatedDevice) -> None:
    pynvml.nvmlInit()
    handle = pynvml.nvmlDeviceGetHandleByPciBusId(device.facts.pci_bus_id)
    assert pynvml.nvmlDeviceGetName(handle) in device.facts.name
    assert pynvml.nvmlDeviceGetNumGpuCores(handle) % device.facts.multiprocessors == 0


def test_the_conditions_are_known(device: IsolatedDevice) -> None:
    conditions = device.facts.conditions
    assert conditions is not None
    assert conditions.driver_version
    assert conditions.cuda_driver_version
    assert conditions.memory_free_bytes
    assert conditions.memory_free_bytes <= device.facts.memory_bytes

"""Steps of host code on an emulated GPU: answers, and times against closed forms of the model."""

from collections.abc import Iterator

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.activities import (
    Activity,
    Allocate,
    Copy,
    Free,
    Prefetch,
    Run,
    Scratch,
    Span,
    Step,
    Touch,
)
from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.devices.copy_model import copy_seconds
from gpuadvisor.devices.device import Buffer, Kernel, Place
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.devices.host_link import link_of, pcie_bytes_per_second
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.provenance import Provenance

MIB = 1 << 20
CONTENT = np.arange(MIB // 4, dtype=np.uint32)
SOURCE = """
extern "C" __global__ void add(unsigned* words, unsigned value) {
    words[blockIdx.x * blockDim.x + threadIdx.x] += value;
}
"""


@pytest.fixture
def device() -> Iterator[EmulatedDevice]:
    device = EmulatedDevice("h100")
    yield device
    device.close()


@pytest.fixture
def add(device: EmulatedDevice) -> Kernel:
    module = device.compile(SOURCE, "add.cu", CompileOptions(compute_capability="9.0"))
    return Kernel(module=module, name="add")


def buffers(device: EmulatedDevice, *places: Place) -> list[Buffer]:
    """Return buffers at places; the first holds the content, the others zeros."""
    first, *others = places
    zeros = np.zeros_like(CONTENT)
    return [device.upload(CONTENT, place=first), *(device.upload(zeros, place=place) for place in others)]


def copy(source: Buffer, target: Buffer, stream: int = 0) -> Copy:
    return Copy(source=Span(source), target=Span(target), size_bytes=MIB, stream=stream)


def seconds(device: EmulatedDevice, *steps: Step, **options: object) -> float:
    result = device.perform(Activity(steps=steps, **options))  # type: ignore[arg-type]
    (time,) = result.times
    assert time.provenance == Provenance.MODELLED
    return time.seconds


def run(add: Kernel, words: Buffer, threads: int = 32, **options: int) -> Run:
    launch = Launch(grid=(max(1, threads // 256), 1, 1), block=(min(threads, 256), 1, 1))
    return Run(kernel=add, launch=launch, arguments=[words, np.uint32(1)], **options)  # type: ignore[arg-type]


def test_a_copy_moves_the_bytes(device: EmulatedDevice) -> None:
    source, target = buffers(device, "pinned", "device")
    seconds(device, copy(source, target))
    assert np.array_equal(device.download(target, CONTENT), CONTENT)


def test_a_launch_runs_every_block(device: EmulatedDevice, add: Kernel) -> None:
    (words,) = buffers(device, "device")
    seconds(device, run(add, words, CONTENT.size))
    assert np.array_equal(device.download(words, CONTENT), CONTENT + 1)


def test_pageable_copies_are_slower_than_pinned_ones(device: EmulatedDevice) -> None:
    pinned, pageable, target = buffers(device, "pinned", "pageable", "device")
    slow, fast = seconds(device, copy(pageable, target)), seconds(device, copy(pinned, target))
    assert slow - fast == pytest.approx(MIB / 5.7e9)
    assert seconds(device, copy(target, pageable)) - fast == pytest.approx(MIB / 4.8e9)


def test_a_copy_that_the_host_waits_for_has_the_published_floor(device: EmulatedDevice) -> None:
    source, target = buffers(device, "pinned", "device")
    one_word = Copy(source=Span(source), target=Span(target), size_bytes=4)
    assert seconds(device, one_word, clock="host") == pytest.approx(10e-6, rel=1e-3)


def test_both_directions_of_the_link_work_at_once_and_one_does_not(device: EmulatedDevice) -> None:
    host, target, other = buffers(device, "pinned", "device", "pinned")
    once = seconds(device, copy(host, target))
    assert seconds(device, copy(host, target), copy(target, other, 1)) == pytest.approx(once)
    assert seconds(device, copy(host, target), copy(host, target, 1)) == pytest.approx(2 * once)
    assert seconds(device, copy(host, target), copy(target, other)) == pytest.approx(2 * once)


def test_copies_overlap_with_kernels_of_other_streams(device: EmulatedDevice, add: Kernel) -> None:
    host, target, words = buffers(device, "pinned", "device", "device")
    kernel, copying = seconds(device, run(add, words)), seconds(device, copy(host, target))
    assert seconds(device, copy(host, target), run(add, words)) == pytest.approx(kernel + copying)
    apart = seconds(device, copy(host, target), run(add, words, stream=1))
    assert apart == pytest.approx(max(kernel, copying))


def test_launches_back_to_back_take_the_published_time(device: EmulatedDevice, add: Kernel) -> None:
    (words,) = buffers(device, "device")
    steps = [run(add, words)] * 8
    assert seconds(device, *steps) == pytest.approx(8 * 2.4e-6)
    assert seconds(device, *steps, as_graph=True) == pytest.approx(8 * 1.2e-6 + 2.5e-6)
    assert seconds(device, steps[0], clock="host") == pytest.approx(5e-6)


def test_scratch_memory_holds_what_is_copied_through_it(device: EmulatedDevice) -> None:
    source, target = buffers(device, "device", "device")
    scratch = Scratch("scratch")
    steps = [
        Allocate(scratch=scratch, size_bytes=MIB),
        Copy(source=Span(source), target=Span(scratch), size_bytes=MIB),
        Copy(source=Span(scratch), target=Span(target), size_bytes=MIB),
        Free(scratch=scratch),
    ]
    seconds(device, *steps, *steps)
    assert np.array_equal(device.download(target, CONTENT), CONTENT)


def test_what_needs_a_real_gpu_is_refused(device: EmulatedDevice, add: Kernel) -> None:
    (words,) = buffers(device, "managed")
    refused: list[Step] = [
        Prefetch(buffer=words),
        Touch(buffer=words),
        run(add, words, cooperative=True),
        run(add, words, programmatic=True),
    ]
    for step in refused:
        with pytest.raises(GpuAdvisorError, match="emulated device"):
            device.perform(Activity(steps=[step]))
    assert device.facts.abilities == []


@pytest.mark.parametrize("name", names())
def test_a_large_copy_reaches_most_of_the_link(name: str) -> None:
    facts = entry(name)
    assert facts.host_link_bytes_per_second is not None
    rate = (1 << 30) / copy_seconds(facts, "pinned", "device", 1 << 30)
    assert 0.78 <= rate / facts.host_link_bytes_per_second <= 0.88


@pytest.mark.parametrize(
    ("generation", "lanes", "gigabytes_per_second"),
    [(1, 16, 4.0), (3, 16, 15.754), (4, 16, 31.508), (5, 16, 63.015), (4, 8, 15.754), (6, 16, 121.0)],
)
def test_what_a_link_carries(generation: int, lanes: int, gigabytes_per_second: float) -> None:
    assert pcie_bytes_per_second(generation, lanes) == pytest.approx(gigabytes_per_second * 1e9, rel=1e-3)


def test_a_link_is_taken_at_its_best() -> None:
    idle = DeviceConditions(
        pcie_generation=1, pcie_generation_maximum=4, pcie_lanes=16, pcie_lanes_maximum=16
    )
    found = link_of(idle)
    assert found is not None
    assert found[0] == pytest.approx(31.508e9, rel=1e-3)
    assert link_of(None) is link_of(DeviceConditions()) is None
    assert pcie_bytes_per_second(7, 16) is None

"""One launch on one kind of device and another: what is timed many times is written once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import ONCE, Argument, Kernel, LaunchResult, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.placement import Placement, owner
from gpuadvisor.sources.task import task
from gpuadvisor.sources.unit import compile_text
from gpuadvisor.sources.values import LaunchData, Pointer, Structure, Value

SOURCE = """
__device__ int step = 1;
__global__ void add(int* out, int n)
{
    if (out[threadIdx.x] < n)
        out[threadIdx.x] += step;
}
"""


class Gpu(EmulatedDevice):
    """Launches as often as a GPU that is timed does, and counts nothing."""

    @property
    def facts(self) -> DeviceFacts:
        return msgspec.structs.replace(super().facts, kind="cuda")

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        for _ in range(timing.warmups + timing.samples):
            result = super().launch(kernel, launch, arguments, timing)
        return replace(result, observation=None)


@pytest.mark.parametrize("device", [EmulatedDevice("h100"), Gpu("h100")])
@pytest.mark.parametrize("keep", [False, True])
def test_arrays_are_updated_by_exactly_one_launch_if_at_all(device: EmulatedDevice, keep: bool) -> None:
    options = CompileOptions(compute_capability="9.0")
    unit = compile_text(Path("add.cu"), SOURCE, [], device, options)
    out = np.zeros(32, np.int32)
    symbols = {"step": np.array(5, np.int32)}
    data = LaunchData(arguments={"out": out, "n": np.int32(100)}, symbols=symbols, keep=keep)
    request = LaunchRequest(kernel="add", launch=Launch(grid=(1, 1, 1), block=(32, 1, 1)))
    profile = task(unit, request, data).run(device, all_blocks=True)
    assert out.tolist() == [5 * keep] * 32
    assert profile.counters is not None
    assert profile.counters.global_store_requests == 1


def placed(arguments: dict[str, Value], **shared: np.ndarray) -> tuple[list[np.generic], Placement]:
    device = EmulatedDevice("h100")
    placement = Placement(LaunchData(arguments=arguments, shared=shared), device.upload, device.bind)
    return placement.arguments, placement


def test_every_array_is_uploaded_once() -> None:
    whole = np.arange(64, dtype=np.float32)
    (first, again, middle, point), placement = placed(
        {"a": whole, "b": whole, "c": whole[11:], "d": Pointer("a", -4)}
    )
    assert (first, middle, point) == (again, first + np.uint64(44), first - np.uint64(4))
    ((buffer, array),) = placement.buffers
    assert (buffer.size_bytes, array is whole) == (256, True)


def test_pointers_in_structures_get_their_addresses_and_null_stays_null() -> None:
    structure = Structure(b"\xaa" * 24, ((8, Pointer("in", 8)), (16, Pointer(None))))
    (passed, null), placement = placed({"s": structure, "n": Pointer(None)}, **{"in": np.zeros(4)})
    (buffer, _) = placement.buffers[0]
    words = np.frombuffer(passed.tobytes(), np.uint64)
    assert words.tolist() == [0xAAAAAAAAAAAAAAAA, buffer.address + 8, 0]
    assert null == 0


def test_a_view_of_a_view_belongs_to_the_array_below() -> None:
    whole = np.zeros((8, 8))
    assert owner(whole[2:][1]) is whole
    assert owner(whole) is whole
    transposed = np.zeros((8, 8)).T.copy()
    assert owner(transposed[1:]) is transposed

"""Requests and sectors of texture fetches and surface accesses, by counting 32-byte segments by hand."""

from typing import Any

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Sampling
from gpuadvisor.model.kernel import Observation
from tests.emulator.harness import Array, compiled, execute, launch_of
from tests.emulator.textures.reference import image_of

KERNEL = """
extern "C" __global__ void k(cudaTextureObject_t t, float* out) {{
    int i = threadIdx.x;
    {body}
}}
"""


def observed(
    body: str, array: Array, sampling: Sampling | None, threads: int = 64, channels: int = 1
) -> Observation:
    """Run one block; `i` is the thread."""
    memory = GlobalMemory()
    handle, _ = image_of(memory, array, sampling, channels=channels)
    arguments: list[Any] = [handle, np.zeros(4 * threads, np.float32)]
    source = compiled(KERNEL.format(body=body))
    return execute(source, "k", launch_of(1, threads), arguments, memory=memory).observation


@pytest.mark.parametrize(
    ("fetch", "filter_", "sectors"),
    [
        ("tex2D<float>(t, i + 0.5f, 0.5f)", "point", 4),
        ("tex2D<float>(t, i + 0.75f, 0.5f)", "linear", 10),  # 33 texels in each of two rows
        ("tex2D<float>(t, 0.5f, i + 0.5f)", "point", 32),
        ("tex2D<float>(t, 3.0f, i + 0.5f)", "linear", 33),  # two columns in one sector, 33 rows
        ("tex2D<float>(t, 7.0f, 4.0f)", "point", 1),
        ("tex2D<float>(t, -1.0f - i, 0.5f)", "point", 1),  # all clamped to one texel
        ("tex2Dgather<float4>(t, 8.0f, 1.0f).x", "point", 4),
    ],
)
def test_sectors_of_a_request(fetch: str, filter_: str, sectors: int) -> None:
    """A texture of 256 x 256 floats: eight texels of a row to a sector."""
    array = np.zeros((256, 256), np.float32)
    sampling = Sampling(filter=filter_)  # type: ignore[arg-type]
    found = observed(f"out[i] = {fetch};", array, sampling)
    counters = found.counters
    assert (counters.texture_requests, counters.texture_sectors) == (2, 2 * sectors)
    assert counters.global_load_requests == 0
    assert any("order of CUDA arrays is not documented" in note for note in found.notes)
    assert [line.texture_sectors for line in found.lines if line.texture_requests] == [2 * sectors]
    (access,) = (each for each in found.accesses if each.space == "texture")
    assert (access.variable, access.operation, access.sectors) == ("image", "load", 2 * sectors)
    assert (access.bytes_per_thread, access.active_threads) == (4, 32.0)


def test_ideal_sectors_hold_the_distinct_texels() -> None:
    """A column of uchar4: 32 sectors where 128 bytes would fit into four."""
    array = np.zeros((64, 64, 4), np.uint8)
    found = observed("out[i] = tex2D<uchar4>(t, 0.5f, i + 0.5f).x;", array, Sampling(), channels=4)
    counters = found.counters
    assert (counters.texture_sectors, counters.texture_ideal_sectors) == (64, 8)


def test_border_and_inactive_lanes_touch_nothing() -> None:
    array = np.zeros((8, 64), np.float32)
    body = "if (i % 2 == 0) out[i] = tex2D<float>(t, i - 7.5f, 0.5f);"
    counters = observed(body, array, Sampling(address=("border",)), threads=32).counters
    assert (counters.texture_requests, counters.texture_sectors) == (1, 3)  # texels 0 to 22, even lanes
    body = "out[i] = tex2D<float>(t, i + 100.0f, 0.5f);"
    counters = observed(body, array, Sampling(address=("border",)), threads=32).counters
    assert (counters.texture_requests, counters.texture_sectors) == (1, 0)


def test_texture_bytes_come_from_memory() -> None:
    """Each texel once, however often it is fetched, and what the kernel stores."""
    array = np.zeros((8, 64), np.float32)
    body = (
        "for (int y = 0; y < 8; y++) out[i] += tex2D<float>(t, i + 0.5f, y + 0.5f) + tex2D<float>(t, i, y);"
    )
    counters = observed(body, array, Sampling(), threads=64).counters
    assert counters.dram_bytes == array.nbytes + 2 * 64 * 4


def test_surface_requests() -> None:
    """A warp reads a row of 32 float4 and writes a column of floats."""
    array = np.zeros((32, 128), np.float32)
    body = """float4 v = surf2Dread<float4>(t, i * 16, 0);
    surf2Dwrite(v.x + v.w, t, 4, i);"""
    counters = observed(body, array, None, threads=32).counters
    assert (counters.surface_load_requests, counters.surface_load_sectors) == (1, 16)
    assert counters.surface_load_ideal_sectors == 16
    assert (counters.surface_store_requests, counters.surface_store_sectors) == (1, 32)
    assert counters.surface_store_ideal_sectors == 4

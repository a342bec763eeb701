"""suld, sust and sured on surfaces of every shape, inside and outside, and queries of objects."""

from typing import Any

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Sampling
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, Outcome, compiled, execute, launch_of
from tests.emulator.textures.reference import image_of

RANDOM = np.random.default_rng(11)


def run(
    source: str, surface: Array, arguments: list[Any], threads: int = 32, **kind: Any
) -> tuple[Outcome, Array]:
    """Run `k(surface, ...)` in one block; return the outcome and what the surface then holds."""
    memory = GlobalMemory()
    handle, address = image_of(memory, surface, None, **kind)
    program = compiled(source)
    outcome = execute(program, "k", launch_of(1, threads), [handle, *arguments], memory=memory)
    content = np.frombuffer(memory.read(address, surface.nbytes), surface.dtype)
    return outcome, content.reshape(surface.shape)


KERNEL = """
extern "C" __global__ void k(cudaSurfaceObject_t s, {element}* out, const {element}* in) {{
    int i = threadIdx.x;
    int x = i % 4 * sizeof({element}), y = i / 4 % 3, z = i / 12 % 2;
    {element} old = {read};
    out[i] = old;
    {write};
}}
"""
FORMS = {
    "1d": ("surf1Dread<{0}>(s, x)", "surf1Dwrite(in[i], s, x)", (4,)),
    "2d": ("surf2Dread<{0}>(s, x, y)", "surf2Dwrite(in[i], s, x, y)", (3, 4)),
    "3d": ("surf3Dread<{0}>(s, x, y, z)", "surf3Dwrite(in[i], s, x, y, z)", (2, 3, 4)),
    "a1d": ("surf1DLayeredread<{0}>(s, x, y)", "surf1DLayeredwrite(in[i], s, x, y)", (3, 4)),
    "a2d": ("surf2DLayeredread<{0}>(s, x, y, z)", "surf2DLayeredwrite(in[i], s, x, y, z)", (2, 3, 4)),
}


@pytest.mark.parametrize(
    ("form", "element", "dtype", "channels"),
    [("1d", "float", "float32", 1), ("1d", "uchar4", "uint8", 4), ("2d", "short2", "int16", 2),
     ("2d", "float4", "float32", 4), ("2d", "unsigned char", "uint8", 1), ("3d", "ushort4", "uint16", 4),
     ("3d", "int2", "int32", 2), ("a1d", "float", "float32", 1), ("a2d", "uchar4", "uint8", 4)],
)  # fmt: skip
def test_read_and_write(form: str, element: str, dtype: str, channels: int) -> None:
    """Each thread reads its element and writes another."""
    read, write, shape = FORMS[form]
    count = int(np.prod(shape))
    source = KERNEL.format(element=element, read=read.format(element), write=write)
    whole = (*shape, channels) if channels > 1 else shape
    before, after = (RANDOM.integers(0, 200, whole).astype(dtype) for _ in range(2))
    outcome, content = run(
        source, before, [np.zeros_like(before), after], count, channels=channels, layered=form[0] == "a"
    )
    np.testing.assert_array_equal(outcome.arrays[0], before)
    np.testing.assert_array_equal(content, after)


BOUNDS = """
extern "C" __global__ void k(cudaSurfaceObject_t s, int2* out, const int* x, const int* y) {{
    int i = threadIdx.x;
    out[i] = surf2Dread<int2>(s, x[i], y[i], cudaBoundaryMode{mode});
    if (i < 1) surf2Dwrite(make_int2(-1, -2), s, x[31], y[31], cudaBoundaryMode{mode});
}}
"""


@pytest.mark.parametrize("mode", ["Clamp", "Zero"])
def test_outside(mode: str) -> None:
    """Clamped to the nearest place that holds the access, or zero and no store."""
    surface = RANDOM.integers(1, 99, (4, 5)).astype(np.int32)
    x, y = (RANDOM.integers(-4, 7, 32).astype(np.int32) for _ in range(2))
    x, x[31], y[31] = x * 8, 800, -3
    outcome, content = run(BOUNDS.format(mode=mode), surface, [np.zeros((32, 2), np.int32), x, y])
    wanted = np.zeros((32, 2), np.int32)
    for i, (byte, row) in enumerate(zip(x, y, strict=True)):
        if 0 <= byte <= 12 and 0 <= row < 4:
            wanted[i] = surface[row, byte // 4 : byte // 4 + 2]
        elif mode == "Clamp":
            first = min(max(byte, 0), 8) // 4
            wanted[i] = surface[min(max(row, 0), 3), first : first + 2]
    np.testing.assert_array_equal(outcome.arrays[0], wanted)
    stored = surface.copy()
    if mode == "Clamp":
        stored[0, 2:4] = -1, -2
    np.testing.assert_array_equal(content, stored)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (40, 0, r"\(byte, row, ...\) \[40, 0\] is outside a surface of \[20, 4\]"),
        (0, -1, r"\[0, -1\] is outside a surface of \[20, 4\]"),
        (4, 0, "byte 4 of a row is not aligned to 8 bytes"),
    ],
)
def test_trap(x: int, y: int, message: str) -> None:
    places = [np.full(32, x, np.int32), np.full(32, y, np.int32)]
    with pytest.raises(GpuAdvisorError, match=message):
        run(BOUNDS.format(mode="Trap"), np.zeros((4, 5), np.int32), [np.zeros((32, 2), np.int32), *places])


REDUCE = """
extern "C" __global__ void k(cudaSurfaceObject_t s, const {c}* in) {{
    asm volatile("sured.b.{op}.2d.{ptx}.trap [%0, {{%1, %2}}], %3;"
        :: "l"(s), "r"((int)(threadIdx.x % 3 * sizeof({c}))), "r"(threadIdx.x % 2),
           "{constraint}"(in[threadIdx.x]));
}}
"""


@pytest.mark.parametrize(
    ("op", "ptx", "dtype", "function"),
    [("add", "u32", "uint32", np.add), ("min", "s32", "int32", np.minimum),
     ("max", "s64", "int64", np.maximum), ("or", "b32", "uint32", np.bitwise_or),
     ("and", "b32", "uint32", np.bitwise_and)],
)  # fmt: skip
def test_reductions(op: str, ptx: str, dtype: str, function: np.ufunc) -> None:
    wide = dtype == "int64"
    surface = RANDOM.integers(1, 2**31 - 1, (2, 3)).astype(dtype)
    values = RANDOM.integers(0, 2**31, 32).astype(dtype)
    values[::2] = -values[::2]
    source = REDUCE.format(op=op, ptx=ptx, c="long long" if wide else "int", constraint="l" if wide else "r")
    held = surface.view(np.int32).copy() if wide else surface
    outcome, content = run(source, held, [values])
    wanted = surface.copy()
    function.at(wanted, (np.arange(32) % 2, np.arange(32) % 3), values)
    np.testing.assert_array_equal(content.view(dtype), wanted)
    assert outcome.observation.counters.surface_atomic_requests == 1


FORMATTED = """
extern "C" __global__ void k(cudaSurfaceObject_t s, const uint4* in) {
    uint4 v = in[threadIdx.x];
    int x = threadIdx.x % 8 - 1, y = threadIdx.x / 8;
    asm volatile("sust.p.2d.v4.b32.zero [%0, {%1, %2}], {%3, %4, %5, %6};"
        :: "l"(s), "r"(x), "r"(y), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w));
}
"""


@pytest.mark.parametrize(
    ("dtype", "channels"),
    [("uint8", 4), ("int8", 2), ("uint16", 1), ("int16", 4), ("uint32", 2), ("int32", 1), ("float16", 4),
     ("float32", 4)],
)  # fmt: skip
def test_formatted_stores(dtype: str, channels: int) -> None:
    """Each thread gives a texel numbers of its kind, of which those beyond the format are clamped."""
    surface = RANDOM.integers(0, 99, (4, 6, channels) if channels > 1 else (4, 6)).astype(dtype)
    kind = np.dtype(dtype).kind
    texels: Array
    if kind == "f":
        given: Array = RANDOM.normal(size=(32, 4)).astype(np.float32)
        given[3] = np.nan, -np.inf, 6e4, 1e-7
        texels = given.astype(dtype)
    else:
        given = RANDOM.integers(0, 2**32, (32, 4), np.uint32).view(f"{kind}4")
        given[::2] %= 300
        limits = np.iinfo(dtype)
        texels = np.clip(given, limits.min, limits.max).astype(dtype)
    outcome, content = run(FORMATTED, surface, [given.view(np.uint32)], channels=channels)
    wanted = texels.reshape(4, 8, 4)[:, 1:7, :channels].reshape(surface.shape)
    np.testing.assert_array_equal(content, wanted)
    counters = outcome.observation.counters
    row_bytes = 6 * surface.itemsize * channels
    assert (counters.surface_store_requests, counters.surface_store_sectors) == (1, -(-4 * row_bytes // 32))


def test_a_formatted_store_gives_what_it_has() -> None:
    """Channels that get no number become zero; numbers that have no channel are dropped."""
    surface = np.full((2, 4, 2), 7, np.uint16)
    source = FORMATTED.replace(".v4.b32.zero", ".b32.clamp").replace("{%3, %4, %5, %6}", "%3")
    given = np.arange(128, dtype=np.uint32).reshape(32, 4) + 1
    _, content = run(source, surface, [given], 16, channels=2)
    assert content[..., 1].tolist() == [[0] * 4] * 2
    assert content[0, :3, 0].tolist() == [5, 9, 13]


QUERY = """
extern "C" __global__ void k(unsigned long long t, unsigned long long s, unsigned* out) {
    asm("txq.width.b32 %0, [%1];" : "=r"(out[0]) : "l"(t));
    asm("txq.height.b32 %0, [%1];" : "=r"(out[1]) : "l"(t));
    asm("txq.channel_data_type.b32 %0, [%1];" : "=r"(out[2]) : "l"(t));
    asm("txq.channel_order.b32 %0, [%1];" : "=r"(out[3]) : "l"(t));
    asm("txq.array_size.b32 %0, [%1];" : "=r"(out[4]) : "l"(t));
    asm("txq.normalized_coords.b32 %0, [%1];" : "=r"(out[5]) : "l"(t));
    asm("suq.width.b32 %0, [%1];" : "=r"(out[6]) : "l"(s));
    asm("suq.depth.b32 %0, [%1];" : "=r"(out[7]) : "l"(s));
    asm("suq.channel_data_type.b32 %0, [%1];" : "=r"(out[8]) : "l"(s));
}
"""


def test_queries() -> None:
    """Enumerations are OpenCL's: CL_UNORM_INT8, CL_RGBA and CL_FLOAT."""
    memory = GlobalMemory()
    sampling = Sampling(normalized=True, read="normalized-float")
    texture, _ = image_of(memory, np.zeros((7, 3, 5, 4), np.uint8), sampling, channels=4, layered=True)
    surface, _ = image_of(memory, np.zeros((2, 3, 9), np.float32), None)
    arguments: list[Any] = [texture, surface, np.zeros(9, np.uint32)]
    outcome = execute(compiled(QUERY), "k", launch_of(1, 1), arguments, memory=memory)
    assert outcome.arrays[0].tolist() == [5, 3, 0x10D2, 0x10B5, 7, 1, 9, 2, 0x10DE]


WRONG = """
extern "C" __global__ void k(unsigned long long s, float* out) { out[0] = surf2Dread<float>(s, 0, 0); }
"""


@pytest.mark.parametrize(
    ("sampling", "offset", "message"),
    [(Sampling(), 0, "the surface handle 0x1 is that of a texture"),
     (None, 5, "the surface handle 0x6 is not one of an object of this launch")],
)  # fmt: skip
def test_handles_of_something_else(sampling: Sampling | None, offset: int, message: str) -> None:
    memory = GlobalMemory()
    handle, _ = image_of(memory, np.zeros((4, 4), np.float32), sampling)
    arguments: list[Any] = [np.uint64(handle + np.uint64(offset)), np.zeros(1, np.float32)]
    with pytest.raises(GpuAdvisorError, match=message):
        execute(compiled(WRONG), "k", launch_of(1, 1), arguments, memory=memory)

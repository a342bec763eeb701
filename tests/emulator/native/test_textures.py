"""Textures in native code leave the interpreter's bits and counts, whatever textures and coordinates hold."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.textures.images import Image, Sampling, texels_of
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, Outcome, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated
from tests.emulator.textures.reference import image_of

THREADS = 96
MODES = ("clamp", "border", "wrap", "mirror")
ELEMENTS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32")
SHAPES = {"1d": (13,), "2d": (5, 7), "3d": (3, 4, 5), "a1d": (3, 9), "a2d": (3, 4, 5), "cube": (6, 4, 4),
          "acube": (12, 4, 4)}  # fmt: skip
VECTORS = {"1d": "{%r4}", "2d": "{%r4, %r5}", "3d": "{%r4, %r5, %r6, %r6}", "a1d": "{%r7, %r4}",
           "a2d": "{%r7, %r4, %r5, %r5}", "cube": "{%r4, %r5, %r6, %r6}",
           "acube": "{%r7, %r4, %r5, %r6}"}  # fmt: skip


def kernel(instruction: str) -> Program:
    """Return a kernel that reads each thread's handle (%rd2) and words (%r4 to %r7), and keeps %r8 to %r11.

    Threads whose fourth word is odd have %p1.
    """
    body = f"""
    ld.param.u64 %rd3, [p1]; ld.param.u64 %rd4, [p2];
    mad.wide.u32 %rd5, %r0, 8, %rd3; ld.global.u64 %rd2, [%rd5];
    mad.wide.u32 %rd5, %r0, 16, %rd4; ld.global.v4.u32 {{%r4, %r5, %r6, %r7}}, [%rd5];
    and.b32 %r12, %r7, 1; setp.ne.u32 %p1, %r12, 0;
    mov.u32 %r8, 7; mov.u32 %r9, 8; mov.u32 %r10, 9; mov.u32 %r11, 10;
    {instruction}
    mad.wide.u32 %rd5, %r0, 16, %rd0; st.global.v4.u32 [%rd5], {{%r8, %r9, %r10, %r11}};
    """
    return ptx_kernel(body, parameters=3)


def run(
    program: Program, memory: GlobalMemory, handles: Array | np.uint64, words: Array, blocks: int = 1
) -> Outcome:
    """Run the kernel in both executors, which end alike; it has native code."""
    assert is_translated(program)
    threads = len(words)
    results = np.zeros((threads, 4), np.uint32)
    given = np.broadcast_to(np.asarray(handles, np.uint64), (threads,)).copy()
    return execute(program, "k", launch_of(blocks, threads), [results, given, words], memory=memory)


def bits_of(element: str, shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Return elements of random bits: also NaN, infinities and subnormal numbers."""
    dtype = np.dtype(element)
    whole = random.integers(0, 256, (*shape, dtype.itemsize), np.uint8).view(dtype)[..., 0]
    if dtype.kind == "f":
        some = random.integers(0, 4, shape)
        whole = np.where(some == 0, whole, random.normal(size=shape).astype(dtype))
        whole = np.where(some == 1, dtype.type(np.inf), whole)
    return whole


def places(shape: Sequence[int], random: np.random.Generator, *, normalized: bool, whole: bool) -> Array:
    """Return words of coordinates within and around a texture, and of any bits; the last is a layer."""
    size = max(shape)
    if whole:
        words = random.integers(-3, size + 3, (THREADS, 4)).astype(np.int32).view(np.uint32)
    else:
        reach = random.uniform(-2 * size, 3 * size, (THREADS, 4)) / (size if normalized else 1)
        on_edges = np.round(reach * 4) / 4
        words = np.where(random.random(reach.shape) < 0.3, on_edges, reach).astype(np.float32).view(np.uint32)
    any_bits = random.integers(0, 2**32, words.shape, np.uint32)
    words = np.where(random.random(words.shape) < 0.1, any_bits, words)
    words[:, 3] = random.integers(0, len(shape) * 3, THREADS)
    words[random.random(THREADS) < 0.05, 3] = 0xFFFFFFFF
    return words


def sampling_of(random: np.random.Generator, element: str, *, linear: bool) -> Sampling:
    """Return a way to read the texture."""
    floats = element.startswith("float") or linear or random.random() < 0.5
    modes = tuple(str(mode) for mode in random.choice(MODES, 3))
    return Sampling(
        filter="linear" if linear else "point",
        address=modes,  # type: ignore[arg-type]
        normalized=bool(random.random() < 0.6),
        read="normalized-float" if floats else "element",
    )


def texture(
    geometry: str, element: str, random: np.random.Generator, *, linear: bool, memory: GlobalMemory
) -> tuple[np.uint64, Sampling, str]:
    """Make a texture; return its handle, how it is read and the type of its results."""
    channels = int(random.choice([1, 2, 4]))
    shape = (*SHAPES[geometry], channels) if channels > 1 else SHAPES[geometry]
    sampling = sampling_of(random, element, linear=linear)
    handle, _ = image_of(
        memory,
        bits_of(element, shape, random),
        sampling,
        channels=channels,
        layered=geometry in ("a1d", "a2d"),
        cube="cube" in geometry,
    )
    is_float = element.startswith("float") or (sampling.read != "element" and element[-2:] != "32")
    return handle, sampling, "f32" if is_float else "s32" if element.startswith("int") else "u32"


FILTERS = ("point", "linear", "whole", "gather")


@pytest.mark.parametrize(
    ("geometry", "filter_", "element"),
    [
        (geometry, filter_, ELEMENTS[(3 * at + step) % 8])
        for at, (geometry, filter_) in enumerate(product(SHAPES, FILTERS))
        for step in (0, 2, 5)
    ],
)
def test_any_bits(geometry: str, element: str, filter_: str) -> None:
    random = np.random.default_rng([len(geometry), sum(geometry.encode()), len(filter_), *element.encode()])
    whole = filter_ == "whole" and "cube" not in geometry
    gathers = filter_ == "gather" and geometry in ("2d", "a2d", "cube", "acube")
    linear = filter_ == "linear" and element[-5:] not in ("int32",)
    memory = GlobalMemory()
    handle, sampling, kind = texture(geometry, element, random, linear=linear, memory=memory)
    given = "s32" if whole else "f32"
    name = f"tld4.{random.choice([*'rgba'])}.{geometry}" if gathers else f"tex.{geometry}"
    targets = "{%r8, %r9, %r10, %r11}"
    program = kernel(f"{name}.v4.{kind}.{given} {targets}, [%rd2, {VECTORS[geometry]}];")
    words = places(SHAPES[geometry], random, normalized=sampling.normalized, whole=whole)
    outcome = run(program, memory, handle, words)
    assert outcome.observation.counters.texture_requests == THREADS // 32


def test_each_lane_has_its_own_texture() -> None:
    """A request for each texture that the lanes of a warp name; guarded, with a sink and residency."""
    random = np.random.default_rng(5)
    memory = GlobalMemory()
    made = [texture("2d", each, random, linear=True, memory=memory) for each in ("float32", "uint8", "int16")]
    handles = np.array([handle for handle, *_ in made])[random.integers(0, 3, THREADS)]
    program = kernel(
        "@%p1 tex.2d.v4.f32.f32 {%r8, _, %r10, %r11}|%p2, [%rd2, {%r4, %r5}]; @%p2 mov.u32 %r9, 1;"
    )
    words = places((5, 7), random, normalized=False, whole=False)
    outcome = run(program, memory, handles, words)
    guarded = words[:, 3] % 2 == 1
    asked = {(thread // 32, handles[thread]) for thread in np.flatnonzero(guarded)}
    assert outcome.observation.counters.texture_requests == len(asked)
    assert outcome.arrays[0][~guarded].tolist() == [[7, 8, 9, 10]] * int((~guarded).sum())
    assert set(outcome.arrays[0][guarded, 1]) == {1}


def test_many_blocks_of_one_pattern() -> None:
    """Requests that repeat each other count as often as they are made."""
    memory = GlobalMemory()
    handle, _ = image_of(
        memory, np.zeros((64, 64), np.uint8), Sampling(filter="linear", read="normalized-float")
    )
    program = kernel(
        "mov.u32 %r4, %ctaid.x; cvt.rn.f32.u32 %f1, %r4; cvt.rn.f32.u32 %f2, %r0;"
        "tex.2d.v4.f32.f32 {%r8, %r9, %r10, %r11}, [%rd2, {%f2, %f1}];"
    )
    counters = run(program, memory, handle, np.zeros((64, 4), np.uint32), blocks=40).observation.counters
    assert counters.texture_requests == 80
    # From row -1, which is row 0, to row 39; the second warp starts a texel before its sectors.
    assert counters.texture_sectors == (39 * 2 + 1) * 1 + (39 * 2 + 1) * 2


ASKED = ("width", "height", "depth", "array_size", "channel_data_type", "channel_order", "normalized_coords")


@pytest.mark.parametrize("opcode", ["txq", "suq"])
def test_queries(opcode: str) -> None:
    random = np.random.default_rng(9)
    memory = GlobalMemory()
    handles = []
    for geometry in SHAPES:
        for element in ELEMENTS:
            handle, *_ = texture(geometry, element, random, linear=False, memory=memory)
            if opcode == "suq":
                image = memory.image(int(handle))
                assert image is not None
                handle = np.uint64(memory.add_image(Image(image.address, image.texels)))
            handles.append(handle)
    chosen = np.array(handles)[random.integers(0, len(handles), THREADS)]
    asks = [f"@%p1 {opcode}.{name}.b32 %r{8 + at % 4}, [%rd2];" for at, name in enumerate(ASKED)]
    for part in (asks[:4], asks[4:]):
        words = random.integers(0, 99, (THREADS, 4)).astype(np.uint32)
        run(kernel("\n".join(part)), memory, chosen, words)


REFERENCE = ".global .texref image; .global .align 8 .u64 spare;\n"


def test_a_reference_holds_a_handle() -> None:
    """Named, or by its address in a register; an address with no handle is refused."""
    body = """
    mov.u64 %rd2, image; ld.param.u64 %rd3, [p1]; st.global.u64 [%rd2], %rd3; mov.f32 %f5, 0f40200000;
    tex.1d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [image, {%f5}];
    tex.1d.v4.f32.f32 {%f6, %f2, %f3, %f4}, [%rd2, {%f5}];
    add.f32 %f1, %f1, %f6; st.global.f32 [%rd1], %f1;
    """
    memory = GlobalMemory()
    handle, _ = image_of(memory, np.arange(8, dtype=np.float32), Sampling())
    program = ptx_kernel(body, parameters=2, before=REFERENCE)
    assert is_translated(program)
    outcome = execute(program, "k", launch_of(1, 1), [np.zeros(1), handle], memory=memory)
    assert outcome.arrays[0].view(np.float32)[0] == 4.0
    wrong = ptx_kernel(body.replace("[%rd2, {", "[spare, {"), parameters=2, before=REFERENCE)
    with pytest.raises(GpuAdvisorError, match="is not one of an object of this launch"):
        execute(wrong, "k", launch_of(1, 1), [np.zeros(1), handle], memory=memory)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (0, "handle 0x0 is not one of an object"),
        (4, "handle 0x4 is not one of an object"),
        (1 << 63, "handle 0x8000000000000000 is not"),
        (2, "that of a surface"),
        (3, "is given a texture that is 1D of float32"),
    ],
)
def test_one_lane_names_something_else(second: int, message: str) -> None:
    """Whoever is first among those that name it is blamed."""
    memory = GlobalMemory()
    image_of(memory, np.zeros((8, 8), np.float32), Sampling())
    image_of(memory, np.zeros((8, 8), np.float32), None)
    image_of(memory, np.zeros(8, np.float32), Sampling())
    handles = np.ones(THREADS, np.uint64)
    handles[[41, 77]] = second
    program = kernel("tex.2d.v4.f32.f32 {%r8, %r9, %r10, %r11}, [%rd2, {%r4, %r5}];")
    with pytest.raises(GpuAdvisorError, match=message) as caught:
        run(program, memory, handles, np.zeros((THREADS, 4), np.uint32))
    assert "thread (41, 0, 0)" in str(caught.value)


def test_memory_that_is_gone() -> None:
    """Nothing is left of an object whose buffer has been freed, even if others lie there now."""
    memory = GlobalMemory()
    handle, address = image_of(memory, np.zeros((64, 64), np.float32), Sampling())
    other, _ = image_of(memory, np.full((8, 8), 5, np.float32), Sampling())
    memory.free(address)
    program = kernel("tex.2d.v4.f32.f32 {%r8, %r9, %r10, %r11}, [%rd2, {%r4, %r5}];")
    words = np.zeros((64, 4), np.uint32)
    assert run(program, memory, other, words).arrays[0].view(np.float32)[0, 0] == 5.0
    with pytest.raises(
        GpuAdvisorError, match="the texture handle 0x1 is not one of an object of this launch"
    ):
        run(program, memory, handle, words)


@pytest.mark.parametrize(("offset", "rows"), [(1, 4), (0, 9)])
def test_the_interpreter_reads_what_lies_oddly(offset: int, rows: int) -> None:
    """Texels at odd addresses, or more of them than the buffer holds."""
    memory = GlobalMemory()
    address = memory.allocate(8 * 8 * 4, "image", offset)
    memory.write(address, np.arange(256, dtype=np.uint8).tobytes())
    handle = np.uint64(memory.add_image(Image(address, texels_of((rows, 8), "uint8", 4), Sampling())))
    program = kernel("tex.2d.v4.u32.f32 {%r8, %r9, %r10, %r11}, [%rd2, {%f5, %f6}];")
    found = run(program, memory, handle, np.zeros((32, 4), np.uint32)).arrays[0]
    assert found[0].tolist() == [0, 1, 2, 3]

"""Surfaces in native code: the interpreter's bytes, counts and faults, inside and outside of surfaces."""

from itertools import product

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.emulator.textures.images import Sampling
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, Outcome, copied, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated
from tests.emulator.textures.reference import image_of

THREADS = 64
SHAPES = {"1d": (24,), "2d": (5, 24), "3d": (3, 4, 24), "a1d": (3, 24), "a2d": (2, 3, 24)}
VECTORS = {"1d": "{%r4}", "2d": "{%r4, %r5}", "3d": "{%r4, %r5, %r6, %r6}", "a1d": "{%r7, %r4}",
           "a2d": "{%r7, %r4, %r5, %r5}"}  # fmt: skip
WIDTHS = {"b8": 1, "b16": 2, "b32": 4, "b64": 8, "u32": 4, "s32": 4, "u64": 8, "s64": 8}


def kernel(instructions: str, registers: str = "") -> Program:
    """Return a kernel that reads each thread's handle (%rd2), words (%r4 to %r7) and value (%rd6).

    It keeps %rd7 and %rd8. Threads whose fourth word is odd have %p1.
    """
    body = f"""
    {registers}
    ld.param.u64 %rd3, [p1]; ld.param.u64 %rd4, [p2];
    mad.wide.u32 %rd5, %r0, 8, %rd3; ld.global.u64 %rd2, [%rd5];
    mad.wide.u32 %rd5, %r0, 16, %rd4; ld.global.v4.u32 {{%r4, %r5, %r6, %r7}}, [%rd5];
    mad.wide.u32 %rd5, %r0, 16, %rd0; ld.global.v2.u64 {{%rd6, %rd9}}, [%rd5]; cvt.u32.u64 %r8, %rd6;
    and.b32 %r12, %r7, 1; setp.ne.u32 %p1, %r12, 0; mov.u64 %rd7, 7; mov.u64 %rd8, 8;
    {instructions}
    st.global.v2.u64 [%rd5], {{%rd7, %rd8}};
    """
    return ptx_kernel(body, parameters=3)


def run(program: Program, memory: GlobalMemory, handles: Array | np.uint64, words: Array) -> Outcome:
    """Run the kernel in both executors, which end alike, with the same surfaces; it has native code."""
    assert is_translated(program)
    values = np.random.default_rng(1).integers(0, 2**64, (THREADS, 2), np.uint64)
    values[32:] = values[:32]
    given = np.broadcast_to(np.asarray(handles, np.uint64), (THREADS,)).copy()
    arguments: list[Array | np.generic] = [values, given, words]
    launch, interpreted = launch_of(1, THREADS), copied(memory)
    outcome = execute(program, "k", launch, arguments, memory=memory)
    execute(program, "k", launch, arguments, RunOptions(native=False), interpreted)
    np.testing.assert_array_equal(memory.arena, interpreted.arena)
    return outcome


def surface(
    geometry: str, memory: GlobalMemory, element: str = "uint8", trim: int = 0
) -> tuple[np.uint64, int, int]:
    """Make a surface of rows of 24 elements, less `trim`; return its handle, address and size."""
    shape = (*SHAPES[geometry][:-1], SHAPES[geometry][-1] - trim)
    content = np.random.default_rng(len(geometry)).integers(0, 255, shape, endpoint=True).astype(element)
    handle, address = image_of(memory, content, None, layered=geometry[0] == "a")
    return handle, address, content.nbytes


def places(size: int, *, outside: bool) -> Array:
    """Return words of places: a multiple of the size in a row, then the rest, the layer last."""
    random = np.random.default_rng(size)
    inside = random.integers(0, [24 // size, 3, 3, 2], (THREADS, 4))
    beyond = random.integers([-3, -3, -3, 0], [24 // size + 4, 9, 9, 9], (THREADS, 4))
    words = np.where(random.random((THREADS, 4)) < 0.2 * outside, beyond, inside)
    words[:, 0] *= size
    return words.astype(np.int32).view(np.uint32)


KINDS = ("b8", "b16", "b32", "b64", "v2.b8", "v2.b16", "v4.b8", "v2.b64")
BOUNDS = ("trap", "clamp", "zero")


@pytest.mark.parametrize(
    ("geometry", "bounds", "kind"),
    [(*form, KINDS[3 * at % 8]) for at, form in enumerate(product(SHAPES, BOUNDS))],
)
def test_loads_and_stores(geometry: str, bounds: str, kind: str) -> None:
    """Guarded; what the threads write goes elsewhere, and both warps write the same."""
    vector, _, name = kind.rpartition(".")
    count = int(vector[1:] or 1)
    bits = max(16, 8 * WIDTHS[name])
    memory = GlobalMemory()
    handle, *_ = surface(geometry, memory)
    other, address, size_bytes = surface(geometry, memory)
    before = memory.read(address, size_bytes)
    listed = f"{{{', '.join(['%a', '%b', '%c', '%a'][:count])}}}"
    form = f".b.{geometry}.{kind}.{bounds}"
    program = kernel(
        f"""cvt.u{bits}.u64 %a, %rd6; cvt.u{bits}.u64 %b, %rd9; mov.b{bits} %c, %b; mov.u64 %rd10, {other};
        @%p1 sust{form} [%rd10, {VECTORS[geometry]}], {listed};
        @%p1 suld{form} {listed.replace("%a}", "_}")}, [%rd2, {VECTORS[geometry]}];
        cvt.u64.u{bits} %rd7, %a; cvt.u64.u{bits} %rd8, %b;""".replace("{_}", "{%a}"),
        f".reg .b{bits} %a, %b, %c;",
    )
    words = places(count * WIDTHS[name], outside=bounds != "trap")
    words[32:] = words[:32]
    counters = run(program, memory, handle, words).observation.counters
    assert counters.surface_load_requests == counters.surface_store_requests == 2
    assert memory.read(address, size_bytes) != before


@pytest.mark.parametrize(
    ("name", "kind"),
    [("add", "u32"), ("add", "u64"), ("min", "s32"), ("min", "u32"), ("max", "s64"), ("max", "b32"),
     ("and", "b32"), ("or", "u32")],
)  # fmt: skip
def test_reductions(name: str, kind: str) -> None:
    memory = GlobalMemory()
    handle, address, size_bytes = surface("2d", memory)
    before = memory.read(address, size_bytes)
    value = "%rd6" if WIDTHS[kind] == 8 else "%r8"
    program = kernel(f"@%p1 sured.b.{name}.2d.{kind}.zero [%rd2, {{%r4, %r5}}], {value};")
    run(program, memory, handle, places(WIDTHS[kind], outside=True))
    assert memory.read(address, size_bytes) != before


ELEMENTS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32")


@pytest.mark.parametrize(("element", "bounds"), [(each, BOUNDS[n % 3]) for n, each in enumerate(ELEMENTS)])
def test_formatted_stores(element: str, bounds: str) -> None:
    """Any bits, at places of texels within and far outside; both warps write the same."""
    memory = GlobalMemory()
    handle, address, size_bytes = surface("2d", memory, element)
    before = memory.read(address, size_bytes)
    program = kernel(f"@%p1 sust.p.2d.v2.b32.{bounds} [%rd2, {{%r4, %r5}}], {{%r8, %r7}};")
    words = places(1, outside=bounds != "trap")
    if bounds != "trap":
        words[::5, 0] = 0x80000000 - np.arange(13)
    words[32:] = words[:32]
    run(program, memory, handle, words)
    assert memory.read(address, size_bytes) != before


def test_each_lane_has_its_own_surface() -> None:
    memory = GlobalMemory()
    handles = np.array([surface("2d", memory)[0] for _ in range(3)])
    chosen = handles[np.random.default_rng(2).integers(0, 3, THREADS)]
    program = kernel("suld.b.2d.b32.clamp {%r8}, [%rd2, {%r4, %r5}]; cvt.u64.u32 %rd7, %r8;")
    outcome = run(program, memory, chosen, places(4, outside=True))
    requests = {(thread // 32, chosen[thread]) for thread in range(THREADS)}
    assert outcome.observation.counters.surface_load_requests == len(requests)


def test_rows_that_no_access_divides() -> None:
    """Rows of 21 bytes: words lie anywhere, and across sectors; no word is clamped into another row."""
    memory = GlobalMemory()
    handle, *_ = surface("2d", memory, trim=3)
    other, *_ = surface("2d", memory, trim=3)
    text = "{0}.b.2d.{1}.clamp {2};"
    loads = text.format("suld", "b32", "{%r8}, [%rd2, {%r4, %r5}]")
    stores = text.format("sust", "b16", "[%rd10, {%r4, %r5}], {%h}")
    moves = f"cvt.u64.u32 %rd7, %r8; cvt.u16.u32 %h, %r8; mov.u64 %rd10, {other};"
    program = kernel(f"{loads} {moves} {stores}", ".reg .b16 %h;")
    words = places(4, outside=True)
    words[32:] = words[:32]
    run(program, memory, handle, words)


def test_bytes_of_wide_elements() -> None:
    """An access narrower than an element needs no more than its own alignment."""
    memory = GlobalMemory()
    handle, *_ = surface("2d", memory, "float32")
    program = kernel("suld.b.2d.b8.trap {%h}, [%rd2, {%r4, %r5}]; cvt.u64.u16 %rd7, %h;", ".reg .b16 %h;")
    found = run(program, memory, handle, places(1, outside=False)).arrays[0]
    assert found[:, 0].any()


@pytest.mark.parametrize(
    ("instruction", "element", "trim", "thread", "place", "message"),
    [
        ("suld.b.2d.b32.trap {%r8}", "uint8", 0, 37, (24, 0), r"\[24, 0\] is outside a surface of \[24, 5\]"),
        ("suld.b.2d.b32.trap {%r8}", "uint8", 0, 3, (0, -1), r"\[0, -1\] is outside"),
        ("suld.b.2d.b32.zero {%r8}", "uint8", 0, 9, (6, 0), "byte 6 of a row is not aligned to 4 bytes"),
        ("suld.b.2d.b32.clamp {%r8}", "uint8", 21, 0, (0, 0), "rows of 3 bytes hold no 4"),
        ("suld.b.1d.b32.clamp {%r8}", "uint8", 0, 0, (0, 0), "is given a surface that is 2D of uint8"),
        ("sust.p.2d.b32.trap %r8", "int16", 0, 8, (24, 1), r"\[48, 1\] is outside a surface of \[48, 5\]"),
        ("sured.b.add.2d.u32.clamp %r8", "uint8", 1, 5, (0, 1), "on rows that are no multiple of 4 bytes"),
    ],
)
def test_refused(
    instruction: str, element: str, trim: int, thread: int, place: tuple[int, int], message: str
) -> None:
    """The thread that asks for it is named."""
    memory = GlobalMemory()
    handle, *_ = surface("2d", memory, element, trim)
    name, result = instruction.rsplit(" ", 1)
    vector = VECTORS[name.split(".")[3 if "add" in name else 2]]
    text = f"{name} {result}, [%rd2, {vector}];" if "suld" in name else f"{name} [%rd2, {vector}], {result};"
    words = np.zeros((THREADS, 4), np.int32)
    words[thread, :2] = place
    with pytest.raises(GpuAdvisorError, match=message) as caught:
        run(kernel(text), memory, handle, words.view(np.uint32))
    assert f"thread ({thread}, 0, 0)" in str(caught.value)


def test_a_register_is_handle_and_ignored_coordinate() -> None:
    """What the message says of the handle does not come from the element that counts for nothing."""
    program = kernel("suld.b.3d.b32.zero {%r8}, [%r4, {%r5, %r5, %r5, %r4}];")
    words = np.full((THREADS, 4), 0x123, np.uint32)
    with pytest.raises(GpuAdvisorError, match="the surface handle 0x123 is not one"):
        run(program, GlobalMemory(), np.uint64(0), words)


def test_a_texture_is_no_surface() -> None:
    memory = GlobalMemory()
    handle, _ = image_of(memory, np.zeros((4, 8), np.uint8), Sampling())
    program = kernel("sust.b.2d.b32.trap [%rd2, {%r4, %r5}], {%r8};")
    with pytest.raises(GpuAdvisorError, match="the surface handle 0x1 is that of a texture"):
        run(program, memory, handle, np.zeros((THREADS, 4), np.uint32))

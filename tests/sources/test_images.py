"""Textures and surfaces as arguments: launch files, the command line, the API, and what does not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.argument_text import parse_argument
from gpuadvisor.sources.declarations import kernel_declarations
from gpuadvisor.sources.images import Surface, SurfaceSpec, Texture, TextureSpec
from gpuadvisor.sources.launch_template import inline_template, toml_template
from gpuadvisor.sources.launches import read_launch_file

STEP = """
__global__ void step(cudaSurfaceObject_t out, cudaTextureObject_t in, float* sum, int scale) {
    int x = threadIdx.x, y = threadIdx.y;
    float value = scale * tex2D<float>(in, x + 0.5f, y + 0.5f);
    surf2Dwrite(value, out, x * sizeof(float), y);
    if (sum) atomicAdd(sum, value);
}
"""


def analyzed(tmp_path: Path, source: str, launches: str) -> list[KernelProfile]:
    """Run the launches of a file."""
    (tmp_path / "kernel.cu").write_text(source)
    (tmp_path / "kernel.toml").write_text(launches)
    requests = read_launch_file(tmp_path / "kernel.toml").requests
    device, options = EmulatedDevice("h100"), CompileOptions(compute_capability="9.0")
    return analyze_source(tmp_path / "kernel.cu", requests, device, options)


def test_launches_read_what_others_wrote_to_a_surface(tmp_path: Path) -> None:
    """The second launch's texture is the first one's surface; what it prints shows the values."""
    source = (
        STEP
        + """
__global__ void check(cudaTextureObject_t in, const float* same) {
    int x = threadIdx.x, y = threadIdx.y;
    float value = tex2D<float>(in, x + 0.5f, y + 0.5f);
    if (value != 3 * (y * 8 + x) || value != same[y * 8 + x]) asm("trap;");
}
"""
    )
    profiles = analyzed(tmp_path, source, """
[[buffer]]
name = "field"
type = "float32"
shape = [4, 8]
fill = "zeros"
[[launch]]
kernel = "step"
grid = 1
block = [8, 4]
args = [ { name = "out", surface = {}, pointer = "field" },
         { name = "in", texture = {}, type = "float32", shape = [4, 8], fill = "arange" },
         { name = "sum", pointer = "null" }, { name = "scale", type = "int32", value = 3 } ]
[[launch]]
kernel = "check"
grid = 1
block = [8, 4]
args = [ { name = "in", texture = {}, pointer = "field" }, { name = "same", pointer = "field" } ]
""")  # fmt: skip
    assert [profile.name for profile in profiles] == ["step", "check"]
    counters = profiles[0].counters
    assert counters is not None
    assert (counters.texture_requests, counters.surface_store_requests) == (1, 1)


def test_counts_belong_to_the_lines_of_the_source(tmp_path: Path) -> None:
    (profile,) = analyzed(tmp_path, STEP, """
[[launch]]
kernel = "step"
grid = 1
block = [8, 4]
args = [ { name = "out", surface = {}, type = "float32", shape = [4, 8], fill = "zeros" },
         { name = "in", texture = {}, type = "float32", shape = [4, 8], fill = "arange" },
         { name = "sum", type = "float32", shape = 1, fill = "zeros" },
         { name = "scale", type = "int32", value = 3 } ]
""")  # fmt: skip
    lines = {line.line: line for line in profile.lines}
    assert (lines[4].texture_requests, lines[5].surface_store_requests) == (1, 1)
    assert {(each.space, each.variable) for each in profile.accesses} == {
        ("texture", "in"), ("surface", "out"), ("global", "sum")}  # fmt: skip


def test_the_interface_for_python() -> None:
    """A surface's array is updated; vector texels have an axis of channels."""
    source = """
__global__ void swap(cudaSurfaceObject_t out, cudaTextureObject_t in) {
    int x = threadIdx.x, y = threadIdx.y;
    uchar4 p = tex2D<uchar4>(in, x + 0.5f, y + 0.5f);
    surf2Dwrite(make_uchar4(p.z, p.y, p.x, p.w), out, x * 4, y);
}
"""
    image = np.random.default_rng(3).integers(0, 255, (4, 8, 4), np.uint8)
    out = np.zeros_like(image)
    arguments: list[Any] = [gpuadvisor.Surface(out, channels=4), gpuadvisor.Texture(image, channels=4)]
    report = gpuadvisor.analyze(source, 1, (8, 4), arguments)
    np.testing.assert_array_equal(out, image[:, :, [2, 1, 0, 3]])
    counters = report.kernels[0].counters
    assert counters is not None
    assert counters.texture_sectors == 4


@pytest.mark.parametrize(
    ("text", "texture", "surface", "type_", "fill"),
    [
        ("t=texture:float32[8,8]:random", TextureSpec(), None, "float32", "random"),
        (
            "t=texture(linear, wrap,normalized):uchar4[8,8]:zeros",
            TextureSpec(filter="linear", address="wrap", normalized=True), None, "uchar4", "zeros",
        ),
        ("t=texture(normalized-float,layered):uint8[2,8,8]:zeros",
         TextureSpec(read="normalized-float", layered=True), None, "uint8", "zeros"),
        ("t=texture(cube):photo.npy", TextureSpec(cube=True), None, None, "photo.npy"),
        ("t=surface:int2[8]:zeros", None, SurfaceSpec(), "int2", "zeros"),
        ("t=surface(layered):int2[4,8]:zeros", None, SurfaceSpec(layered=True), "int2", "zeros"),
    ],
)  # fmt: skip
def test_command_line(text: str, texture: Any, surface: Any, type_: str | None, fill: str) -> None:
    found = parse_argument(text)
    assert (found.texture, found.surface, found.type, found.fill) == (texture, surface, type_, fill)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "t=texture(bilinear):float32[8]:zeros",
            "'bilinear' says nothing of a texture; known: point, linear",
        ),
        ("t=surface(linear):float32[8]:zeros", "'linear' says nothing of a surface; known: layered"),
        ("t=texture:float32:1.0", "has value: a texture or surface is made of an array"),
        ("t=texture:", "not an argument"),
    ],
)
def test_command_line_mistakes(text: str, message: str) -> None:
    with pytest.raises(GpuAdvisorError, match=message):
        parse_argument(text)


@pytest.mark.parametrize(
    ("shape", "dtype", "options", "message"),
    [
        ((8,), "float64", {}, "no texture has elements of float64"),
        ((8, 3), "uint8", {"channels": 3}, "1, 2 or 4 channels, not 3"),
        ((8, 3), "uint8", {"channels": 4}, r"the last axis of \[8, 3\] does not hold 4 channels"),
        ((2, 3, 4, 5), "uint8", {}, "a texture has 1 to 3 dimensions"),
        ((2, 3, 4, 5), "uint8", {"layered": True}, "a layered texture has 1 to 2 dimensions"),
        ((6, 8, 4), "uint8", {"cube": True}, "a cubemap is six squares"),
        ((5, 4, 4), "uint8", {"cube": True}, "a cubemap is six squares"),
        (
            (8, 8),
            "uint8",
            {"filter": "linear"},
            "linear filtering needs floats: .* read mode normalized-float",
        ),
        ((8, 8), "float32", {"filter": "bilinear"}, "'bilinear' is none of point, linear"),
        (
            (8, 8),
            "float32",
            {"address": ("wrap", "repeat")},
            "'repeat' is none of wrap, clamp, mirror, border",
        ),
        ((8, 8), "float32", {"address": ()}, "one to 3 address modes, not 0"),
        ((8, 8), "float32", {"read": "float"}, "'float' is none of element, normalized-float"),
        ((8, 8), "int32", {"filter": "linear", "read": "normalized-float"}, "linear filtering needs floats"),
    ],
)
def test_textures_that_cuda_does_not_have(
    shape: tuple[int, ...], dtype: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(GpuAdvisorError, match=message):
        Texture(np.zeros(shape, dtype), **options)


@pytest.mark.parametrize("kind", [Texture, Surface])
def test_arrays_with_gaps(kind: type[Texture] | type[Surface]) -> None:
    with pytest.raises(GpuAdvisorError, match="has to be contiguous"):
        kind(np.zeros((8, 8), np.float32)[:, ::2])


def test_arguments_that_do_not_fit() -> None:
    image = np.zeros((4, 8), np.float32)
    launches: list[list[Any]] = [
        [Texture(image), Texture(image), None, 3],
        [Surface(image), image, None, 3],
        [Surface(image), Texture(image), Texture(image), 3],
    ]
    for arguments in launches:
        with pytest.raises(GpuAdvisorError, match="do not fit") as caught:
            gpuadvisor.analyze(STEP, 1, (8, 4), arguments)
        assert str(caught.value).count("<- does not fit") == 1


def test_an_array_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="there is no array 'nowhere' to make it of"):
        analyzed(tmp_path, STEP, """
[[launch]]
kernel = "step"
grid = 1
block = 1
args = [ { name = "out", surface = {}, pointer = "nowhere" } ]
""")  # fmt: skip


def test_the_launch_to_write_knows_them() -> None:
    (kernel,) = kernel_declarations(STEP)
    assert '{ name = "out", surface = {}, type = "float32", shape = [1024, 1024]' in toml_template(kernel)
    assert "--arg 'in=texture:float32[1024,1024]:random'" in inline_template(kernel)


REFERENCES = """.version 7.0
.target sm_70
.address_size 64
.visible .global .texref picture;
.global .surfref canvas;
.visible .entry paint()
{
    .reg .b32 %r<4>; .reg .f32 %f<8>; .reg .b64 %rd<3>;
    mov.u32 %r0, %tid.x;
    cvt.rn.f32.u32 %f0, %r0;
    mov.f32 %f1, 0f3F000000;
    mov.u64 %rd0, picture;
    tex.2d.v4.f32.f32 {%f2, %f3, %f4, %f5}, [picture, {%f0, %f1}];
    tex.2d.v4.f32.f32 {%f3, %f4, %f5, %f6}, [%rd0, {%f0, %f1}];
    add.f32 %f2, %f2, %f3;
    shl.b32 %r1, %r0, 2;
    mov.u32 %r2, 0;
    sust.b.2d.b32.trap [canvas, {%r1, %r2}], {%f2};
    ret;
}
"""


def test_references_to_textures_are_symbols(tmp_path: Path) -> None:
    """As PTX of older toolkits has them: by name, and through a pointer to the variable."""
    (tmp_path / "paint.ptx").write_text(REFERENCES)
    picture = np.arange(16, dtype=np.float32).reshape(2, 8)
    canvas = np.zeros((1, 8), np.float32)
    symbols: dict[str, Any] = {"picture": Texture(picture), "canvas": Surface(canvas)}
    gpuadvisor.analyze(str(tmp_path / "paint.ptx"), 1, 8, symbols=symbols)
    np.testing.assert_array_equal(canvas[0], 2 * picture[0])


def test_references_in_a_launch_file(tmp_path: Path) -> None:
    (tmp_path / "paint.ptx").write_text(REFERENCES)
    (tmp_path / "paint.toml").write_text("""
[[launch]]
kernel = "paint"
grid = 1
block = 8
symbols = [ { name = "picture", texture = {}, type = "float32", shape = [2, 8], fill = "arange" },
            { name = "canvas", surface = {}, type = "float32", shape = [1, 8], fill = "zeros" } ]
""")
    requests = read_launch_file(tmp_path / "paint.toml").requests
    device, options = EmulatedDevice("h100"), CompileOptions(compute_capability="9.0")
    (profile,) = analyze_source(tmp_path / "paint.ptx", requests, device, options)
    assert profile.counters is not None
    assert (profile.counters.texture_requests, profile.counters.surface_store_requests) == (2, 1)


def test_a_reference_that_nothing_set(tmp_path: Path) -> None:
    (tmp_path / "paint.ptx").write_text(REFERENCES)
    with pytest.raises(GpuAdvisorError, match=r"texture handle .* is not one of an object of this launch"):
        gpuadvisor.analyze(str(tmp_path / "paint.ptx"), 1, 8)


def test_objects_in_structures(tmp_path: Path) -> None:
    """A field that points to a texture or surface holds its handle."""
    source = """
struct Images { int width; cudaTextureObject_t in; cudaSurfaceObject_t out; };
__global__ void copy(Images images, cudaTextureObject_t image, cudaSurfaceObject_t target) {
    int x = threadIdx.x;
    if (images.in != image || images.out != target || images.width != 8) asm("trap;");
    surf1Dwrite(tex1D<float>(images.in, x + 0.5f), images.out, x * 4);
}
"""
    (profile,) = analyzed(tmp_path, source, """
[[launch]]
kernel = "copy"
grid = 1
block = 8
args = [ { name = "images", fields = [
             { name = "width", type = "int32", value = 8 },
             { name = "in", pointer = "image" }, { name = "out", pointer = "target" } ] },
         { name = "image", texture = {}, type = "float32", shape = 8, fill = "arange" },
         { name = "target", surface = {}, type = "float32", shape = 8, fill = "zeros" } ]
""")  # fmt: skip
    assert {(each.space, each.variable) for each in profile.accesses} == {
        ("texture", "image"), ("surface", "target")}  # fmt: skip

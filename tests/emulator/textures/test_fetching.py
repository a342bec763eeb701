"""tex in every dimension, format, filter and address mode, against the programming guide's formulas."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from gpuadvisor.emulator.textures.images import Sampling
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.textures.reference import Array, channels_last, fetch_all, fetched

RANDOM = np.random.default_rng(7)
KERNEL = """
extern "C" __global__ void k({result}* out, cudaTextureObject_t t, {parameters}, int n) {{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = {fetch};
}}
"""
AXES = "xyz"
SHAPES = {1: (13,), 2: (7, 13), 3: (5, 7, 13)}
"""Depth, height, width."""


def source(result: str, dimensions: int, *, integer: bool = False) -> str:
    """Return a kernel that fetches at coordinates from arrays."""
    kind = "int" if integer else "float"
    parameters = ", ".join(f"const {kind}* {axis}" for axis in AXES[:dimensions])
    places = ", ".join(f"{axis}[i]" for axis in AXES[:dimensions])
    function = f"tex{dimensions}Dfetch" if integer else f"tex{dimensions}D"
    return KERNEL.format(result=result, parameters=parameters, fetch=f"{function}<{result}>(t, {places})")


def coordinates(dimensions: int, *, normalized: bool) -> list[Array]:
    """Return coordinates within and around the texture, edges and texel centres among them."""
    exact = np.array([0.0, 0.5, 1.0, 12.5, 13.0, -0.5, -13.0, 1e4, -1e4, 6.5, 7.0, 26.0])
    found = []
    for axis in range(dimensions):
        size = SHAPES[dimensions][::-1][axis]
        values = np.concatenate([RANDOM.uniform(-2.2 * size, 3.2 * size, 88), np.roll(exact, axis)])
        found.append((values / size if normalized else values).astype(np.float32))
    return found


def expected(values: Array, sampling: Sampling, places: list[Array]) -> Array:
    """Return what each thread fetches."""
    return np.array(
        [fetched(values, sampling, [float(x) for x in each]) for each in zip(*places, strict=True)]
    )


@pytest.mark.parametrize(
    ("dimensions", "mode", "filter_", "normalized"),
    [
        case
        for case in product(
            (1, 2, 3), ("clamp", "border", "wrap", "mirror"), ("point", "linear"), (False, True)
        )
        if case[0] == 2 or case[1] in ("clamp", "mirror")
    ],
)
def test_addressing_and_filtering(dimensions: int, mode: str, filter_: str, normalized: bool) -> None:
    """Every mode, over coordinates far outside."""
    sampling = Sampling(filter=filter_, address=(mode,), normalized=normalized)  # type: ignore[arg-type]
    array = RANDOM.normal(size=SHAPES[dimensions]).astype(np.float32)
    places = coordinates(dimensions, normalized=normalized)
    found, _ = fetch_all(source("float", dimensions), array, sampling, places, 1, "float32")
    wanted = expected(array[..., None].astype(np.float64), sampling, places)
    np.testing.assert_allclose(found, wanted, rtol=2e-7, atol=2e-7)


def test_each_dimension_has_its_own_mode() -> None:
    sampling = Sampling(address=("wrap", "border", "mirror"), normalized=True)
    array = RANDOM.normal(size=SHAPES[3]).astype(np.float32)
    places = coordinates(3, normalized=True)
    found, _ = fetch_all(source("float", 3), array, sampling, places, 1, "float32")
    np.testing.assert_array_equal(found, expected(array[..., None], sampling, places).astype(np.float32))


RESULTS = {
    ("uint8", 1): "unsigned char", ("uint8", 2): "uchar2", ("uint8", 4): "uchar4", ("int8", 1): "signed char",
    ("int8", 4): "char4", ("uint16", 2): "ushort2", ("int16", 1): "short", ("int16", 4): "short4",
    ("uint32", 1): "unsigned", ("int32", 2): "int2", ("uint32", 4): "uint4", ("float32", 1): "float",
    ("float32", 2): "float2", ("float32", 4): "float4",
}  # fmt: skip


def texels(dtype: str, shape: tuple[int, ...]) -> Array:
    """Return texels over the whole range of an integer type, its ends among them."""
    if dtype.startswith("float"):
        return RANDOM.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    array = RANDOM.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    array.reshape(-1)[:2] = limits.min, limits.max
    return array


@pytest.mark.parametrize(("dtype", "channels"), RESULTS)
def test_elements_are_read_as_they_are(dtype: str, channels: int) -> None:
    """Every format, at the centre of every texel."""
    shape = (7, 13, channels) if channels > 1 else (7, 13)
    array = texels(dtype, shape)
    y, x = (each.reshape(-1).astype(np.float32) + np.float32(0.5) for each in np.mgrid[:7, :13])
    code = source(RESULTS[dtype, channels], 2)
    found, _ = fetch_all(code, array, Sampling(), [x, y], channels, dtype, channels=channels)
    np.testing.assert_array_equal(found, channels_last(array, channels).reshape(-1, channels))


@pytest.mark.parametrize("filter_", ["point", "linear"])
@pytest.mark.parametrize(
    ("dtype", "channels"), [("uint8", 4), ("int8", 2), ("uint16", 1), ("int16", 4), ("float16", 2)]
)
def test_elements_as_floats(dtype: str, channels: int, filter_: str) -> None:
    """Integers as fractions of their largest value, halves widened; point and linear."""
    sampling = Sampling(filter=filter_, read="normalized-float")  # type: ignore[arg-type]
    shape = (7, 13, channels) if channels > 1 else (7, 13)
    array = texels(dtype, shape)
    places = coordinates(2, normalized=False)
    result = {1: "float", 2: "float2", 4: "float4"}[channels]
    found, _ = fetch_all(source(result, 2), array, sampling, places, channels, "float32", channels=channels)
    values = channels_last(array, channels).astype(np.float64)
    if array.dtype.kind != "f":
        values = np.maximum(values / np.iinfo(dtype).max, -1.0)
    np.testing.assert_allclose(found, expected(values, sampling, places), rtol=3e-7, atol=1e-7)


def test_weights_have_eight_bits_of_fraction() -> None:
    """A ramp of height 256 shows the steps: 1/256 of a texel is one, less than half of it is nothing."""
    array = np.array([0.0, 256.0], np.float32)
    x = np.array([0.5, 0.5 + 1 / 256, 0.5 + 1 / 1024, 0.5 + 3 / 1024, 1.0, 1.5, 1.5 - 1 / 1024], np.float32)
    found, _ = fetch_all(source("float", 1), array, Sampling(filter="linear"), [x], 1, "float32")
    assert found[:, 0].tolist() == [0.0, 1.0, 0.0, 1.0, 128.0, 256.0, 256.0]


def test_infinite_neighbour_of_no_weight() -> None:
    array = np.array([1.0, np.inf, 3.0], np.float32)
    x = np.array([0.5, 1.0], np.float32)
    found, _ = fetch_all(source("float", 1), array, Sampling(filter="linear"), [x], 1, "float32")
    assert found[:, 0].tolist() == [1.0, np.inf]


def test_coordinates_that_are_no_numbers() -> None:
    """NaN reads texel 0, infinities the ends."""
    array = np.arange(1, 6, dtype=np.float32)
    x = np.array([np.nan, np.inf, -np.inf], np.float32)
    for filter_ in ("point", "linear"):
        sampling = Sampling(filter=filter_)
        found, _ = fetch_all(source("float", 1), array, sampling, [x], 1, "float32")
        assert found[:, 0].tolist() == [1.0, 5.0, 1.0]


@pytest.mark.parametrize(("dtype", "channels"), [("float32", 1), ("uint8", 4), ("int32", 2)])
def test_whole_coordinates(dtype: str, channels: int) -> None:
    """tex1Dfetch ignores filter and address mode; what lies outside is zero."""
    array = texels(dtype, (40, channels) if channels > 1 else (40,))
    x = np.arange(-5, 45, dtype=np.int32)
    code = source(RESULTS[dtype, channels], 1, integer=True)
    found, _ = fetch_all(code, array, Sampling(address=("clamp",)), [x], channels, dtype, channels=channels)
    padded = np.zeros((50, channels), dtype)
    padded[5:45] = channels_last(array, channels)
    np.testing.assert_array_equal(found, padded)


LAYERED = """
extern "C" __global__ void k(float* out, cudaTextureObject_t t, const int* layer, const float* x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = %s;
}
"""


@pytest.mark.parametrize(("fetch", "shape"), [
    ("tex1DLayered<float>(t, x[i], layer[i])", (4, 9)),
    ("tex2DLayered<float>(t, x[i], x[i] / 2, layer[i])", (4, 6, 9)),
    ("tex2DLayeredLod<float>(t, x[i], x[i] / 2, layer[i], 3.0f)", (4, 6, 9)),
])  # fmt: skip
def test_layers(fetch: str, shape: tuple[int, ...]) -> None:
    """Filtering stays within a layer; a layer past the end is the last."""
    array = RANDOM.normal(size=shape).astype(np.float32)
    layer = np.arange(-1, 7, dtype=np.int32).repeat(8)
    x = RANDOM.uniform(-2, 11, layer.size).astype(np.float32)
    sampling = Sampling(filter="linear", address=("border",))
    found, _ = fetch_all(LAYERED % fetch, array, sampling, [layer, x], 1, "float32", layered=True)
    for row, which, place in zip(found, layer, x, strict=True):
        chosen = array[which if 0 <= which < 4 else 3][..., None].astype(np.float64)
        places = [float(place), float(place / np.float32(2))][: len(shape) - 1]
        np.testing.assert_allclose(row, fetched(chosen, sampling, places), rtol=3e-7, atol=1e-7)


CUBE = """
extern "C" __global__ void k(
    float* out, cudaTextureObject_t t, const float* x, const float* y, const float* z, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = %s;
}
"""
# By face: the direction whose coordinates on the face are s and t, from -1 to 1.
DIRECTIONS: list[Callable[[float, float], tuple[float, float, float]]] = [
    lambda s, t: (1, -t, -s), lambda s, t: (-1, -t, s), lambda s, t: (s, 1, t),
    lambda s, t: (s, -1, -t), lambda s, t: (s, -t, 1), lambda s, t: (-s, -t, -1),
]  # fmt: skip


@pytest.mark.parametrize(("fetch", "cube"), [
    ("texCubemap<float>(t, x[i], y[i], z[i])", 0),
    ("texCubemapLayered<float>(t, x[i], y[i], z[i], 1)", 1),
])  # fmt: skip
def test_cubemaps(fetch: str, cube: int) -> None:
    """Every texel of every face is found by the direction that points to its middle."""
    size = 4
    faces = RANDOM.normal(size=(12 if cube else 6, size, size)).astype(np.float32)
    middle = (np.arange(size) + 0.5) / size * 2 - 1
    rows = [DIRECTIONS[f](s, t) for f in range(6) for t in middle for s in middle]
    x, y, z = (np.array(each, np.float32) * np.float32(3) for each in zip(*rows, strict=True))
    sampling = Sampling(normalized=True)
    found, _ = fetch_all(CUBE % fetch, faces, sampling, [x, y, z], 1, "float32", cube=True)
    np.testing.assert_array_equal(found[:, 0], faces[6 * cube : 6 * cube + 6].reshape(-1))


GATHER = """
extern "C" __global__ void k({result}* out, cudaTextureObject_t t, const float* x, const float* y, int n) {{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = tex2Dgather<{result}>(t, x[i], y[i], {component});
}}
"""


@pytest.mark.parametrize(("dtype", "component"), [("float32", 0), ("float32", 3), ("int16", 2)])
def test_gather(dtype: str, component: int) -> None:
    """The four texels of the footprint: lower left, lower right, upper right, upper left; rows run down."""
    array = texels(dtype, (6, 9, 4))
    places = [RANDOM.uniform(-2, 11, 70).astype(np.float32) for _ in range(2)]
    result = {"float32": "float4", "int16": "short4"}[dtype]
    code = GATHER.format(result=result, component=component)
    found, _ = fetch_all(code, array, Sampling(), places, 4, dtype, channels=4)
    for row, x, y in zip(found, *places, strict=True):
        i, j = (int(np.floor(((float(each) - 0.5) * 256 + 0.5) / 256)) for each in (x, y))
        columns, rows = np.clip([i, i + 1], 0, 8), np.clip([j, j + 1], 0, 5)
        wanted = [array[rows[dy], columns[dx], component] for dx, dy in ((0, 1), (1, 1), (1, 0), (0, 0))]
        assert row.tolist() == wanted


LEVELS = """
extern "C" __global__ void k(float* out, cudaTextureObject_t t, const float* x, const float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    bool resident = false;
    float plain = tex2D<float>(t, x[i], y[i], &resident);
    float level = tex2DLod<float>(t, x[i], y[i], 2.5f);
    float grad = tex2DGrad<float>(t, x[i], y[i], make_float2(4, 0), make_float2(0, 4));
    out[i] = resident && level == plain && grad == plain ? plain : -1.0f;
}
"""


def test_one_level_serves_every_level_of_detail() -> None:
    array = RANDOM.uniform(size=(6, 9)).astype(np.float32)
    places = [RANDOM.uniform(0, 6, 40).astype(np.float32) for _ in range(2)]
    found, _ = fetch_all(LEVELS, array, Sampling(), places, 1, "float32")
    wanted = array[np.floor(places[1]).astype(int), np.floor(places[0]).astype(int)]
    np.testing.assert_array_equal(found[:, 0], wanted)


@pytest.mark.parametrize(
    ("result", "dtype", "shape", "message"),
    [
        ("float", "uint8", (6, 9), "is given a texture that yields uint8 as it is"),
        ("uchar4", "float32", (6, 9), "is given a texture that yields floats"),
        ("float", "float32", (9,), "is given a texture that is 1D of float32"),
    ],
)
def test_textures_that_do_not_fit(result: str, dtype: str, shape: tuple[int, ...], message: str) -> None:
    places = [np.zeros(1, np.float32)] * 2
    with pytest.raises(GpuAdvisorError, match=message):
        fetch_all(source(result, 2), np.zeros(shape, dtype), Sampling(), places, 4, "float32")

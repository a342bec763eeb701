"""examples/texture.cu: what it computes, and what its two kernels cost."""

import numpy as np
from numpy.typing import NDArray

import gpuadvisor
from gpuadvisor.model.counters import KernelCounters
from tests.examples.running import EXAMPLES


def enlarged(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an image of twice the height and width: places fall on quarters, so weights are exact."""
    height, width = image.shape
    padded = np.pad(image, 1, mode="edge")
    y, x = ((np.arange(2 * extent) + 0.5) / 2 + 0.5 for extent in (height, width))
    rows, columns = np.floor(y).astype(int)[:, None], np.floor(x).astype(int)[None, :]
    b, a = (y % 1)[:, None], (x % 1)[None, :]
    upper = (1 - a) * padded[rows, columns] + a * padded[rows, columns + 1]
    lower = (1 - a) * padded[rows + 1, columns] + a * padded[rows + 1, columns + 1]
    whole: NDArray[np.float64] = (1 - b) * upper + b * lower
    return whole


def test_enlarging_along_rows_and_columns() -> None:
    """The same pixels; a column of a surface costs a sector for each of its rows."""
    image = np.random.default_rng(5).integers(0, 256, (64, 64), np.uint8)
    texture = gpuadvisor.Texture(image, filter="linear", normalized=True, read="normalized-float")
    counters: list[KernelCounters] = []
    for kernel, of in (("enlarge", lambda array: array), ("enlarge_by_columns", gpuadvisor.Surface)):
        out = np.zeros((128, 128), np.float32)
        path = f"{EXAMPLES / 'texture.cu'}:{kernel}"
        report = gpuadvisor.analyze(path, (4, 16), (32, 8), [of(out), texture, 128, 128])
        np.testing.assert_allclose(out, enlarged(image / 255.0), atol=1e-6)
        counted = report.kernels[0].counters
        assert counted is not None
        counters.append(counted)
    rows, columns = counters
    assert rows.texture_requests == columns.texture_requests == columns.surface_store_requests == 512
    assert 2 < rows.texture_sectors / 512 < 4
    assert 16 < columns.texture_sectors / 512 < 20
    assert columns.surface_store_sectors == 32 * 512

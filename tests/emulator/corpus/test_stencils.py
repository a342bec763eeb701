import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers, scalars

FILE = "stencils.cu"
TAPS = floats(1, 7)
SIZES = scalars(np.int32, 37, 21)  # width, height
GRID, BLOCK = (3, 3), (16, 8)


def test_line_with_halo(run: Runner) -> None:
    line = floats(2, 300)
    out, _ = run(
        FILE,
        "convolve_line",
        3,
        128,
        np.zeros_like(line),
        line,
        np.int32(300),
        shared_bytes=4 * 134,
        symbols={"taps": TAPS},
    )
    np.testing.assert_allclose(out, np.correlate(line, TAPS, "same"), atol=1e-6)


@pytest.mark.parametrize(("rows", "axis"), [("true", 1), ("false", 0)])
def test_separable_with_clamped_borders(run: Runner, rows: str, axis: int) -> None:
    image = floats(3, (21, 37))
    widths = [(0, 0), (0, 0)]
    widths[axis] = (3, 3)
    padded = np.pad(image, widths, "edge")
    expected = np.apply_along_axis(np.correlate, axis, padded, TAPS, "valid")
    kernel = f"convolve_separable<{rows}>"
    out, _ = run(FILE, kernel, GRID, BLOCK, np.zeros_like(image), image, *SIZES, symbols={"taps": TAPS})
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_sobel_saturates(run: Runner) -> None:
    image = integers(4, (21, 37), 0, 120, np.uint8)
    p = np.pad(image.astype(int), 1, "edge")
    gx = (p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:]) - (p[:-2, :-2] + 2 * p[1:-1, :-2] + p[2:, :-2])
    gy = (p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:]) - (p[:-2, :-2] + 2 * p[:-2, 1:-1] + p[:-2, 2:])
    out, _ = run(FILE, "sobel", GRID, BLOCK, np.zeros_like(image), image, *SIZES)
    np.testing.assert_array_equal(out, np.minimum(abs(gx) + abs(gy), 255))


def test_median_by_insertion_in_local_memory(run: Runner) -> None:
    image = integers(5, (21, 37), 0, 65536, np.uint16)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    out, _ = run(FILE, "median_3x3", GRID, BLOCK, np.zeros_like(image), image, *SIZES)
    np.testing.assert_array_equal(out[1:-1, 1:-1], np.median(windows, axis=(2, 3)))


def test_heat(run: Runner) -> None:
    t = floats(6, (21, 37))
    expected = t.copy()
    neighbours = t[1:-1, :-2] + t[1:-1, 2:] + t[:-2, 1:-1] + t[2:, 1:-1]
    expected[1:-1, 1:-1] += np.float32(0.2) * (neighbours - 4 * t[1:-1, 1:-1])
    out, _ = run(FILE, "heat_2d", GRID, BLOCK, np.zeros_like(t), t, *SIZES, np.float32(0.2))
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_laplace_in_three_dimensions(run: Runner) -> None:
    u = floats(7, (9, 14, 19), np.float64)
    expected = np.zeros_like(u)
    expected[1:-1, 1:-1, 1:-1] = sum(
        np.roll(u, shift, axis)[1:-1, 1:-1, 1:-1] for shift in (-1, 1) for axis in (0, 1, 2)
    )
    expected[1:-1, 1:-1, 1:-1] -= 6 * u[1:-1, 1:-1, 1:-1]
    sizes = scalars(np.int32, 19, 14, 9)
    out, _ = run(FILE, "laplace_3d", (2, 2), (16, 8), np.zeros_like(u), u, *sizes)
    np.testing.assert_allclose(out, expected, atol=1e-14)


def test_life(run: Runner) -> None:
    cells = integers(8, (21, 37), 0, 2, np.uint8)
    around = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
    neighbours = sum(np.roll(cells, shift, (0, 1)).astype(int) for shift in around)
    out, _ = run(FILE, "life", GRID, BLOCK, np.zeros_like(cells), cells, *SIZES)
    np.testing.assert_array_equal(out, (neighbours == 3) | ((neighbours == 2) & (cells == 1)))


def test_rule_110(run: Runner) -> None:
    words = integers(9, 40, 0, 2**32, np.uint32)
    cells = np.unpackbits(words.view(np.uint8), bitorder="little")
    pattern = 4 * np.roll(cells, 1) + 2 * cells + np.roll(cells, -1)
    # Words hold cell 0 in bit 0; "left" is the lower neighbour.
    expected = np.packbits((110 >> pattern) & 1, bitorder="little").view(np.uint32)
    out, _ = run(FILE, "rule_110", 1, 40, np.zeros_like(words), words, np.int32(40))
    np.testing.assert_array_equal(out, expected)

from math import erf, exp, log, sqrt

import numpy as np

from tests.emulator.corpus.harness import Runner, floats, scalars

FILE = "simulation.cu"


def test_n_body(run: Runner) -> None:
    bodies = floats(1, (100, 4))
    bodies[:, 3] = abs(bodies[:, 3])
    apart = bodies[None, :, :3].astype(np.float64) - bodies[:, None, :3]
    pull = bodies[None, :, 3] / ((apart**2).sum(axis=2) + 0.01) ** 1.5
    arguments = np.zeros_like(bodies), bodies, np.int32(100), np.float32(0.01)
    force, _ = run(FILE, "n_body", 2, 64, *arguments)
    np.testing.assert_allclose(force[:, :3], (apart * pull[..., None]).sum(axis=1), rtol=1e-4, atol=1e-4)


def test_monte_carlo_draws_the_same_numbers(run: Runner) -> None:
    state = np.arange(64, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    draws = []
    for _ in range(20):
        shifted = (((state >> np.uint64(18)) ^ state) >> np.uint64(27)).astype(np.uint32)
        rotation = (state >> np.uint64(59)).astype(np.uint32)
        turned = shifted >> rotation | shifted << ((np.uint32(32) - rotation) & np.uint32(31))
        draws.append((turned >> np.uint32(17)).astype(np.int64))
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    hits = sum(int((x * x + y * y < 1 << 30).sum()) for x, y in zip(draws[::2], draws[1::2], strict=True))
    (inside,) = run(FILE, "monte_carlo_pi", 2, 32, np.zeros(1, np.uint64), np.int32(10))
    assert inside[0] == hits


def test_philox_gives_the_known_answer(run: Runner) -> None:
    zeros = np.zeros((), "u4,u4,u4,u4")[()], np.zeros((), "u4,u4")[()]
    (out,) = run(FILE, "philox", 1, 1, np.zeros(4, np.uint32), *zeros)
    # The known-answer file of Random123, philox4x32 with 10 rounds.
    assert out.tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def test_mandelbrot(run: Runner) -> None:
    c = -2 + 3 / 48 * np.arange(48)[None, :] + 1j * (-1.25 + 3 / 48 * np.arange(40)[:, None])
    z, steps = np.zeros_like(c), np.zeros(c.shape, np.int32)
    for _ in range(60):
        inside = z.real * z.real + z.imag * z.imag <= 4
        steps += inside
        real, imaginary = z.real * z.real - z.imag * z.imag + c.real, 2 * z.real * z.imag + c.imag
        z = np.where(inside, real + 1j * imaginary, z)
    sizes = (*scalars(np.int32, 48, 40), np.float64(3 / 48), np.int32(60))
    (out,) = run(FILE, "mandelbrot", (3, 5), (16, 8), np.zeros_like(steps), *sizes)
    np.testing.assert_array_equal(out, steps)


def test_fft(run: Runner) -> None:
    signal = floats(2, (2, 256, 2)).view(np.complex64)[..., 0]
    (out,) = run(FILE, "fft<256, false>", 2, 128, signal)
    np.testing.assert_allclose(out, np.fft.fft(signal), atol=2e-5)


def test_inverse_fft(run: Runner) -> None:
    spectrum = floats(3, (64, 2)).view(np.complex64)[..., 0]
    (out,) = run(FILE, "fft<64, true>", 1, 32, spectrum)
    np.testing.assert_allclose(out, np.fft.ifft(spectrum), atol=1e-6)


def test_option_prices(run: Runner) -> None:
    spot, strike, years = 20 + 5 * floats(4, 100), 20 + 5 * floats(5, 100), 2 + floats(6, 100)

    def price(s: float, k: float, t: float) -> float:
        d = (log(s / k) + (0.02 + 0.045) * t) / (0.3 * sqrt(t))
        first, second = (0.5 + 0.5 * erf(x / sqrt(2)) for x in (d, d - 0.3 * sqrt(t)))
        return s * first - k * exp(-0.02 * t) * second

    out, *_ = run(FILE, "call_price", 1, 64, np.zeros_like(spot), spot, strike, years, np.int32(100))
    expected = [price(*row) for row in np.column_stack([spot, strike, years]).tolist()]
    np.testing.assert_allclose(out, expected, atol=5e-5)  # the polynomial is good to 7.5e-8 of 25


def test_newton_with_a_struct_by_value(run: Runner) -> None:
    # (x-1)(x-2)(x-4) = x^3 - 7 x^2 + 14 x - 8
    polynomial = np.zeros((), np.dtype([("c", "f8", 6), ("degree", "i4"), ("pad", "i4")]))
    polynomial["c"][:4], polynomial["degree"] = [-8, 14, -7, 1], 3
    (out,) = run(FILE, "roots", 1, 4, np.array([0.5, 1.9, 5.0, 9.0]), polynomial[()])
    np.testing.assert_allclose(out, [1, 2, 4, 4], rtol=1e-12)

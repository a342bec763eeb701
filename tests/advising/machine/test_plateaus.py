"""Steps are found where they were put, with noise and slopes, and nowhere else."""

import numpy as np
import pytest

from gpuadvisor.advising.machine.plateaus import plateaus, steps

KIB, MIB = 1024, 1 << 20
SIZES = [size * KIB for size in (4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 2048, 3072, 4096,
         6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536, 98304, 131072, 196608, 262144)]  # fmt: skip

Curve = list[tuple[float, float]]


def stairs(*treads: tuple[float, float], last: float) -> Curve:
    """Return levels that hold up to a size each, and the last one beyond."""
    return [(size, next((level for end, level in treads if size <= end), last)) for size in SIZES]


def noisy(curve: Curve, spread: float, seed: int = 1) -> Curve:
    factors = np.random.default_rng(seed).normal(1, spread, len(curve))
    return [(size, value * factor) for (size, value), factor in zip(curve, factors, strict=True)]


GH200 = stairs((192 * KIB, 32.0), (24 * MIB, 280.5), (48 * MIB, 503.0), last=650.0)
"""The levels that RRZE-HPC/gpu-benches published: L1, near and far L2, DRAM."""


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_the_levels_of_a_published_latency_curve_are_found(spread: float, seed: int) -> None:
    found = steps(noisy(GH200, spread, seed))
    assert [step.last_before for step in found] == [192 * KIB, 24 * MIB, 48 * MIB]
    levels = [level for step in found for level in (step.before, step.after)]
    assert levels == pytest.approx([32.0, 280.5, 280.5, 503.0, 503.0, 650.0], rel=0.02)


@pytest.mark.parametrize("seed", range(6))
def test_a_level_curve_has_no_steps(seed: int) -> None:
    level = noisy([(size, 280.0) for size in SIZES], 0.01, seed)
    assert steps(level) == []
    assert len(plateaus(level)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_slope_between_two_levels_is_neither(seed: int) -> None:
    """From 8 to 48 MiB fewer and fewer accesses hit."""
    slope = [
        (size, float(np.exp(np.interp(np.log(size), np.log([8 * MIB, 48 * MIB]), np.log([280.0, 620.0])))))
        for size in SIZES
    ]
    (found,) = steps(noisy(slope, 0.005, seed))
    assert 6 * MIB <= found.last_before <= 12 * MIB
    assert (found.before, found.after) == pytest.approx((280, 620), rel=0.03)


def test_a_curve_that_ends_on_a_slope_steps_to_its_end() -> None:
    curve = [(size, 250.0 if size <= 64 * MIB else 250.0 * size / (64 * MIB)) for size in SIZES]
    (found,) = steps(curve)
    assert (found.last_before, found.before) == (64 * MIB, pytest.approx(250.0))
    assert found.after == 250.0 * 4


def test_falling_curves_have_steps_too() -> None:
    """L2 bandwidth of an A100, near and far, then DRAM."""
    curve = [(size, 5.4e12 if size <= 16 * MIB else 2.7e12 if size <= 32 * MIB else 1.5e12) for size in SIZES]
    near, far = steps(noisy(curve, 0.01))
    assert (near.last_before, far.last_before) == (16 * MIB, 32 * MIB)
    assert far.after == pytest.approx(1.5e12, rel=0.02)


def test_a_small_step_is_not_told() -> None:
    assert steps(stairs((1 * MIB, 100.0), last=108.0)) == []
    assert len(steps(stairs((1 * MIB, 100.0), last=112.0))) == 1


def test_one_odd_point_is_no_plateau() -> None:
    curve = dict(stairs(last=100.0))
    curve[64 * KIB] = 150.0
    assert steps(list(curve.items())) == []


@pytest.mark.parametrize("curve", [[], [(1.0, 2.0)], [(1.0, 2.0), (2.0, 2.0)]])
def test_a_few_points_tell_no_steps(curve: Curve) -> None:
    assert steps(curve) == []


def test_points_may_come_in_any_order() -> None:
    assert steps(GH200[::-1]) == steps(GH200) != []


def test_a_coarse_sweep_shows_what_it_can() -> None:
    """Two points on L2's level, one on the way up on either side of it."""
    sizes = [4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1 * MIB, 8 * MIB, 32 * MIB, 128 * MIB, 512 * MIB]
    cycles = [38.0, 38.0, 38.0, 200.0, 270.0, 280.0, 400.0, 650.0, 700.0]
    first, second = steps(list(zip(sizes, cycles, strict=True)))
    assert (first.last_before, first.before, first.after) == (
        64 * KIB,
        pytest.approx(38),
        pytest.approx(275, abs=1),
    )
    assert (second.last_before, second.after) == (8 * MIB, pytest.approx(700, rel=0.05))

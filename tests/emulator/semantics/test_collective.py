"""Collectives against the manual's definitions, one lane at a time."""

from collections.abc import Callable
from functools import reduce

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator.semantics.lanes import result, results

FULL = 0xFFFFFFFF
LANES = range(32)


def mask_rows(seed: int, warps: int = 6) -> NDArray[np.bool_]:
    """Return active masks: everyone, one lane, halves and random ones."""
    masks = np.random.default_rng(seed).random((warps, 32)) < 0.7
    masks[0] = True
    masks[1] = np.arange(32) == 9
    masks[2] = np.arange(32) < 16
    return masks


def data(seed: int, warps: int = 6) -> NDArray[np.uint32]:
    return np.random.default_rng(seed).integers(0, 2**32, (warps, 32), dtype=np.uint32)


def source_lane(mode: str, lane: int, b: int, c: int) -> tuple[int, bool]:
    """The pseudo-code of the manual's section on shfl."""
    offset, clamp, segment = b & 31, c & 31, c >> 8 & 31
    highest = (lane & segment) | (clamp & ~segment)
    lowest = lane & segment
    if mode == "up":
        j = lane - offset
        return (j, True) if j >= highest else (lane, False)
    j = {"down": lane + offset, "bfly": lane ^ offset, "idx": lowest | (offset & ~segment)}[mode]
    return (j, True) if j <= highest else (lane, False)


@pytest.mark.parametrize("mode", ["up", "down", "bfly", "idx"])
@pytest.mark.parametrize("segment", [32, 16, 8, 1])
@pytest.mark.parametrize("uniform", [True, False])
def test_shuffles(mode: str, segment: int, uniform: bool) -> None:
    a = data(1)
    clamp = (32 - segment) << 8 | (0 if mode == "up" else 31)
    for step in (0, 1, 5, 16, 31, 33):
        b = np.full((6, 32), step) if uniform else (np.arange(32) * step + np.arange(6)[:, None])
        moved, in_range = results(f"shfl.sync.{mode}.b32", a, b, clamp, FULL, destinations=2)
        for warp in range(6):
            for lane in LANES:
                j, valid = source_lane(mode, lane, int(b[warp, lane]), clamp)
                assert (moved[warp, lane], in_range[warp, lane]) == (a[warp, j], valid)
        assert (results(f"shfl.{mode}.b32", a, b, clamp)[0] == moved).all()


def members(active: NDArray[np.bool_], warp: int, mask: int) -> list[int]:
    return [lane for lane in LANES if active[warp, lane] and mask >> lane & 1]


@pytest.mark.parametrize("member_mask", [FULL, 0x0000FFFF, 0xF0F0F0F0])
def test_votes(member_mask: int) -> None:
    active = mask_rows(2)
    chosen = np.random.default_rng(3).random((6, 32)) < 0.5
    chosen[3], chosen[4] = True, False
    votes: dict[str, Callable[[list[bool]], bool | int]] = {
        "all": all,
        "any": any,
        "uni": lambda votes: len(set(votes)) <= 1,
    }
    for name, decide in votes.items():
        (found,) = results(f"vote.sync.{name}.pred", chosen, member_mask, active=active)
        for warp in range(6):
            taking_part = members(active, warp, member_mask)
            expected = decide([bool(chosen[warp, lane]) for lane in taking_part])
            assert (found[warp] == expected).all()
    (ballots,) = results("vote.sync.ballot.b32", chosen, member_mask, active=active)
    for warp in range(6):
        expected = sum(1 << lane for lane in members(active, warp, member_mask) if chosen[warp, lane])
        assert (ballots[warp] == expected).all()


def test_votes_without_member_masks_and_the_active_mask() -> None:
    active = mask_rows(4)
    expected = [sum(1 << lane for lane in LANES if active[warp, lane]) for warp in range(6)]
    (ballots,) = results("vote.ballot.b32", True, active=active)
    assert ballots[:, 0].tolist() == expected
    (masks,) = results("activemask.b32", active=active)
    assert (masks == np.array(expected)[:, None]).all()


@pytest.mark.parametrize("bits", [32, 64])
def test_matches(bits: int) -> None:
    active = mask_rows(5)
    values = np.random.default_rng(6).integers(0, 3, (6, 32)).astype(np.uint64) << np.uint64(bits - 4)
    values[2] = 7
    (equal,) = results(f"match.any.sync.b{bits}", values, FULL, active=active)
    masks, agreed = results(f"match.all.sync.b{bits}", values, FULL, destinations=2, active=active)
    for warp in range(6):
        taking_part = members(active, warp, FULL)
        same = len({int(values[warp, lane]) for lane in taking_part}) == 1
        for lane in taking_part:
            alike = sum(1 << other for other in taking_part if values[warp, other] == values[warp, lane])
            assert equal[warp, lane] == alike
            assert agreed[warp, lane] == same
            assert masks[warp, lane] == (sum(1 << other for other in taking_part) if same else 0)


def signed(x: int) -> int:
    return x - 2**32 if x >> 31 else x


REDUCTIONS: dict[str, Callable[[int, int], int]] = {
    "add.s32": lambda x, y: x + y,
    "add.u32": lambda x, y: x + y,
    "min.u32": min,
    "max.u32": max,
    "min.s32": lambda x, y: min(x, y, key=signed),
    "max.s32": lambda x, y: max(x, y, key=signed),
    "and.b32": lambda x, y: x & y,
    "or.b32": lambda x, y: x | y,
    "xor.b32": lambda x, y: x ^ y,
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name: str) -> None:
    active, a = mask_rows(7), data(8)
    groups = np.where(np.arange(32) % 2, 0xAAAAAAAA, 0x55555555)
    for mask in (np.full(32, FULL), groups):
        (found,) = results(f"redux.sync.{name}", a, mask, active=active)
        for warp in range(6):
            for lane in members(active, warp, FULL):
                values = [int(a[warp, other]) for other in members(active, warp, int(mask[lane]))]
                assert found[warp, lane] == reduce(REDUCTIONS[name], values) % 2**32


def test_reductions_of_floats_skip_or_keep_nan() -> None:
    a = np.full((1, 32), 0x3F800000, np.uint32)
    a[0, 3], a[0, 4], a[0, 5] = 0x7FC00000, 0xC0000000, 0x40000000
    assert (result("redux.sync.min.f32", a, FULL) == 0xC0000000).all()
    assert (result("redux.sync.max.f32", a, FULL) == 0x40000000).all()
    assert (result("redux.sync.max.abs.f32", a, FULL) == 0x40000000).all()
    assert (result("redux.sync.max.NaN.f32", a, FULL) == 0x7FFFFFFF).all()
    a[:] = 0x7FC00000
    assert (result("redux.sync.min.f32", a, FULL) == 0x7FFFFFFF).all()


def test_the_lowest_member_is_elected() -> None:
    active = mask_rows(9)
    leaders, elected = results("elect.sync", 0xFFFFFFF0, destinations=2, active=active)
    for warp in range(6):
        lowest = members(active, warp, 0xFFFFFFF0)[0]
        assert (leaders[warp] == lowest).all()
        assert elected[warp].tolist() == [lane == lowest for lane in LANES]

"""Races against a model that remembers every access and compares each new one with all before it."""

import numpy as np
import pytest

from gpuadvisor.emulator.checking.effects import Effect
from gpuadvisor.emulator.checking.ordering import Ordering
from gpuadvisor.emulator.checking.races import Pieces, Races

THREADS, PIECES = 128, 8
EFFECTS: tuple[Effect, ...] = ("load", "store", "atomic")


class Model:
    """All accesses since the last barrier: (thread, piece, effect, number of meetings of its warp)."""

    def __init__(self) -> None:
        self.before: list[tuple[int, int, Effect, int]] = []
        self.met = [0] * (THREADS // 32)

    def races(self, threads: list[int], pieces: list[int], effect: Effect) -> bool:
        new = [(t, p, effect, self.met[t // 32]) for t, p in zip(threads, pieces, strict=True)]
        racing = any(self._race(a, b) for b in new for a in self.before)
        racing |= effect == "store" and any(self._race(a, b) for b in new for a in new)
        self.before += new
        return racing

    @staticmethod
    def _race(a: tuple[int, int, Effect, int], b: tuple[int, int, Effect, int]) -> bool:
        if a[0] == b[0] or a[1] != b[1] or a[2] == b[2] != "store":
            return False
        ordered = a[0] // 32 == b[0] // 32 and a[3] < b[3]
        return not ordered


@pytest.mark.parametrize("seed", range(60))
def test_every_first_race_is_seen_and_none_made_up(seed: int) -> None:
    generator = np.random.default_rng(seed)
    order, model = Ordering(THREADS), Model()
    races = Races(np.zeros(PIECES, np.uint32), order)
    for step in range(60):
        if generator.random() < 0.2:
            order.wait_for_block(np.arange(THREADS))
            model.before.clear()
        if generator.random() < 0.5:
            warp = int(generator.integers(THREADS // 32))
            order.wait_for_warp(np.arange(32 * warp, 32 * warp + 32))
            model.met[warp] += 1
        count = int(generator.integers(1, 3))
        threads = np.sort(generator.choice(THREADS // 2, count, replace=False) * 2)
        pieces = generator.integers(PIECES, size=count)
        effect = EFFECTS[generator.integers(3)]
        # Values that nothing else wrote: a store of what is there already is no race.
        values = np.arange(1, count + 1, dtype=np.uint32) + np.uint32(step * 100)
        cut = Pieces(pieces, threads, values if effect == "store" else None)
        found = races.access(cut, effect, pc=step)
        assert bool(found) == model.races(threads.tolist(), pieces.tolist(), effect)
        if found:
            return  # what follows a race is not compared: the shadow forgets whom it has reported


def test_a_store_of_what_is_there_is_no_race() -> None:
    memory = np.full(1, 7, np.uint32)
    races = Races(memory, Ordering(64))
    zero = np.zeros(1, np.int64)
    assert races.access(Pieces(zero, np.array([0]), memory.copy()), "store", 0) == []
    assert races.access(Pieces(zero, np.array([1]), memory.copy()), "store", 1) == []
    assert len(races.access(Pieces(zero, np.array([2]), memory + np.uint32(1)), "store", 2)) == 1


def test_threads_of_one_warp_and_of_several_are_told_apart() -> None:
    races = Races(np.zeros(2, np.uint32), Ordering(64))
    races.access(Pieces(np.array([0, 1]), np.array([5, 6]), np.array([1, 2], np.uint32)), "store", 3)
    same, apart = races.access(Pieces(np.array([0, 1]), np.array([7, 40])), "load", 4)
    assert (same.thread, same.other, same.other_pc, same.within_warp) == (7, 5, 3, True)
    assert (apart.thread, apart.other, apart.other_pc, apart.within_warp) == (40, 6, 3, False)

"""Lanes of a warp among each other: shfl, vote, match, redux, activemask."""

import numpy as np

from tests.emulator.families.case import computed, in_groups
from tests.emulator.families.kinds import LANES, Array, values

_LANE = np.arange(LANES)
_BITS = np.uint32(1) << np.arange(LANES, dtype=np.uint32)
_FULL = 0xFFFFFFFF
_VOTES = (np.arange(LANES) % 3 == 0,)
_NUMBERS = (np.arange(LANES, dtype=np.int32) * 7919 % 101 - 50,)


def _everyone(value: object) -> Array:
    return np.full(LANES, value)


def _agreeing(a: Array) -> Array:
    return np.array([(_BITS[a == each]).sum() for each in a])


def _few(kind: str) -> tuple[Array]:
    return (values(kind, "match")[_LANE * 5 % 3],)


CASES = [
    computed("shfl.sync.down.b32", lambda a: a[np.where(_LANE < 27, _LANE + 5, _LANE)],
             text=f"shfl.sync.down.b32 %d, %a, 5, 31, {_FULL};"),
    computed("shfl.sync.up.b32", lambda a: a[np.where(_LANE >= 5, _LANE - 5, _LANE)],
             text=f"shfl.sync.up.b32 %d, %a, 5, 0, {_FULL};"),
    computed("shfl.sync.bfly.b32", lambda a: a[_LANE ^ 9],
             text=f"shfl.sync.bfly.b32 %d, %a, 9, 31, {_FULL};"),
    computed("shfl.sync.idx.b32", lambda a: _everyone(a[13]),
             text=f"shfl.sync.idx.b32 %d|%p, %a, 13, 31, {_FULL};"),
    *(
        computed(f"vote.{name}.b32", lambda a: _everyone(_BITS[a].sum()), "pred", "b32",
                 f"vote.{name}.b32 %d, %a, {_FULL};", _VOTES)
        for name in ("ballot.sync", "sync.ballot")
    ),
    computed("vote.sync.any.pred", lambda a: _everyone(a.any()), "pred", "pred",
             f"vote.sync.any.pred %d, %a, {_FULL};", _VOTES),
    computed("vote.sync.all.pred", lambda a: _everyone(a.all()), "pred", "pred",
             f"vote.sync.all.pred %d, %a, {_FULL};", _VOTES),
    *(
        computed(f"match.any.sync.{kind}", _agreeing, kind, "b32",
                 f"match.any.sync.{kind} %d, %a, {_FULL};", _few(kind))
        for kind in ("b32", "b64")
    ),
    computed("redux.sync.add.s32", lambda a: _everyone(a.sum()), text=f"redux.sync.add.s32 %d, %a, {_FULL};",
             given=_NUMBERS),
    computed("redux.sync.max.s32", lambda a: _everyone(a.max()), text=f"redux.sync.max.s32 %d, %a, {_FULL};",
             given=_NUMBERS),
    computed("activemask.b32", lambda a: np.where(a, _BITS[a].sum(), 0), "pred", "b32",
             "mov.b32 %d, 0; @!%a bra past; activemask.b32 %d; past:", _VOTES),
]  # fmt: skip
GROUPS = in_groups(CASES)

"""The word of an mbarrier (PTX ISA 9.7.13.15.3): its counts and the parity of its current phase.

The manual keeps the format opaque. Here: bits 0 to 19 the arrivals expected per phase, 20 to 39 those still
pending, 40 to 61 the transactions outstanding (two's complement), 62 set where nobody tracks transactions,
63 the parity of the phase.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Counts = NDArray[np.int64]

MAXIMUM_ARRIVALS = (1 << 20) - 1
_PENDING, _TRANSACTIONS, _UNTRACKED, _PARITY = (np.uint64(bit) for bit in (20, 40, 62, 63))
_COUNT = np.uint64(MAXIMUM_ARRIVALS)
_TRANSACTION_BITS = np.uint64((1 << 22) - 1)
_TRANSACTION_SIGN = np.int64(1 << 21)
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Change:
    """What an instruction does to each barrier."""

    arrivals: Counts
    transactions: Counts
    """Added to those outstanding."""
    dropped: Counts
    """Arrivals that later phases expect less."""


def initial(arrivals: Counts) -> Words:
    """Return words of barriers whose phases expect `arrivals`."""
    counts = arrivals.astype(np.uint64)
    return counts | (counts << _PENDING)


def parity(words: Words) -> Words:
    """Return the parity, 0 or 1, of the current phase."""
    return words >> _PARITY


def pending(words: Words) -> Words:
    """Return how many arrivals the current phase still waits for."""
    return (words >> _PENDING) & _COUNT


def untracked(words: Words) -> Words:
    """Return words of barriers whose transactions no longer count, now or later."""
    return changed(words | (_ONE << _UNTRACKED), Change(*(np.zeros(words.shape, np.int64),) * 3))


def changed(words: Words, change: Change) -> Words:
    """Return the words after the change; where nothing is pending any more the next phase begins."""
    expected = (words & _COUNT).astype(np.int64) - change.dropped
    left = pending(words).astype(np.int64) - change.arrivals
    raw = ((words >> _TRANSACTIONS) & _TRANSACTION_BITS).astype(np.int64)
    outstanding = ((raw ^ _TRANSACTION_SIGN) - _TRANSACTION_SIGN) + change.transactions
    loose = (words >> _UNTRACKED) & _ONE
    outstanding = np.where(loose != 0, 0, outstanding)
    complete = (left <= 0) & (outstanding == 0)
    left = np.where(complete, expected, left)
    result: Words = (
        (expected.astype(np.uint64) & _COUNT)
        | ((left.astype(np.uint64) & _COUNT) << _PENDING)
        | ((outstanding.astype(np.uint64) & _TRANSACTION_BITS) << _TRANSACTIONS)
        | (loose << _UNTRACKED)
        | ((parity(words) ^ complete.astype(np.uint64)) << _PARITY)
    )
    return result

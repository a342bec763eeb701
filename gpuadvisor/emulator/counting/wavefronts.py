"""Wavefronts of shared memory: the passes a request needs through 32 banks of 4 bytes.

Lanes that read the same word share it. An 8-byte access goes by half warps and a 16-byte access by quarter
warps; two neighbouring groups go together if lanes n and n^1, or n and n^2, hold the same address for all
active lanes (NVIDIA developer forum, topic 77228, on loads; stores are taken to be alike).
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import Counts, Mask, Requests

BANKS = 32
WORD_BYTES = 4
_LANES = np.arange(32)
_NONE = np.int32(-1)

Words = NDArray[np.int32]


def words_of(requests: Requests, bytes_per_thread: int) -> Words:
    """Return the words that lanes touch, (requests, 32 * words per lane); -1 for inactive lanes."""
    per_lane = max(1, bytes_per_thread // WORD_BYTES)
    words = (requests.addresses // np.uint64(WORD_BYTES)).astype(np.int32)
    if not requests.active.all():
        words = np.where(requests.active, words, _NONE)
    if per_lane == 1:
        return words
    spread = words[:, :, None] + np.arange(per_lane, dtype=np.int32)
    spread = np.where(words[:, :, None] == _NONE, _NONE, spread)
    return np.asarray(spread.reshape(len(words), -1))


def distinct_words(words: Words) -> tuple[Words, Mask]:
    """Return the words of each row in ascending order, and which of them are the first of their kind."""
    order = words if (words[:, 1:] >= words[:, :-1]).all() else np.sort(words, axis=1)
    fresh = order != _NONE
    fresh[:, 1:] &= order[:, 1:] != order[:, :-1]
    return order, fresh


def bank_passes(words: Words, counted: Mask) -> Counts:
    """Return, for each row, the most of the counted words that fall into one bank."""
    rows = len(words)
    cells = words % BANKS + np.arange(0, rows * BANKS, BANKS, dtype=np.int64)[:, None]
    filled = np.bincount(np.where(counted, cells, rows * BANKS).ravel(), minlength=rows * BANKS + 1)
    return np.asarray(filled[:-1].reshape(rows, BANKS).max(axis=1))


def _pairs_agree(requests: Requests) -> Mask:
    """Return which requests have lanes n and n^1, or n and n^2, at the same address where both are active."""
    agree = np.zeros(len(requests.addresses), np.bool_)
    for distance in (1, 2):
        partner = _LANES ^ distance
        same = requests.addresses == requests.addresses[:, partner]
        agree |= (same | ~requests.active | ~requests.active[:, partner]).all(axis=1)
    return agree


def _grouped_passes(words: Words, groups: int) -> Counts:
    """Return the sum over `groups` equal parts of the warp of the passes that each needs."""
    parts = np.split(words, groups, axis=1)
    return np.asarray(np.sum([bank_passes(*distinct_words(part)) for part in parts], axis=0))


def wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the wavefronts of each row of loads or stores; `bytes_per_thread` is 1 to 16."""
    words = words_of(requests, bytes_per_thread)
    groups = max(1, bytes_per_thread // WORD_BYTES)
    apart = _grouped_passes(words, groups)
    if groups == 1:
        return apart
    return np.where(_pairs_agree(requests), _grouped_passes(words, groups // 2), apart)


def atomic_wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the wavefronts of each row of atomics: lanes at one address take turns."""
    words = words_of(requests, bytes_per_thread)
    parts = np.split(words, max(1, bytes_per_thread // WORD_BYTES), axis=1)
    return np.asarray(np.sum([bank_passes(part, part != _NONE) for part in parts], axis=0))


def ideal_wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the fewest wavefronts that could move the distinct words of each row.

    A 16-byte access needs at least one for each half warp that takes part, whatever its addresses.
    """
    _, fresh = distinct_words(words_of(requests, bytes_per_thread))
    fewest = -(-fresh.sum(axis=1) // BANKS)
    if bytes_per_thread < 16:
        return np.asarray(fewest)
    halves = requests.active.reshape(-1, 2, 16).any(axis=2).sum(axis=1)
    return np.asarray(np.maximum(fewest, halves))

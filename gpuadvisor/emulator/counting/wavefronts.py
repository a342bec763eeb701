"""Wavefronts of shared memory: the passes a request needs through 32 banks of 4 bytes.

Lanes that read the same word share it. An 8-byte access goes by half warps and a 16-byte access by quarter
warps; two neighbouring groups go together if lanes n and n^1, or n and n^2, hold the same address for all
active lanes (NVIDIA developer forum, topic 77228, on loads; stores are taken to be alike).
"""

import numpy as np

from gpuadvisor.emulator.counting.requests import Counts, Mask, Requests

BANKS = 32
WORD_BYTES = 4
_LANES = np.arange(32)


def bank_passes(words: Counts, valid: Mask, *, share: bool = True) -> Counts:
    """Return, for each row of words, the most that fall into one bank; same words count once if `share`."""
    rows, columns = words.shape
    order = np.where(valid, words, -1)
    if share:
        order = np.sort(order, axis=1)
        fresh = np.ones((rows, columns), np.bool_)
        fresh[:, 1:] = order[:, 1:] != order[:, :-1]
        taken = fresh & (order >= 0)
    else:
        taken = valid
    cells = np.broadcast_to(np.arange(rows)[:, None], order.shape)[taken] * BANKS + order[taken] % BANKS
    return np.asarray(np.bincount(cells, minlength=rows * BANKS).reshape(rows, BANKS).max(axis=1))


def words_of(requests: Requests, bytes_per_thread: int) -> tuple[Counts, Mask]:
    """Return the words that lanes touch, (requests, 32 * words per lane), and which of them count."""
    per_lane = max(1, bytes_per_thread // WORD_BYTES)
    first = (requests.addresses // np.uint64(WORD_BYTES)).astype(np.int64)
    words = first[:, :, None] + np.arange(per_lane)
    valid = np.repeat(requests.active, per_lane, axis=1)
    return words.reshape(len(first), -1), valid


def _pairs_agree(requests: Requests) -> Mask:
    """Return which requests have lanes n and n^1, or n and n^2, at the same address where both are active."""
    agree = np.zeros(len(requests.addresses), np.bool_)
    for distance in (1, 2):
        partner = _LANES ^ distance
        same = requests.addresses == requests.addresses[:, partner]
        agree |= (same | ~requests.active | ~requests.active[:, partner]).all(axis=1)
    return agree


def _grouped_passes(words: Counts, valid: Mask, groups: int, *, share: bool) -> Counts:
    """Return the sum over `groups` equal parts of the warp of the passes that each needs."""
    parts = zip(np.split(words, groups, axis=1), np.split(valid, groups, axis=1), strict=True)
    return np.asarray(np.sum([bank_passes(part, mask, share=share) for part, mask in parts], axis=0))


def wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the wavefronts of each row of loads or stores; `bytes_per_thread` is 1 to 16."""
    words, valid = words_of(requests, bytes_per_thread)
    groups = max(1, bytes_per_thread // WORD_BYTES)
    apart = _grouped_passes(words, valid, groups, share=True)
    if groups == 1:
        return apart
    together = _grouped_passes(words, valid, groups // 2, share=True)
    return np.where(_pairs_agree(requests), together, apart)


def atomic_wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the wavefronts of each row of atomics: lanes at one address take turns."""
    words, valid = words_of(requests, bytes_per_thread)
    return _grouped_passes(words, valid, max(1, bytes_per_thread // WORD_BYTES), share=False)


def ideal_wavefronts(requests: Requests, bytes_per_thread: int) -> Counts:
    """Return the fewest wavefronts that could move the distinct words of each row.

    A 16-byte access needs at least one for each half warp that takes part, whatever its addresses.
    """
    words, valid = words_of(requests, bytes_per_thread)
    order = np.sort(np.where(valid, words, -1), axis=1)
    distinct = (order[:, :1] >= 0).sum(axis=1) + (order[:, 1:] != order[:, :-1]).sum(axis=1)
    fewest = -(-distinct // BANKS)
    if bytes_per_thread < 16:
        return np.asarray(fewest)
    halves = requests.active.reshape(-1, 2, 16).any(axis=2).sum(axis=1)
    return np.asarray(np.maximum(fewest, halves))


def count_wavefronts(requests: Requests, bytes_per_thread: int, *, atomic: bool) -> tuple[Counts, Counts]:
    """Return wavefronts and ideal wavefronts of each row."""
    count = atomic_wavefronts if atomic else wavefronts
    return count(requests, bytes_per_thread), ideal_wavefronts(requests, bytes_per_thread)

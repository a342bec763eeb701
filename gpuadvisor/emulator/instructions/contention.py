"""Read-modify-write of many threads at once, as if they came one after another in lane order.

Where threads share an address, the n-th of each address goes in the n-th pass; additions, exchanges
and compare-and-swap have direct solutions that do not depend on how many threads share one.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Indices = NDArray[np.int64]
Update = Callable[[Values, Values], Values]
"""From the values in memory and the operands to the new values."""


class _Groups:
    """Threads sorted by address; those of one address keep their order."""

    def __init__(self, indices: Indices) -> None:
        self.order = np.argsort(indices, kind="stable")
        ordered = indices[self.order]
        self.starts_group = np.ones(ordered.size, np.bool_)
        self.starts_group[1:] = ordered[1:] != ordered[:-1]
        self.first = np.flatnonzero(self.starts_group)
        """Where each group starts in the sorted order."""
        self.group = np.cumsum(self.starts_group) - 1
        """The group of each sorted thread."""
        self.address = ordered[self.first]

    def passes(self) -> Iterator[Indices]:
        """Yield the threads that go in each pass: the n-th of every group."""
        rank = np.arange(self.order.size) - self.first[self.group]
        by_rank = self.order[np.argsort(rank, kind="stable")]
        end = 0
        for count in np.bincount(rank):
            yield by_rank[end : end + count]
            end += int(count)

    def unsort(self, values: Values) -> Values:
        """Return values of the sorted threads in the threads' own order."""
        result = np.empty_like(values)
        result[self.order] = values
        return result


def in_passes(memory: Values, indices: Indices, operands: Values, update: Update) -> Values:
    """Apply any `update`; return what each thread found in memory."""
    old = np.empty(indices.size, memory.dtype)
    for threads in _Groups(indices).passes():
        at = indices[threads]
        old[threads] = memory[at]
        memory[at] = update(old[threads], operands[threads])
    return old


def add(memory: Values, indices: Indices, operands: Values) -> Values:
    """Add integers (modulo their width) by running sums; return what each thread found."""
    groups = _Groups(indices)
    ordered = operands[groups.order]
    sums = np.cumsum(ordered, dtype=memory.dtype)
    before = sums - ordered
    found = memory[groups.address][groups.group] + (before - before[groups.first][groups.group])
    np.add.at(memory, indices, operands)
    return groups.unsort(found)


def exchange(memory: Values, indices: Indices, operands: Values) -> Values:
    """Exchange: each thread finds what the one before it left."""
    groups = _Groups(indices)
    ordered = operands[groups.order]
    found = np.empty_like(ordered)
    found[1:] = ordered[:-1]
    found[groups.first] = memory[groups.address]
    last = np.append(groups.first[1:], ordered.size) - 1
    memory[groups.address] = ordered[last]
    return groups.unsort(found)


def compare_and_swap(memory: Values, indices: Indices, expected: Values, replacements: Values) -> Values:
    """Compare and swap: in each round the first match of every address takes place, up to the last match."""
    groups = _Groups(indices)
    expected, replacements = expected[groups.order], replacements[groups.order]
    current = memory[groups.address]
    found = current[groups.group]
    open_threads = np.arange(groups.order.size)
    while open_threads.size:
        group = groups.group[open_threads]
        found[open_threads] = current[group]
        matching = open_threads[expected[open_threads] == current[group]]
        matched, first = np.unique(groups.group[matching], return_index=True)
        winner = np.full(groups.first.size, np.iinfo(np.int64).max)
        winner[matched] = matching[first]
        current[matched] = replacements[matching[first]]
        open_threads = open_threads[open_threads > winner[group]]
    memory[groups.address] = current
    return groups.unsort(found)

"""Operators and marks of a framework, added up while a file is read: no list of operators is kept.

Only ranges with a meaning of their own are kept one by one, in columns: waits for input, steps of optimisers,
reads of single values. Threads are told apart, because the backward pass runs in one of its own.
"""

from collections import Counter

from gpuadvisor.sources.traces.columns import Columns
from gpuadvisor.sources.traces.groups import Numbering
from gpuadvisor.sources.traces.kineto_events import Arguments
from gpuadvisor.sources.traces.marks import Mark, compiled_region, mark, optimizer_class
from gpuadvisor.sources.traces.products import Products

_EVALUATED = "autograd::engine::evaluate_function: "
_LEAF = "AccumulateGrad"
_RANGE_OF_OPERATOR = frozenset({"zero", "scalar", "shape"})
"""Marks that are operators all the same."""


class Tally:
    """The calls of one operator; seconds in ticks, those of what it calls included."""

    __slots__ = ("count", "has_shapes", "is_operator", "mark", "ticks")

    def __init__(self, name: str) -> None:
        self.count = 0
        self.ticks = 0.0
        self.mark = mark(name)
        self.is_operator = self.mark is None or self.mark in _RANGE_OF_OPERATOR
        self.has_shapes = name in Products.OPERATORS


class Thread:
    """What one thread of the host did; events come in the order of their beginnings."""

    __slots__ = ("covered", "nodes", "reached", "sequence")

    def __init__(self) -> None:
        self.covered = 0.0
        """Ticks in which it ran operators, nested ones counted once."""
        self.reached = float("-inf")
        self.sequence: int | None = None
        self.nodes = 0
        """Of the graph of gradients, created by operators of the forward pass."""

    def cover(self, start: float, end: float) -> None:
        """Add a range to what the thread was busy with."""
        if start >= self.reached:
            self.covered += end - start
            self.reached = end
        elif end > self.reached:
            self.covered += end - self.reached
            self.reached = end

    def number(self, sequence: int) -> None:
        """Note the sequence number of an operator, which grows with each node that is created."""
        if self.sequence is not None and sequence > self.sequence:
            self.nodes += sequence - self.sequence
        self.sequence = sequence


class HostWork:
    """What operators and marks tell; times in ticks of the recording."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.threads: dict[object, Thread] = {}
        self.products = Products()
        self.marks: dict[Mark, Columns] = {}
        self.mark_names: Numbering[str] = Numbering()
        self.compiled: Counter[tuple[str, int]] = Counter()

    def add(self, name: str, thread: object, args: Arguments | None, start: float, end: float) -> None:
        """Add an operator or a mark."""
        tally = self.tallies.get(name)
        if tally is None:
            tally = self.tallies[name] = Tally(name)
        tally.count += 1
        tally.ticks += end - start
        if tally.mark is not None:
            self._mark(tally.mark, name, start, end)
        if tally.is_operator:
            self._operator(tally, name, thread, args, start, end)

    def annotate(self, name: str, start: float, end: float) -> None:
        """Add a range that the program or the framework marked, which is no operator."""
        kind = mark(name) if name not in self.tallies else self.tallies[name].mark
        if kind is not None:
            self._mark(kind, name, start, end)

    def _operator(
        self, tally: Tally, name: str, thread: object, args: Arguments | None, start: float, end: float
    ) -> None:
        known = self.threads.get(thread)
        if known is None:
            known = self.threads[thread] = Thread()
        known.cover(start, end)
        if args is not None:
            if type(args.sequence_number) is int and args.forward_thread == 0:
                known.number(args.sequence_number)
            if tally.has_shapes and args.input_dimensions:
                self.products.add(name, args)

    def _mark(self, kind: Mark, name: str, start: float, end: float) -> None:
        if kind == "compiled":
            self.compiled[compiled_region(name)] += 1
            return
        columns = self.marks.get(kind)
        if columns is None:
            columns = self.marks[kind] = Columns()
        label = optimizer_class(name) if kind == "optimizer" else name
        columns.append(start, end, self.mark_names.number(label), 0, 0)

    @property
    def nodes_created(self) -> int:
        """Nodes of the graph of gradients; the last operator's own is not seen, hence one more."""
        return sum(thread.nodes + 1 for thread in self.threads.values() if thread.nodes)

    @property
    def nodes_evaluated(self) -> int:
        """Nodes that the backward pass came by."""
        names = (name for name in self.tallies if name.startswith(_EVALUATED) and _LEAF not in name)
        return sum(self.tallies[name].count for name in names)

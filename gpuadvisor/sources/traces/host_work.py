"""Operators and marks of a framework, added up while a file is read: no list of operators is kept.

Only ranges with a meaning of their own are kept one by one, in columns: waits for input, steps of optimisers,
reads of single values. Threads are told apart, because the backward pass runs in one of its own.
"""

from collections import Counter

from gpuadvisor.sources.traces.collectives import OPERATOR as COLLECTIVE
from gpuadvisor.sources.traces.collectives import CollectiveCalls
from gpuadvisor.sources.traces.columns import Columns
from gpuadvisor.sources.traces.groups import Numbering
from gpuadvisor.sources.traces.kineto_events import Arguments
from gpuadvisor.sources.traces.marks import Mark, compiled_region, mark, optimizer_class
from gpuadvisor.sources.traces.products import Products

_EVALUATED = "autograd::engine::evaluate_function: "
_LEAF = "AccumulateGrad"
_OPERATORS = frozenset({"zero", "scalar", "shape"})
"""Marks that are operators all the same."""
_MOST_NODES = 2**20
"""Of one operator; a number that grows by more belongs to another thread."""


class Tally:
    """The calls of one operator; seconds in ticks, those of what it calls included."""

    __slots__ = ("count", "is_operator", "is_plain", "mark", "ticks")

    def __init__(self, name: str) -> None:
        self.count = 0
        self.ticks = 0.0
        self.mark = mark(name)
        self.is_operator = self.mark is None or self.mark in _OPERATORS
        self.is_plain = self.mark is None and name not in Products.OPERATORS and name != COLLECTIVE
        """Whether nothing but its calls and seconds is looked at, as with most."""


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

    def number(self, sequence: int) -> None:
        """Note the sequence number of an operator, which grows with each node that is created."""
        if self.sequence is not None and 0 < sequence - self.sequence < _MOST_NODES:
            self.nodes += sequence - self.sequence
        self.sequence = sequence


class HostWork:
    """What operators and marks tell; times in ticks of the recording."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.threads: dict[object, Thread] = {}
        self.products = Products()
        self.collectives = CollectiveCalls()
        self.marks: dict[Mark, Columns] = {}
        self.mark_names: Numbering[str] = Numbering()
        self.compiled: Counter[tuple[str, int]] = Counter()

    def add(self, name: str, thread: object, args: Arguments | None, start: float, end: float) -> None:
        """Add an operator, or a mark among operators. Called for each, so that it is one function."""
        tally = self.tallies.get(name)
        if tally is None:
            tally = self.tallies[name] = Tally(name)
        tally.count += 1
        tally.ticks += end - start
        if not tally.is_plain:
            self._look_at(tally, name, args, start, end)
            if not tally.is_operator:
                return
        known = self.threads.get(thread)
        if known is None:
            known = self.threads[thread] = Thread()
        if start >= known.reached:
            known.covered += end - start
            known.reached = end
        elif end > known.reached:
            known.covered += end - known.reached
            known.reached = end
        if args is not None and args.forward_thread == 0 and type(args.sequence_number) is int:
            known.number(args.sequence_number)

    def annotate(self, name: str, start: float, end: float) -> None:
        """Add a range that the program or the framework marked, which is no operator."""
        kind = mark(name)
        if kind is not None:
            self._mark(kind, name, start, end)

    def _look_at(self, tally: Tally, name: str, args: Arguments | None, start: float, end: float) -> None:
        if tally.mark is not None:
            self._mark(tally.mark, name, start, end)
        elif args is not None and name == COLLECTIVE:
            self.collectives.add(args)
        elif args is not None and args.input_dimensions:
            self.products.add(name, args)

    def _mark(self, kind: Mark, name: str, start: float, end: float) -> None:
        if kind == "compiled":
            self.compiled[compiled_region(name)] += 1
            return
        columns = self.marks.get(kind)
        if columns is None:
            columns = self.marks[kind] = Columns()
        label = optimizer_class(name) if kind == "optimizer" else kind
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

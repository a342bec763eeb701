"""Which lanes of a warp run next: the smallest place first (see `emulator.scheduler`)."""

from collections.abc import Mapping, Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.abi import PARKED, YIELD, Status, Word
from gpuadvisor.emulator.native.blocks import Block, Blocks, counts_arrivals
from gpuadvisor.emulator.native.counters import Counters
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.state import warp_field, warp_pointer, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
    I32,
    I64,
    WORDS,
    bits,
    constant,
    local,
    mask_of,
    smallest,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.native.warp import Fixed, Warp


class Flow:
    """The control flow of the function that runs a warp."""

    def __init__(
        self,
        function: ir.Function,
        blocks: Blocks,
        counters: Counters,
        polling: Mapping[int, int],
        meetings: frozenset[int] | None,
    ) -> None:
        self.blocks = blocks
        self.counters = counters
        self.polling = polling
        """The patience of polling loops, by the program counters of the branches that close them."""
        self.counts_arrivals = counts_arrivals(blocks.linked.function)
        self._meetings = meetings
        """The blocks before and behind which warps of a cluster give way; None: there are no clusters."""
        self._function = function
        self._context, self._state = function.args
        self._fixed = Fixed(self._context)
        entry = function.append_basic_block("entry")
        self._dispatch = function.append_basic_block("dispatch")
        self._returns: dict[Status, ir.Block] = {}
        self._labels = [function.append_basic_block(f"block{block.number}") for block in blocks.listed]
        builder = ir.IRBuilder(entry)
        self._active, self._others, self._issued = (local(builder, kind) for kind in (I32, I32, I64))
        builder.store(warp_field(builder, self._state, "issued", I64), self._issued)
        self._budget = word(builder, self._context, Word.BUDGET)
        self._chosen, self._done = (local(builder, I1) for _ in range(2))
        """Whether the warp has just been chosen to run, and whether it has to give way."""
        if meetings is not None:
            builder.store(constant(1, I1), self._chosen)
            builder.store(constant(0, I1), self._done)
        self._number = 0
        builder.branch(self._dispatch)

    def enter(self, block: Block) -> Warp:
        """Start a block; return the warp as it stands there."""
        builder = ir.IRBuilder(self._labels[block.number])
        self._number = block.number
        if self._meetings is not None and block.number in self._meetings:
            builder.store(constant(1, I1), self._done)
        active, issued = builder.load(self._active, typ=I32), builder.load(self._issued, typ=I64)
        return Warp(builder, self._context, self._state, active, issued, self._fixed)

    def count(self, warp: Warp, block: Block) -> None:
        """Count the execution of a block."""
        self.counters.add_one(warp, ("executions", block.number))
        self.counters.add_threads(warp, ("threads", block.number), warp.active)
        issued = warp.builder.add(warp.issued, constant(len(block.instructions), I64))
        warp.builder.store(issued, self._issued)

    def failed(self, status: Status) -> ir.Block:
        """Return where to go to stop with a status."""
        if status not in self._returns:
            block = self._function.append_basic_block(status.name.lower())
            ir.IRBuilder(block).ret(constant(status))
            self._returns[status] = block
        return self._returns[status]

    def stop(self, warp: Warp, pc: int, mask: ir.Value, following: int) -> None:
        """End a block whose last instruction stops the kernel if any lane executes it."""
        self.refuse(warp, Status.STOPPED, pc, mask)
        self.go(warp, following)

    def refuse(
        self, warp: Warp, status: Status, pc: int, mask: ir.Value, values: ir.Value | None = None
    ) -> None:
        """Stop if there are lanes in `mask`; `values`, <32 x i64>, are noted for the message."""
        builder = warp.builder
        with builder.if_then(builder.icmp_unsigned("!=", mask, constant(0)), likely=False):
            self._note(builder, pc, mask)
            if values is not None:
                place = word_pointer(builder, self._context, Word.FAULT_ADDRESSES)
                builder.store(values, place, align=8)
            builder.ret(constant(status))

    def _note(self, builder: ir.IRBuilder, place: int, mask: ir.Value) -> None:
        builder.store(constant(place, I64), word_pointer(builder, self._context, Word.FAULT_PLACE))
        builder.store(builder.zext(mask, I64), word_pointer(builder, self._context, Word.FAULT_MASK))

    def memory_written(self, warp: Warp, written: ir.Value) -> None:
        """Where a block has written to memory, let lanes that yielded look at it again."""
        builder = warp.builder
        yielded = warp_field(builder, self._state, "yielded", I32)
        looks = builder.and_(written, builder.icmp_unsigned("!=", yielded, constant(0)))
        with builder.if_then(looks, likely=False):
            builder.store(smallest(builder, self._unyield(builder)), self._others)

    def _unyield(self, builder: ir.IRBuilder) -> ir.Value:
        """Let lanes that yielded run like all others; return the places."""
        pointer = warp_pointer(builder, self._state, "places")
        places = builder.load(pointer, typ=WORDS, align=4)
        behind = builder.icmp_unsigned(">=", places, splat_constant(YIELD))
        parked = builder.icmp_unsigned("==", places, splat_constant(PARKED))
        yielded = builder.and_(behind, builder.not_(parked))
        places = builder.select(yielded, builder.sub(places, splat_constant(YIELD)), places)
        builder.store(places, pointer, align=4)
        builder.store(constant(0), warp_pointer(builder, self._state, "yielded"))
        return places

    def go_yielding(self, warp: Warp, mask: ir.Value, target: int, following: int) -> None:
        """Send lanes of `mask` to a target, to run after those that do not yield, and the others on."""
        builder = warp.builder
        builder.store(constant(1), warp_pointer(builder, self._state, "yielded"))
        rest = builder.and_(warp.active, builder.not_(mask))
        self.split(warp, [(mask, target + YIELD), (rest, following)])

    def go(self, warp: Warp, target: int) -> None:
        """Let the active lanes go on at a place."""
        if target >= len(self._labels):
            warp.builder.unreachable()
            return
        builder = warp.builder
        if self._meetings is not None and not self._meetings.isdisjoint({self._number, target}):
            self.split(warp, [(warp.active, target)])
            return
        direct, wait = builder.append_basic_block("direct"), builder.append_basic_block("wait")
        first = builder.icmp_unsigned("<", constant(target), builder.load(self._others, typ=I32))
        builder.cbranch(first, direct, wait)
        builder.position_at_end(wait)
        self.split(warp, [(warp.active, target)])
        builder.position_at_end(direct)
        builder.store(warp.active, self._active)
        builder.branch(self._labels[target])

    def check_budget(self, warp: Warp, pc: int) -> None:
        """Stop if the warp has executed too many instructions when it reaches a backward branch."""
        builder = warp.builder
        over = builder.icmp_unsigned(">", builder.load(self._issued, typ=I64), self._budget)
        with builder.if_then(over, likely=False):
            self._note(builder, pc, warp.active)
            builder.ret(constant(Status.BUDGET))

    def split(self, warp: Warp, parts: Sequence[tuple[ir.Value, int]]) -> None:
        """Send parts of the active lanes, as bits, to different places; lanes in no part stay parked."""
        self.send(warp, [(mask, splat_constant(place)) for mask, place in parts])

    def send(self, warp: Warp, parts: Sequence[tuple[ir.Value, ir.Value]]) -> None:
        """Send parts of the active lanes to places of their own, <32 x i32>, and choose who runs next."""
        builder = warp.builder
        if parts:
            pointer = warp_pointer(builder, self._state, "places")
            places = builder.load(pointer, typ=WORDS, align=4)
            for mask, targets in parts:
                places = builder.select(mask_of(builder, mask), targets, places)
            builder.store(places, pointer, align=4)
        builder.branch(self._dispatch)

    def choose(self, warp: Warp, mask: ir.Value, target: int, following: int) -> None:
        """Send lanes of `mask` to a target and the other active ones on."""
        builder = warp.builder
        every = builder.icmp_unsigned("==", mask, warp.active)
        none = builder.icmp_unsigned("==", mask, constant(0))
        taken, mixed, passed, parted = (
            builder.append_basic_block(name) for name in ("taken", "mixed", "passed", "parted")
        )
        builder.cbranch(every, taken, mixed)
        builder.position_at_end(taken)
        self.go(warp, target)
        builder.position_at_end(mixed)
        builder.cbranch(none, passed, parted)
        builder.position_at_end(passed)
        self.go(warp, following)
        builder.position_at_end(parted)
        rest = builder.and_(warp.active, builder.not_(mask))
        self.split(warp, [(mask, target), (rest, following)])

    def end(self, warp: Warp, mask: ir.Value, following: int | None) -> None:
        """End lanes of `mask` and send the other active ones on."""
        builder = warp.builder
        pointer = warp_pointer(builder, self._state, "alive")
        alive = builder.and_(builder.load(pointer, typ=I32), builder.not_(mask))
        builder.store(alive, pointer)
        with builder.if_then(builder.icmp_unsigned("!=", alive, constant(0)), likely=False):
            builder.call(declared(builder.module, "lanes_ended"), [self._state])
        if self.counts_arrivals:
            builder.call(declared(builder.module, "release_barriers"), [self._context])
        rest = builder.and_(warp.active, builder.not_(mask))
        self.split(warp, [] if following is None else [(rest, following)])

    def gather(self, warp: Warp, number: int, members: ir.Value) -> ir.Value:
        """Return the lanes of a collective that go on; others wait until their members are there."""
        builder = warp.builder
        alive = warp_field(builder, self._state, "alive", I32)
        everyone = builder.icmp_unsigned("==", warp.active, alive)
        before = builder.block
        some, proceed = builder.append_basic_block("gather"), builder.append_basic_block("proceed")
        builder.cbranch(everyone, proceed, some)
        builder.position_at_end(some)
        function = declared(builder.module, "gather_lanes")
        ready = builder.call(function, [self._state, constant(number), warp.active, members])
        builder.cbranch(builder.icmp_unsigned("!=", ready, constant(0)), proceed, self._dispatch)
        builder.position_at_end(proceed)
        active = builder.phi(I32)
        active.add_incoming(warp.active, before)
        active.add_incoming(ready, some)
        return active

    def parts(self, warp: Warp, mask: ir.Value) -> tuple[ir.Block, ir.Block]:
        """Branch on whether `mask` are all lanes that have not ended; return the blocks for yes and no."""
        builder = warp.builder
        alive = warp_field(builder, self._state, "alive", I32)
        everyone, some = builder.append_basic_block("everyone"), builder.append_basic_block("some")
        builder.cbranch(builder.icmp_unsigned("==", mask, alive), everyone, some)
        return everyone, some

    def _meet(self, builder: ir.IRBuilder, meetings: frozenset[int], first: ir.Value) -> None:
        """Give way before a place where the warp meets others, unless it was chosen to run there."""
        chosen = builder.load(self._chosen, typ=I1)
        builder.store(constant(0, I1), self._chosen)
        gives_way, goes_on = builder.append_basic_block("gives.way"), builder.append_basic_block("goes.on")
        first_time = builder.append_basic_block("first.time")
        builder.cbranch(builder.load(self._done, typ=I1), gives_way, first_time)
        builder.position_at_end(first_time)
        meets = builder.append_basic_block("meets")
        switch = builder.switch(first, goes_on)
        for number in sorted(meetings):
            switch.add_case(constant(number), meets)
        builder.position_at_end(meets)
        builder.cbranch(chosen, goes_on, gives_way)
        builder.position_at_end(gives_way)
        builder.store(builder.load(self._issued, typ=I64), warp_pointer(builder, self._state, "issued"))
        builder.ret(constant(Status.DONE))
        builder.position_at_end(goes_on)

    def finish(self) -> None:
        """Emit what chooses the next lanes; no more blocks may follow."""
        builder = ir.IRBuilder(self._dispatch)
        pointer = warp_pointer(builder, self._state, "places")
        places = builder.load(pointer, typ=WORDS, align=4)
        first = smallest(builder, places)
        chosen = builder.icmp_unsigned("==", places, splat(builder, first))
        left = builder.select(chosen, splat_constant(PARKED), places)
        run, rest = builder.append_basic_block("run"), builder.append_basic_block("rest")
        nobody = builder.icmp_unsigned(">=", first, constant(YIELD))
        builder.cbranch(nobody, rest, run)
        builder.position_at_end(rest)
        issued = builder.load(self._issued, typ=I64)
        builder.store(issued, warp_pointer(builder, self._state, "issued"))
        with builder.if_then(builder.icmp_unsigned("!=", first, constant(PARKED)), likely=False):
            if self._meetings is None:
                self._unyield(builder)
            builder.ret(constant(Status.POLLING))
        builder.ret(constant(Status.DONE))
        builder.position_at_end(run)
        if self._meetings is not None:
            self._meet(builder, self._meetings, first)
        builder.store(left, pointer, align=4)
        builder.store(bits(builder, chosen), self._active)
        builder.store(smallest(builder, left), self._others)
        nowhere = builder.append_basic_block("nowhere")
        switch = builder.switch(first, nowhere)
        for number, label in enumerate(self._labels):
            switch.add_case(constant(number), label)
        ir.IRBuilder(nowhere).unreachable()

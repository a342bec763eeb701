"""Runs the clusters of a launch one behind the other, always the warps that stand at the smallest place.

Each block has a context; those of a cluster lie one behind the other, in order of rank. A warp runs on until
none of its lanes can, or it comes to where warps meet (see `native.meetings`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from gpuadvisor.emulator.native.abi import (
    CONTEXT_WORDS,
    PARKED,
    RUN_CLUSTERS,
    WORD_BYTES,
    YIELD,
    Status,
    Wait,
    Word,
)
from gpuadvisor.emulator.native.runtime.blocks import (
    BlockRunner,
    Rounds,
    define_prepare_warp,
    define_release_barrier,
)
from gpuadvisor.emulator.native.runtime.convergence import lanes_of, let_run, update, waiting_for
from gpuadvisor.emulator.native.runtime.signatures import RUN_BLOCKS, VOID, defined
from gpuadvisor.emulator.native.state import warp_at, warp_field, warp_pointer, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    POINTER,
    WORDS,
    add_to,
    bits,
    constant,
    counted_loop,
    field,
    local,
    mask_of,
    smallest,
    splat,
    splat_constant,
)

_CONTEXT_BYTES = WORD_BYTES * CONTEXT_WORDS


@contextmanager
def each_warp(builder: ir.IRBuilder, contexts: ir.Value) -> Iterator[ir.Value]:
    """Build a loop over the warps of a cluster; yields the address of a warp's state."""
    with (
        each_block(builder, contexts) as (_rank, context),
        counted_loop(builder, word(builder, context, Word.WARPS_PER_BLOCK)) as number,
    ):
        yield warp_at(builder, context, number)


@contextmanager
def each_block(builder: ir.IRBuilder, contexts: ir.Value) -> Iterator[tuple[ir.Value, ir.Value]]:
    """Build a loop over the blocks of a cluster; yields rank and context."""
    with counted_loop(builder, word(builder, contexts, Word.CLUSTER_BLOCKS)) as rank:
        yield rank, field(builder, contexts, builder.mul(rank, constant(_CONTEXT_BYTES, I64)))


def _define_release_clusters_barrier(module: ir.Module) -> ir.Function:
    """Define (contexts): let lanes go on that wait at the cluster's barrier, if it is complete for them.

    All lanes that have not ended must have arrived as often as they (see `cluster_barrier`).
    """
    function, builder = defined(module, "release_clusters_barrier", ir.FunctionType(VOID, [POINTER]))
    (contexts,) = function.args
    offset = word(builder, contexts, Word.ARRIVALS)
    least, some = local(builder, WORDS), local(builder, I32)
    builder.store(splat_constant(-1), least)
    builder.store(constant(0), some)
    with each_warp(builder, contexts) as warp:
        alive = mask_of(builder, warp_field(builder, warp, "alive", I32))
        arrivals, known = _arrivals(builder, warp, offset), builder.load(least, typ=WORDS)
        fewer = builder.and_(alive, builder.icmp_unsigned("<", arrivals, known))
        builder.store(builder.select(fewer, arrivals, known), least)
        waiting = bits(builder, waiting_for(builder, warp, splat_constant(Wait.CLUSTER_BARRIER)))
        builder.store(builder.or_(builder.load(some, typ=I32), waiting), some)
    complete = splat(builder, smallest(builder, builder.load(least, typ=WORDS)))
    anyone = builder.icmp_unsigned("!=", builder.load(some, typ=I32), constant(0))
    with builder.if_then(anyone), each_warp(builder, contexts) as warp:
        waiting = waiting_for(builder, warp, splat_constant(Wait.CLUSTER_BARRIER))
        arrived = builder.icmp_unsigned("<=", _arrivals(builder, warp, offset), complete)
        let_run(builder, warp, builder.and_(waiting, arrived))
    builder.ret_void()
    return function


def _arrivals(builder: ir.IRBuilder, warp: ir.Value, offset: ir.Value) -> ir.Value:
    """Return how often the lanes of a warp have arrived."""
    return builder.load(field(builder, warp, offset), typ=WORDS, align=4)


class _Driver:
    """The function that runs clusters, under construction."""

    def __init__(self, module: ir.Module) -> None:
        self.module = module
        self.function, self.builder = defined(module, RUN_CLUSTERS, RUN_BLOCKS)
        self.contexts, self.run_warp = self.function.args

    def define(self) -> ir.Function:
        """Define (contexts, run_warp) -> status."""
        builder = self.builder
        starts = builder.icmp_unsigned("==", word(builder, self.contexts, Word.RESUMES), constant(0, I64))
        of_cluster = word(builder, self.contexts, Word.CLUSTER_BLOCKS)
        clusters = builder.udiv(word(builder, self.contexts, Word.BLOCK_COUNT), of_cluster)
        with counted_loop(builder, clusters) as number:
            first = builder.mul(number, of_cluster)
            with (
                builder.if_then(starts),
                each_block(builder, self.contexts) as (rank, context),
            ):
                BlockRunner(builder, context, self.run_warp).start(builder.add(first, rank))
            self._run()
        builder.ret(constant(Status.DONE))
        return self.function

    def _run(self) -> None:
        """Run the warps at the smallest place again and again, until all have ended or none can go on."""
        builder = self.builder
        rounds, written = Rounds(builder), local(builder, I64)
        for seen in (rounds.seen, written):
            builder.store(self._changes(), seen)
        turn, run, idle = (builder.append_basic_block(name) for name in ("turn", "run", "idle"))
        polling, waiting, done = (
            builder.append_basic_block(name) for name in ("polling", "waiting", "ended")
        )
        builder.branch(turn)
        builder.position_at_end(turn)
        least = self._smallest_place()
        builder.cbranch(builder.icmp_unsigned("<", least, constant(YIELD)), run, idle)
        builder.position_at_end(run)
        self._run_those_at(least)
        self._look_again(written)
        builder.branch(turn)
        builder.position_at_end(idle)
        builder.cbranch(builder.icmp_unsigned("!=", least, constant(PARKED)), polling, waiting)
        builder.position_at_end(polling)
        self._unyield()
        rounds.give_way(self._changes())
        builder.branch(turn)
        builder.position_at_end(waiting)
        with builder.if_then(self._is_anyone_alive(), likely=False):
            builder.ret(constant(Status.STUCK))
        builder.branch(done)
        builder.position_at_end(done)

    def _smallest_place(self) -> ir.Value:
        builder = self.builder
        least = local(builder, WORDS)
        builder.store(splat_constant(PARKED), least)
        with each_warp(builder, self.contexts) as warp:
            places, known = lanes_of(builder, warp, "places"), builder.load(least, typ=WORDS)
            fewer = builder.icmp_unsigned("<", places, known)
            builder.store(builder.select(fewer, places, known), least)
        return smallest(builder, builder.load(least, typ=WORDS))

    def _run_those_at(self, place: ir.Value) -> None:
        """Let the warps run that have lanes at a place, and then those whose barriers are complete."""
        builder = self.builder
        with each_block(builder, self.contexts) as (rank, context):
            builder.store(rank, word_pointer(builder, self.contexts, Word.RUNNING))
            block = BlockRunner(builder, context, self.run_warp)
            with counted_loop(builder, word(builder, context, Word.WARPS_PER_BLOCK)) as number:
                warp = warp_at(builder, context, number)
                first = smallest(builder, lanes_of(builder, warp, "places"))
                with builder.if_then(builder.icmp_unsigned("==", first, place)):
                    block.run(warp, number)
            builder.call(self.module.globals["release_barrier"], [context])
        builder.call(self.module.globals["release_clusters_barrier"], [self.contexts])

    def _look_again(self, written: ir.Value) -> None:
        """Where memory has changed, let those who poll look at it."""
        builder = self.builder
        changes = self._changes()
        with builder.if_then(builder.icmp_unsigned("!=", changes, builder.load(written, typ=I64))):
            builder.store(changes, written)
            self._unyield()

    def _unyield(self) -> None:
        """Let lanes that yielded run like all others."""
        builder = self.builder
        with each_warp(builder, self.contexts) as warp:
            places = lanes_of(builder, warp, "places")
            behind = builder.icmp_unsigned(">=", places, splat_constant(YIELD))
            parked = builder.icmp_unsigned("==", places, splat_constant(PARKED))
            before = builder.sub(places, splat_constant(YIELD))
            update(builder, warp, "places", builder.and_(behind, builder.not_(parked)), before)
            builder.store(constant(0), warp_pointer(builder, warp, "yielded"))

    def _is_anyone_alive(self) -> ir.Value:
        builder = self.builder
        alive = local(builder, I32)
        builder.store(constant(0), alive)
        with each_warp(builder, self.contexts) as warp:
            lanes = warp_field(builder, warp, "alive", I32)
            builder.store(builder.or_(builder.load(alive, typ=I32), lanes), alive)
        return builder.icmp_unsigned("!=", builder.load(alive, typ=I32), constant(0))

    def _changes(self) -> ir.Value:
        """Return how often the blocks have changed memory, all together."""
        builder = self.builder
        total = local(builder, I64)
        builder.store(constant(0, I64), total)
        with each_block(builder, self.contexts) as (_rank, context):
            add_to(builder, total, word(builder, context, Word.CHANGES))
        return builder.load(total, typ=I64)


def _define_run_clusters(module: ir.Module) -> ir.Function:
    return _Driver(module).define()


DEFINITIONS = (
    define_prepare_warp,
    define_release_barrier,
    _define_release_clusters_barrier,
    _define_run_clusters,
)
"""The library of launches in clusters; each definition may call those before it."""

"""Runs the clusters of a launch one behind the other, the warps of all blocks of a cluster in turn.

Each block has a context; those of a cluster lie one behind the other, in order of rank.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from gpuadvisor.emulator.native.abi import CONTEXT_WORDS, RUN_CLUSTERS, WORD_BYTES, Status, Wait, Word
from gpuadvisor.emulator.native.runtime.blocks import (
    BlockRunner,
    Rounds,
    define_prepare_warp,
    define_release_barrier,
)
from gpuadvisor.emulator.native.runtime.convergence import let_run, waiting_for
from gpuadvisor.emulator.native.runtime.signatures import RUN_BLOCKS, defined
from gpuadvisor.emulator.native.state import warp_at, warp_field, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
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


def clusters_module() -> ir.Module:
    """Return the module with the function that runs clusters; it needs no other."""
    module = ir.Module("clusters")
    for define in (define_prepare_warp, define_release_barrier, _define_release_clusters_barrier):
        define(module).linkage = "internal"
    _Driver(module).define()
    return module


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
    """Define (contexts) -> whether lanes go on that wait at the cluster's barrier.

    They do if all lanes that have not ended have arrived as often as they (see `cluster_barrier`).
    """
    function, builder = defined(module, "release_clusters_barrier", ir.FunctionType(I1, [POINTER]))
    (contexts,) = function.args
    offset = word(builder, contexts, Word.ARRIVALS)
    least, released = local(builder, WORDS), local(builder, I32)
    builder.store(splat_constant(-1), least)
    builder.store(constant(0), released)
    with each_warp(builder, contexts) as warp:
        alive = mask_of(builder, warp_field(builder, warp, "alive", I32))
        arrivals = builder.load(field(builder, warp, offset), typ=WORDS, align=4)
        known = builder.load(least, typ=WORDS)
        fewer = builder.and_(alive, builder.icmp_unsigned("<", arrivals, known))
        builder.store(builder.select(fewer, arrivals, known), least)
    complete = splat(builder, smallest(builder, builder.load(least, typ=WORDS)))
    with each_warp(builder, contexts) as warp:
        arrivals = builder.load(field(builder, warp, offset), typ=WORDS, align=4)
        waiting = waiting_for(builder, warp, splat_constant(Wait.CLUSTER_BARRIER))
        free = builder.and_(waiting, builder.icmp_unsigned("<=", arrivals, complete))
        let_run(builder, warp, free)
        builder.store(builder.or_(builder.load(released, typ=I32), bits(builder, free)), released)
    builder.ret(builder.icmp_unsigned("!=", builder.load(released, typ=I32), constant(0)))
    return function


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
        """Run all warps in turn, until all have ended or none can go on alone."""
        builder = self.builder
        rounds = Rounds(builder)
        builder.store(self._changes(), rounds.seen)
        turn, left = builder.append_basic_block("turn"), builder.append_basic_block("left")
        waiting, stopped = builder.append_basic_block("waiting"), builder.append_basic_block("stopped")
        done = builder.append_basic_block("ended")
        builder.branch(turn)
        builder.position_at_end(turn)
        alive, ran, polled = self._turn()
        builder.cbranch(alive, left, done)
        builder.position_at_end(left)
        builder.cbranch(ran, turn, waiting)
        builder.position_at_end(waiting)
        released = builder.call(self.module.globals["release_clusters_barrier"], [self.contexts])
        builder.cbranch(released, turn, stopped)
        builder.position_at_end(stopped)
        with builder.if_then(builder.not_(polled), likely=False):
            builder.ret(constant(Status.STUCK))
        rounds.give_way(self._changes())
        builder.branch(turn)
        builder.position_at_end(done)

    def _turn(self) -> tuple[ir.Value, ir.Value, ir.Value]:
        """Let each block run; return whether lanes are left, whether some ran or were released by a
        barrier, and whether some poll."""
        builder = self.builder
        flags = [local(builder, I1) for _ in range(3)]
        for flag in flags:
            builder.store(constant(0, I1), flag)
        with each_block(builder, self.contexts) as (rank, context):
            builder.store(rank, word_pointer(builder, self.contexts, Word.RUNNING))
            alive, ran, polled = BlockRunner(builder, context, self.run_warp).turn()
            released = builder.call(self.module.globals["release_barrier"], [context])
            found = (alive, builder.or_(ran, released), polled)
            for flag, value in zip(flags, found, strict=True):
                builder.store(builder.or_(builder.load(flag, typ=I1), value), flag)
        alive, ran, polled = (builder.load(flag, typ=I1) for flag in flags)
        return alive, ran, polled

    def _changes(self) -> ir.Value:
        """Return how often the blocks have changed memory, all together."""
        builder = self.builder
        total = local(builder, I64)
        builder.store(constant(0, I64), total)
        with each_block(builder, self.contexts) as (_rank, context):
            add_to(builder, total, word(builder, context, Word.CHANGES))
        return builder.load(total, typ=I64)

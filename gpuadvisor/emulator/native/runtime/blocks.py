"""Runs the blocks of a context, one behind the other, and their warps in turn between barriers."""

from llvmlite import ir

from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.native.abi import PARKED, WARP, Status, Wait, Word
from gpuadvisor.emulator.native.runtime.signatures import RUN_BLOCKS, defined
from gpuadvisor.emulator.native.state import pointer, warp_at, warp_field, warp_pointer, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
    I8,
    I32,
    I64,
    LANE_NUMBERS,
    LANES,
    POINTER,
    WORDS,
    add_to,
    bits,
    constant,
    counted_loop,
    field,
    intrinsic,
    local,
    mask_of,
    smallest,
    splat,
    splat_constant,
)

_ARRIVED = ir.VectorType(I32, BARRIERS)
_TURNS = 16
"""How often the warps of a block run in turn while they poll, before other blocks do."""


def define_prepare_warp(module: ir.Module) -> ir.Function:
    """Define (context, warp, number): give the warp its first state, registers zero."""
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, I64])
    function, builder = defined(module, "prepare_warp", kind)
    context, warp, number = function.args
    first = builder.trunc(builder.mul(number, constant(LANES, I64)), I32)
    threads = splat(builder, builder.trunc(word(builder, context, Word.THREADS), I32))
    exists = builder.icmp_unsigned("<", builder.add(splat(builder, first), LANE_NUMBERS), threads)
    places = builder.select(exists, splat_constant(0), splat_constant(PARKED))
    builder.store(places, warp_pointer(builder, warp, "places"), align=4)
    builder.store(splat_constant(Wait.NOTHING), warp_pointer(builder, warp, "waits"), align=4)
    builder.store(bits(builder, exists), warp_pointer(builder, warp, "alive"))
    builder.store(builder.trunc(number, I32), warp_pointer(builder, warp, "number"))
    for name in ("yielded", "votes", "reduces"):
        builder.store(constant(0), warp_pointer(builder, warp, name))
    builder.store(ir.Constant(_ARRIVED, None), warp_pointer(builder, warp, "arrived"), align=4)
    builder.store(constant(0, I64), warp_pointer(builder, warp, "issued"))
    length = word(builder, context, Word.REGISTER_BYTES)
    _clear(builder, field(builder, warp, WARP.itemsize), length)
    builder.ret_void()
    return function


def _clear(builder: ir.IRBuilder, start: ir.Value, length: ir.Value) -> None:
    memset = intrinsic(builder.module, "llvm.memset.p0.i64", ir.VoidType(), [POINTER, I8, I64, I1])
    builder.call(memset, [start, constant(0, I8), length, constant(0, I1)])


def _prepare_block(builder: ir.IRBuilder, context: ir.Value, block: ir.Value) -> None:
    """Set the block's index and clear its memory."""
    x, y = (word(builder, context, name) for name in (Word.GRID_X, Word.GRID_Y))
    rows = builder.udiv(block, x)
    indices = {
        Word.BLOCK: block,
        Word.INDEX_X: builder.urem(block, x),
        Word.INDEX_Y: builder.urem(rows, y),
        Word.INDEX_Z: builder.udiv(rows, y),
    }
    for name, value in indices.items():
        builder.store(value, word_pointer(builder, context, name))
    _trace_block(builder, context, block)
    _clear(builder, pointer(builder, context, Word.SHARED), word(builder, context, Word.SHARED_BYTES))
    threads = builder.mul(word(builder, context, Word.WARPS_PER_BLOCK), constant(LANES, I64))
    frames = builder.mul(threads, word(builder, context, Word.FRAME_STRIDE))
    _clear(builder, pointer(builder, context, Word.FRAMES), frames)
    _clear_local(builder, context, threads)


def _clear_local(builder: ir.IRBuilder, context: ir.Value, threads: ir.Value) -> None:
    """Clear what threads may have used of their local memory: all of it, or all but the rest of the stack."""
    local_memory = pointer(builder, context, Word.LOCAL)
    used, stride = (word(builder, context, name) for name in (Word.LOCAL_USED, Word.LOCAL_STRIDE))
    with builder.if_else(builder.icmp_unsigned("<", used, stride)) as (part, whole):
        with part, counted_loop(builder, threads) as thread:
            _clear(builder, field(builder, local_memory, builder.mul(thread, stride)), used)
        with whole:
            _clear(builder, local_memory, builder.mul(threads, stride))


def _trace_block(builder: ir.IRBuilder, context: ir.Value, block: ir.Value) -> None:
    """Note where the block's requests are kept, if it is traced."""
    builder.store(constant(0, I64), word_pointer(builder, context, Word.TRACING))
    traced = pointer(builder, context, Word.TRACED_BLOCKS)
    with counted_loop(builder, word(builder, context, Word.TRACED_COUNT)) as number:
        listed = builder.load(field(builder, traced, builder.mul(number, constant(8, I64))), typ=I64)
        with builder.if_then(builder.icmp_unsigned("==", listed, block)):
            offset = builder.mul(number, word(builder, context, Word.TRACE_BLOCK_BYTES))
            begin = builder.add(word(builder, context, Word.TRACE), offset)
            builder.store(begin, word_pointer(builder, context, Word.TRACING))


def define_release_barrier(module: ir.Module) -> ir.Function:
    """Define (context) -> whether all threads that have not ended wait at one barrier; they then go on."""
    function, builder = defined(module, "release_barrier", ir.FunctionType(I1, [POINTER]))
    (context,) = function.args
    least, most = local(builder, WORDS), local(builder, WORDS)
    builder.store(splat_constant(Wait.NOTHING), least)
    builder.store(splat_constant(0), most)
    warps = word(builder, context, Word.WARPS_PER_BLOCK)
    with counted_loop(builder, warps) as number:
        warp = warp_at(builder, context, number)
        alive = mask_of(builder, warp_field(builder, warp, "alive", I32))
        waits = builder.load(warp_pointer(builder, warp, "waits"), typ=WORDS, align=4)
        for extreme, sign, neutral in ((least, "<", Wait.NOTHING), (most, ">", 0)):
            known = builder.load(extreme, typ=WORDS)
            values = builder.select(alive, waits, splat_constant(neutral))
            better = builder.icmp_unsigned(sign, values, known)
            builder.store(builder.select(better, values, known), extreme)
    lowest = _reduced(builder, "umin", builder.load(least, typ=WORDS))
    highest = _reduced(builder, "umax", builder.load(most, typ=WORDS))
    one = builder.icmp_unsigned("==", lowest, highest)
    complete = builder.and_(one, builder.icmp_unsigned("<=", highest, constant(Wait.LAST_BARRIER)))
    by_count = builder.icmp_unsigned("!=", word(builder, context, Word.COUNTS_ARRIVALS), constant(0, I64))
    complete = builder.and_(complete, builder.not_(by_count))
    with builder.if_then(complete), counted_loop(builder, warps) as number:
        _resume(builder, warp_at(builder, context, number))
    builder.ret(complete)
    return function


def _reduced(builder: ir.IRBuilder, operation: str, values: ir.Value) -> ir.Value:
    function = intrinsic(builder.module, f"llvm.vector.reduce.{operation}.v{LANES}i32", I32, [WORDS])
    return builder.call(function, [values])


def _resume(builder: ir.IRBuilder, warp: ir.Value) -> None:
    alive = mask_of(builder, warp_field(builder, warp, "alive", I32))
    resume = builder.load(warp_pointer(builder, warp, "resume"), typ=WORDS, align=4)
    places = builder.select(alive, resume, splat_constant(PARKED))
    builder.store(places, warp_pointer(builder, warp, "places"), align=4)
    builder.store(splat_constant(Wait.NOTHING), warp_pointer(builder, warp, "waits"), align=4)


class BlockRunner:
    """Emits what starts and runs the block of a context."""

    def __init__(self, builder: ir.IRBuilder, context: ir.Value, run_warp: ir.Value) -> None:
        self._builder = builder
        self._context = context
        self._run_warp = run_warp

    def start(self, number: ir.Value) -> None:
        """Give a block of the list, and its warps unless they share memory, their first state."""
        builder = self._builder
        listed = pointer(builder, self._context, Word.BLOCKS)
        entry = field(builder, listed, builder.mul(number, constant(8, I64)))
        _prepare_block(builder, self._context, builder.load(entry, typ=I64))
        stride = word(builder, self._context, Word.WARP_STRIDE)
        with (
            builder.if_then(builder.icmp_unsigned("!=", stride, constant(0, I64))),
            counted_loop(builder, word(builder, self._context, Word.WARPS_PER_BLOCK)) as warp,
        ):
            self.prepare(warp)

    def prepare(self, number: ir.Value) -> ir.Value:
        """Give a warp its first state; return its address."""
        warp = warp_at(self._builder, self._context, number)
        prepare = self._builder.module.globals["prepare_warp"]
        self._builder.call(prepare, [self._context, warp, number])
        return warp

    def run(self, warp: ir.Value, number: ir.Value) -> ir.Value:
        """Run a warp; return if it failed, else yield whether it polls memory."""
        builder = self._builder
        builder.store(number, word_pointer(builder, self._context, Word.WARP))
        status = builder.call(self._run_warp, [self._context, warp])
        polls = builder.icmp_unsigned("==", status, constant(Status.POLLING))
        done = builder.or_(polls, builder.icmp_unsigned("==", status, constant(Status.DONE)))
        with builder.if_then(builder.not_(done), likely=False):
            builder.ret(status)
        return polls

    def turn(self) -> tuple[ir.Value, ir.Value, ir.Value]:
        """Run each warp that can; return whether lanes are left, whether some ran until none could,
        and whether some poll."""
        builder = self._builder
        alive, ran, polled = (local(builder, kind) for kind in (I32, I1, I1))
        for flag in (alive, ran, polled):
            builder.store(ir.Constant(I32 if flag is alive else I1, 0), flag)
        with counted_loop(builder, word(builder, self._context, Word.WARPS_PER_BLOCK)) as number:
            warp = warp_at(builder, self._context, number)
            places = builder.load(warp_pointer(builder, warp, "places"), typ=WORDS, align=4)
            can_run = builder.icmp_unsigned("!=", smallest(builder, places), constant(PARKED))
            with builder.if_then(can_run):
                polls = self.run(warp, number)
                builder.store(builder.or_(builder.load(polled, typ=I1), polls), polled)
                builder.store(builder.or_(builder.load(ran, typ=I1), builder.not_(polls)), ran)
            lanes = warp_field(builder, warp, "alive", I32)
            builder.store(builder.or_(builder.load(alive, typ=I32), lanes), alive)
        some = builder.icmp_unsigned("!=", builder.load(alive, typ=I32), constant(0))
        return some, builder.load(ran, typ=I1), builder.load(polled, typ=I1)


class _Driver:
    """The function that runs blocks, under construction."""

    def __init__(self, module: ir.Module) -> None:
        self.module = module
        self.function, self.builder = defined(module, "run_blocks", RUN_BLOCKS)
        self.context, run_warp = self.function.args
        self.block = BlockRunner(self.builder, self.context, run_warp)

    def define(self) -> ir.Function:
        """Define (context, run_warp) -> status."""
        builder = self.builder
        shares = builder.icmp_unsigned("==", word(builder, self.context, Word.WARP_STRIDE), constant(0, I64))
        starts = builder.icmp_unsigned("==", word(builder, self.context, Word.RESUMES), constant(0, I64))
        with counted_loop(builder, word(builder, self.context, Word.BLOCK_COUNT)) as number:
            with builder.if_then(starts):
                self.block.start(number)
            with builder.if_else(shares) as (alone, together):
                with alone:
                    self._run_one_by_one()
                with together:
                    self._run_together()
        builder.ret(constant(Status.DONE))
        return self.function

    def _run_one_by_one(self) -> None:
        """Run warps that never wait for each other, all in the same memory."""
        builder = self.builder
        with counted_loop(builder, word(builder, self.context, Word.WARPS_PER_BLOCK)) as number:
            warp = self.block.prepare(number)
            self.block.run(warp, number)
            alive = warp_field(builder, warp, "alive", I32)
            with builder.if_then(builder.icmp_unsigned("!=", alive, constant(0)), likely=False):
                builder.ret(constant(Status.STUCK))

    def _run_together(self) -> None:
        """Run all warps in turn, until all have ended or none can go on alone."""
        builder = self.builder
        polls = Rounds(builder)
        builder.store(word(builder, self.context, Word.CHANGES), polls.seen)
        turn, left = builder.append_basic_block("turn"), builder.append_basic_block("left")
        done, polling = builder.append_basic_block("ended"), builder.append_basic_block("polling")
        builder.branch(turn)
        builder.position_at_end(turn)
        alive, ran, polled = self.block.turn()
        builder.cbranch(alive, left, done)
        builder.position_at_end(left)
        released = builder.call(self.module.globals["release_barrier"], [self.context])
        builder.cbranch(builder.or_(ran, released), turn, polling)
        builder.position_at_end(polling)
        with builder.if_then(builder.not_(polled), likely=False):
            builder.ret(constant(Status.STUCK))
        polls.give_way(word(builder, self.context, Word.CHANGES))
        builder.branch(turn)
        builder.position_at_end(done)


class Rounds:
    """How often warps that poll have gone round, and what had changed when they last did."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self._builder = builder
        self.seen = local(builder, I64)
        self._turns = local(builder, I32)
        builder.store(constant(0), self._turns)

    def give_way(self, changes: ir.Value) -> None:
        """Return if nothing has changed since they last went round, or they have done so often enough."""
        builder = self._builder
        before = builder.load(self.seen, typ=I64)
        builder.store(changes, self.seen)
        add_to(builder, self._turns, constant(1))
        few = builder.icmp_unsigned("<", builder.load(self._turns, typ=I32), constant(_TURNS))
        again = builder.and_(few, builder.icmp_unsigned("!=", changes, before))
        with builder.if_then(builder.not_(again)):
            builder.ret(constant(Status.POLLING))


def define_run_blocks(module: ir.Module) -> ir.Function:
    """Define `run_blocks`."""
    return _Driver(module).define()

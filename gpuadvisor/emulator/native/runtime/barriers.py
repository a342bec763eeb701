"""Barriers that count threads or combine votes, or that some threads only announce (see `emulator.barriers`).

They are complete as soon as the last thread arrives: one that does not wait may arrive again at once.
"""

from llvmlite import ir

from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.native.abi import EXPECTED_THREADS, WORD_BYTES, Word
from gpuadvisor.emulator.native.runtime.convergence import let_run, update, waiting_for
from gpuadvisor.emulator.native.runtime.signatures import SIGNATURES, defined
from gpuadvisor.emulator.native.state import warp_at, warp_field, warp_pointer, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANES,
    POINTER,
    WORDS,
    add_to,
    bits,
    constant,
    counted_loop,
    each_lane,
    field,
    first_lane,
    local,
    mask_of,
    splat,
)

NOWHERE = -1
"""In place of where threads go on: they only announce that they have arrived."""
_WORD_SHIFT = constant(2)


def _arrived_pointer(builder: ir.IRBuilder, warp: ir.Value, barrier: ir.Value) -> ir.Value:
    offset = builder.zext(builder.shl(barrier, _WORD_SHIFT), I64)
    return field(builder, warp_pointer(builder, warp, "arrived"), offset)


def _expected_pointer(builder: ir.IRBuilder, context: ir.Value, barrier: ir.Value) -> ir.Value:
    offset = builder.mul(builder.zext(barrier, I64), constant(WORD_BYTES, I64))
    return field(builder, word_pointer(builder, context, EXPECTED_THREADS), offset)


def define_release_at(module: ir.Module) -> ir.Function:
    """Define (context, barrier): if the barrier is complete its threads go on."""
    kind = ir.FunctionType(ir.VoidType(), [POINTER, I32])
    function, builder = defined(module, "release_at", kind)
    context, barrier = function.args
    warps = word(builder, context, Word.WARPS_PER_BLOCK)
    names = ("arrived", "absent", "whole", "yes", "voters")
    sums = {name: local(builder, I32) for name in names}
    for place in sums.values():
        builder.store(constant(0), place)
    with counted_loop(builder, warps) as number:
        warp = warp_at(builder, context, number)
        arrived = builder.load(_arrived_pointer(builder, warp, barrier), typ=I32)
        absent = builder.and_(warp_field(builder, warp, "alive", I32), builder.not_(arrived))
        some = builder.icmp_unsigned("!=", arrived, constant(0))
        whole = builder.and_(some, builder.icmp_unsigned("==", absent, constant(0)))
        for name, lanes in (("arrived", arrived), ("absent", absent)):
            builder.store(builder.or_(builder.load(sums[name], typ=I32), lanes), sums[name])
        votes = builder.and_(warp_field(builder, warp, "votes", I32), arrived)
        add_to(builder, sums["whole"], builder.zext(whole, I32))
        add_to(builder, sums["yes"], builder.ctpop(votes))
        add_to(builder, sums["voters"], builder.ctpop(arrived))
    total = {name: builder.load(place, typ=I32) for name, place in sums.items()}
    expected = builder.trunc(builder.load(_expected_pointer(builder, context, barrier), typ=I64), I32)
    counts = builder.icmp_unsigned("!=", expected, constant(0))
    enough = builder.icmp_unsigned(">=", builder.mul(total["whole"], constant(LANES)), expected)
    everyone = builder.icmp_unsigned("==", total["absent"], constant(0))
    anyone = builder.icmp_unsigned("!=", total["arrived"], constant(0))
    complete = builder.and_(anyone, builder.select(counts, enough, everyone))
    with builder.if_then(complete), counted_loop(builder, warps) as number:
        _let_go(builder, warp_at(builder, context, number), barrier, total["yes"], total["voters"])
    builder.ret_void()
    return function


def _let_go(
    builder: ir.IRBuilder, warp: ir.Value, barrier: ir.Value, yes: ir.Value, voters: ir.Value
) -> None:
    """Let the threads of a warp that wait at a complete barrier go on, and tell them the votes."""
    place = _arrived_pointer(builder, warp, barrier)
    arrived = mask_of(builder, builder.load(place, typ=I32))
    released = builder.and_(arrived, waiting_for(builder, warp, splat(builder, barrier)))
    update(builder, warp, "yes", released, splat(builder, yes))
    update(builder, warp, "voters", released, splat(builder, voters))
    let_run(builder, warp, released)
    builder.store(constant(0), place)


def define_release_barriers(module: ir.Module) -> ir.Function:
    """Define (context): threads have ended; barriers they held up may be complete."""
    function, builder = defined(module, "release_barriers", SIGNATURES["release_barriers"])
    (context,) = function.args
    with counted_loop(builder, constant(BARRIERS)) as barrier:
        builder.call(module.globals["release_at"], [context, barrier])
    builder.ret_void()
    return function


def define_reach_barrier(module: ir.Module) -> ir.Function:
    """Define (context, warp, mask, barriers, threads, place): each lane reaches its barrier.

    `threads` is what the barrier waits for, 0: all. The lanes go on at the place, or wait for nothing.
    """
    function, builder = defined(module, "reach_barrier", SIGNATURES["reach_barrier"])
    context, warp, mask, barriers, threads, place = function.args
    numbers, counts = local(builder, WORDS), local(builder, WORDS)
    builder.store(barriers, numbers)
    builder.store(threads, counts)
    with each_lane(builder, mask) as lane:
        cell = builder.zext(builder.shl(lane, _WORD_SHIFT), I64)
        number = builder.load(field(builder, numbers, cell), typ=I32)
        pointer = _arrived_pointer(builder, warp, number)
        here = builder.shl(constant(1), lane)
        builder.store(builder.or_(builder.load(pointer, typ=I32), here), pointer)
        count = builder.zext(builder.load(field(builder, counts, cell), typ=I32), I64)
        builder.store(count, _expected_pointer(builder, context, number))
    with builder.if_then(builder.icmp_signed("!=", place, constant(NOWHERE))):
        lanes = mask_of(builder, mask)
        update(builder, warp, "waits", lanes, barriers)
        update(builder, warp, "resume", lanes, splat(builder, place))
    _release_reached(builder, context, mask, barriers, numbers)
    builder.ret_void()
    return function


def _release_reached(
    builder: ir.IRBuilder, context: ir.Value, mask: ir.Value, barriers: ir.Value, numbers: ir.Value
) -> None:
    """Look whether the barrier that all lanes have reached, or any, is complete."""
    cell = builder.zext(builder.shl(first_lane(builder, mask), _WORD_SHIFT), I64)
    first = builder.load(field(builder, numbers, cell), typ=I32)
    same = bits(builder, builder.icmp_unsigned("==", barriers, splat(builder, first)))
    uniform = builder.icmp_unsigned("==", builder.and_(same, mask), mask)
    functions = builder.module.globals
    with builder.if_else(uniform) as (one, several):
        with one:
            builder.call(functions["release_at"], [context, first])
        with several:
            builder.call(functions["release_barriers"], [context])

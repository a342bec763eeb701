"""Lanes that wait for others: the rules of `convergence` and `barriers`, for the lanes of one warp."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Wait
from gpuadvisor.emulator.native.runtime.signatures import SIGNATURES, defined
from gpuadvisor.emulator.native.state import warp_field, warp_pointer
from gpuadvisor.emulator.native.vectors import (
    I32,
    WORDS,
    bits,
    mask_of,
    splat,
    splat_constant,
)


def lanes_of(builder: ir.IRBuilder, warp: ir.Value, name: str) -> ir.Value:
    """Return a field of a warp's state that has an element for each lane."""
    return builder.load(warp_pointer(builder, warp, name), typ=WORDS, align=4)


def update(builder: ir.IRBuilder, warp: ir.Value, name: str, mask: ir.Value, values: ir.Value) -> None:
    """Write a field of a warp's state for some lanes."""
    merged = builder.select(mask, values, lanes_of(builder, warp, name))
    builder.store(merged, warp_pointer(builder, warp, name), align=4)


def waiting_for(builder: ir.IRBuilder, warp: ir.Value, reason: ir.Value) -> ir.Value:
    """Return which lanes wait for a reason."""
    return builder.icmp_unsigned("==", lanes_of(builder, warp, "waits"), reason)


def _wait(builder: ir.IRBuilder, warp: ir.Value, mask: ir.Value, reason: ir.Value, place: ir.Value) -> None:
    update(builder, warp, "waits", mask, reason)
    update(builder, warp, "resume", mask, splat(builder, place))


def let_run(builder: ir.IRBuilder, warp: ir.Value, mask: ir.Value) -> None:
    """Let waiting lanes run from where they are to go on."""
    update(builder, warp, "places", mask, lanes_of(builder, warp, "resume"))
    update(builder, warp, "waits", mask, splat_constant(Wait.NOTHING))


def define_gather_lanes(module: ir.Module) -> ir.Function:
    """Define (warp, place, active, members) -> the lanes that go on; the others wait at the place."""
    function, builder = defined(module, "gather_lanes", SIGNATURES["gather_lanes"])
    warp, place, active, members = function.args
    here = builder.icmp_unsigned("==", lanes_of(builder, warp, "resume"), splat(builder, place))
    waiting = builder.and_(here, waiting_for(builder, warp, splat_constant(Wait.COLLECTIVE)))
    candidates = builder.or_(active, bits(builder, waiting))
    absent = builder.and_(warp_field(builder, warp, "alive", I32), builder.not_(candidates))
    complete = _without(builder, members, absent)
    ready = builder.and_(candidates, bits(builder, complete))
    mask = mask_of(builder, candidates)
    _wait(builder, warp, mask, splat_constant(Wait.COLLECTIVE), place)
    update(builder, warp, "waits", mask_of(builder, ready), splat_constant(Wait.NOTHING))
    builder.ret(ready)
    return function


def _without(builder: ir.IRBuilder, members: ir.Value, absent: ir.Value) -> ir.Value:
    """Return which lanes have no absent member."""
    missing = builder.and_(members, splat(builder, absent))
    return builder.icmp_unsigned("==", missing, ir.Constant(WORDS, None))


def define_wait_for_block(module: ir.Module) -> ir.Function:
    """Define (warp, place, mask, barrier): the lanes wait at a barrier, to go on at the place."""
    function, builder = defined(module, "wait_for_block", SIGNATURES["wait_for_block"])
    warp, place, mask, barrier = function.args
    _wait(builder, warp, mask_of(builder, mask), splat(builder, barrier), place)
    builder.ret_void()
    return function


def _release_warp(builder: ir.IRBuilder, warp: ir.Value) -> None:
    """Let the lanes run all of whose members wait at the warp's barrier too, or have ended."""
    waiting = waiting_for(builder, warp, splat_constant(Wait.WARP_BARRIER))
    missing = builder.and_(warp_field(builder, warp, "alive", I32), builder.not_(bits(builder, waiting)))
    complete = _without(builder, lanes_of(builder, warp, "members"), missing)
    let_run(builder, warp, builder.and_(waiting, complete))


def define_wait_for_warp(module: ir.Module) -> ir.Function:
    """Define (warp, place, mask, members): the lanes wait for their members, to go on at the place."""
    function, builder = defined(module, "wait_for_warp", SIGNATURES["wait_for_warp"])
    warp, place, mask, members = function.args
    lanes = mask_of(builder, mask)
    _wait(builder, warp, lanes, splat_constant(Wait.WARP_BARRIER), place)
    update(builder, warp, "members", lanes, members)
    _release_warp(builder, warp)
    builder.ret_void()
    return function


def define_lanes_ended(module: ir.Module) -> ir.Function:
    """Define (warp): lanes have ended; those that wait look again who is missing."""
    function, builder = defined(module, "lanes_ended", SIGNATURES["lanes_ended"])
    (warp,) = function.args
    _release_warp(builder, warp)
    let_run(builder, warp, waiting_for(builder, warp, splat_constant(Wait.COLLECTIVE)))
    builder.ret_void()
    return function

"""Requests whose addresses are kept: the first two, and others at equal distances over all there are.

Where there is no more room, every second one but for the first two makes way, and the distance doubles: as
many as there is room for are kept of a short run, and at least half as many of a long one.
"""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import SAMPLE, offset_of
from gpuadvisor.emulator.native.runtime.signatures import VOID, defined
from gpuadvisor.emulator.native.state import site_field, site_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
    I32,
    I64,
    LONGS,
    POINTER,
    constant,
    counted_loop,
    field,
    intrinsic,
)

_LEADING = 2


def define_keep_sample(module: ir.Module) -> ir.Function:
    """Define (site, addresses, mask): keep a request's addresses and choose the next to be kept."""
    function, builder = defined(module, "keep_sample", ir.FunctionType(VOID, [POINTER, LONGS, I32]))
    site, addresses, mask = function.args
    room = site_field(builder, site, "sample_rows", I64)
    full = builder.icmp_unsigned("==", site_field(builder, site, "samples", I64), room)
    with builder.if_then(full):
        _thin_out(builder, site, room)
    kept = site_field(builder, site, "samples", I64)
    row = _row(builder, site, kept)
    builder.store(addresses, field(builder, row, offset_of(SAMPLE, "addresses")), align=8)
    builder.store(builder.zext(mask, I64), field(builder, row, offset_of(SAMPLE, "mask")), align=8)
    builder.store(builder.add(kept, constant(1, I64)), site_pointer(builder, site, "samples"))
    gap = site_field(builder, site, "sample_gap", I64)
    builder.store(gap, site_pointer(builder, site, "until_sample"))
    builder.ret_void()
    return function


def _row(builder: ir.IRBuilder, site: ir.Value, number: ir.Value) -> ir.Value:
    """Return the address of a kept request."""
    start = builder.load(site_pointer(builder, site, "sample_start"), typ=POINTER)
    return field(builder, start, builder.mul(number, constant(SAMPLE.itemsize, I64)))


def _thin_out(builder: ir.IRBuilder, site: ir.Value, room: ir.Value) -> None:
    """Drop every second request behind the first two; their number is even."""
    left = builder.lshr(builder.sub(room, constant(_LEADING, I64)), constant(1, I64))
    copy = intrinsic(builder.module, "llvm.memmove.p0.p0.i64", VOID, [POINTER, POINTER, I64, I1])
    size = constant(SAMPLE.itemsize, I64)
    with counted_loop(builder, left) as number:
        target = builder.add(number, constant(_LEADING, I64))
        source = builder.add(target, number)
        rows = [_row(builder, site, place) for place in (target, source)]
        builder.call(copy, [*rows, size, constant(0, I1)])
    builder.store(builder.add(left, constant(_LEADING, I64)), site_pointer(builder, site, "samples"))
    gap = site_field(builder, site, "sample_gap", I64)
    builder.store(builder.shl(gap, constant(1, I64)), site_pointer(builder, site, "sample_gap"))

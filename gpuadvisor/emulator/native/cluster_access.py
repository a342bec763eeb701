"""Requests to the shared memory of a cluster's blocks (see `clusters`), checked and counted.

They count as they would within a block: by the address that the thread has.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.clusters import RANK_SHIFT
from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.lowering.functions import call_shared
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.state import note_fault, site_field, word
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LONGS,
    bits,
    constant,
    field,
    first_lane,
    local,
    splat,
    splat_constant,
)

_OFFSET_BITS = (1 << RANK_SHIFT) - 1
_ONE = splat_constant(1, I64)


def located(builder: ir.IRBuilder, context: ir.Value, addresses: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Return the offsets of addresses in their blocks' shared memory, and where they lie in this process.

    An address that names no block of the cluster, as all of a block alone, stays as it is: far outside of any
    shared memory.
    """
    of_cluster, own, stride, first = (
        splat(builder, word(builder, context, name))
        for name in (Word.CLUSTER_BLOCKS, Word.CLUSTER_RANK, Word.SHARED_STRIDE, Word.CLUSTER_SHARED)
    )
    named = builder.sub(builder.lshr(addresses, splat_constant(RANK_SHIFT, I64)), _ONE)
    several = builder.icmp_unsigned(">", of_cluster, _ONE)
    inside = builder.and_(several, builder.icmp_unsigned("<", named, of_cluster))
    ranks = builder.select(inside, named, own)
    low = builder.and_(addresses, splat_constant(_OFFSET_BITS, I64))
    offsets = builder.select(inside, low, addresses)
    return offsets, builder.add(builder.add(first, builder.mul(ranks, stride)), offsets)


def access_cluster(
    builder: ir.IRBuilder,
    context: ir.Value,
    site: ir.Value,
    addresses: ir.Value,
    mask: ir.Value,
    places: ir.Value,
) -> ir.Value:
    """Check and count a request; return what `access_shared` does.

    `places`, 32 words, gets where the bytes of all lanes lie in this process.
    """
    return call_shared(builder, "access_cluster", I64, [context, site, addresses, mask, places], _access)


def first_place(builder: ir.IRBuilder, places: ir.Value, mask: ir.Value) -> ir.Value:
    """Return where the bytes of the first of the lanes lie."""
    cell = builder.zext(builder.shl(first_lane(builder, mask), constant(3)), I64)
    return builder.load(field(builder, places, cell), typ=I64)


def _access(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    """Emit the function; most requests stay within the block."""
    context, site, addresses, mask, places = arguments
    kept = local(builder, LONGS)
    beyond = builder.icmp_unsigned(">", addresses, splat_constant(_OFFSET_BITS, I64))
    far = builder.icmp_unsigned("!=", builder.and_(bits(builder, beyond), mask), constant(0))
    with builder.if_else(far) as (remote, near):
        with remote:
            offsets, found = located(builder, context, addresses)
            builder.store(offsets, kept)
            builder.store(found, places)
        with near:
            own = splat(builder, word(builder, context, Word.SHARED))
            builder.store(addresses, kept)
            builder.store(builder.add(addresses, own), places)
    _check(builder, context, site, builder.load(kept, typ=LONGS), mask, addresses)
    return builder.call(declared(builder.module, "access_shared"), [context, site, addresses, mask])


def _check(
    builder: ir.IRBuilder,
    context: ir.Value,
    site: ir.Value,
    offsets: ir.Value,
    mask: ir.Value,
    addresses: ir.Value,
) -> None:
    """Note the request and return where bytes lie outside of a block's shared memory."""
    size = builder.shl(constant(1, I64), builder.zext(site_field(builder, site, "size_shift", I32), I64))
    available = word(builder, context, Word.SHARED_BYTES)
    fits = builder.icmp_unsigned(">=", available, size)
    room = builder.add(builder.sub(available, size), constant(1, I64))
    limit = builder.select(fits, room, constant(0, I64))
    outside = builder.icmp_unsigned(">=", offsets, splat(builder, limit))
    bad = builder.and_(bits(builder, outside), mask)
    with builder.if_then(builder.icmp_unsigned("!=", bad, constant(0)), likely=False):
        note_fault(builder, context, builder.ptrtoint(site, I64), mask, addresses)
        builder.ret(constant(-1, I64))

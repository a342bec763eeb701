"""Parameters reached through an address: the kernel's, and above them those of device functions."""

from llvmlite import ir

from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.state import note_fault, word
from gpuadvisor.emulator.native.vectors import I64, bits, constant, splat, splat_constant
from gpuadvisor.emulator.program import Function


def takes_parameter_addresses(function: Function) -> bool:
    """Return whether generic addresses may point to parameters."""
    return any(
        instruction.opcode == "cvta" and any(word.startswith("param") for word in instruction.modifiers)
        for instruction in function.instructions
    )


def parameter_places(
    lanes: Lanes,
    site: ir.Value,
    size_bytes: int,
    addresses: ir.Value,
    mask: ir.Value,
    own: ir.Value,
) -> ir.Value:
    """Emit the checks of a request; return where its lanes' bytes lie. `own` are the threads' parameters."""
    builder, layout, context = lanes.builder, lanes.layout, lanes.warp.context
    of_kernel = builder.icmp_unsigned("<", addresses, splat_constant(FRAME_BASE, I64))
    offsets = builder.sub(addresses, splat_constant(FRAME_BASE, I64))
    outside = builder.select(
        of_kernel,
        _outside(builder, addresses, size_bytes, layout.parameter_bytes),
        _outside(builder, offsets, size_bytes, layout.frame_bytes),
    )
    low_bits = builder.and_(addresses, splat_constant(size_bytes - 1, I64))
    skewed = builder.icmp_unsigned("!=", low_bits, splat_constant(0, I64))
    bad = builder.and_(bits(builder, builder.or_(outside, skewed)), mask)
    with builder.if_then(builder.icmp_unsigned("!=", bad, constant(0)), likely=False):
        note_fault(builder, context, builder.ptrtoint(site, I64), mask, addresses)
        builder.ret(constant(Status.BAD_ADDRESS))
    start = splat(builder, word(builder, context, Word.PARAMETERS))
    return builder.select(of_kernel, builder.add(start, addresses), builder.add(own, offsets))


def _outside(builder: ir.IRBuilder, offsets: ir.Value, size_bytes: int, limit: int) -> ir.Value:
    if size_bytes > limit:
        return splat_constant(1, ir.IntType(1))
    return builder.icmp_unsigned(">", offsets, splat_constant(limit - size_bytes, I64))

"""mapa, getctarank and isspacep in native code: addresses in the shared memory of a cluster's blocks.

Their form is told in `clusters`.
"""

from llvmlite import ir

from gpuadvisor.emulator.clusters import RANK_SHIFT
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.requests import Requester
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.vectors import I32, I64, LONGS, WORDS, bits, constant, splat, splat_constant
from gpuadvisor.emulator.native.warp import Warp
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.registers import Unsupported

_RANK_BITS = 0xFF << RANK_SHIFT


def emit_map_address(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit mapa: the address of the same variable in the block of a rank."""
    builder, kind = lanes.builder, instruction.types[0]
    ranks = lanes.read(instruction.operands[2], "u32")
    blocks = splat(builder, builder.trunc(word(builder, lanes.warp.context, Word.CLUSTER_BLOCKS), I32))
    wrong = builder.and_(bits(builder, builder.icmp_unsigned(">=", ranks, blocks)), lanes.on)
    requester.refuse(Status.NO_RANK, wrong, builder.zext(ranks, LONGS))
    addresses = lanes.read(instruction.operands[1], kind)
    lanes.write(instruction.operands[0], kind, mapped(lanes.warp, addresses, ranks))


def mapped(warp: Warp, addresses: ir.Value, ranks: ir.Value) -> ir.Value:
    """Return addresses, <32 x i32> or <32 x i64>, in the blocks of ranks; a block alone is its own."""
    builder, element = warp.builder, addresses.type.element
    wide = ranks if element.width == I32.width else builder.zext(ranks, addresses.type)
    numbers = builder.add(wide, splat_constant(1, element))
    named = builder.shl(numbers, splat_constant(RANK_SHIFT, element))
    rest = builder.and_(addresses, splat_constant(~_RANK_BITS & ((1 << element.width) - 1), element))
    return builder.select(_is_alone(warp), addresses, builder.or_(rest, named))


def _is_alone(warp: Warp) -> ir.Value:
    blocks = word(warp.builder, warp.context, Word.CLUSTER_BLOCKS)
    return warp.builder.icmp_unsigned("==", blocks, constant(1, I64))


def emit_rank(lanes: Lanes, instruction: Instruction) -> None:
    """Emit getctarank: the rank of the block that an address of shared memory lies in."""
    kind = instruction.types[0]
    if width_of(kind) not in (32, 64):
        raise Unsupported("an address of this type")
    addresses = lanes.read(instruction.operands[1], kind)
    lanes.write(instruction.operands[0], "u32", _ranks(lanes.warp, lanes.resize(addresses, "u64", 64)))


def _ranks(warp: Warp, addresses: ir.Value) -> ir.Value:
    """Return the ranks of the blocks that shared addresses, <32 x i64>, lie in, <32 x i32>."""
    builder = warp.builder
    low = builder.trunc(addresses, WORDS)
    numbers = builder.lshr(low, splat_constant(RANK_SHIFT))
    named = builder.icmp_unsigned("!=", numbers, splat_constant(0))
    return builder.select(named, builder.sub(numbers, splat_constant(1)), _own_rank(warp))


def _own_rank(warp: Warp) -> ir.Value:
    return splat(warp.builder, warp.builder.trunc(word(warp.builder, warp.context, Word.CLUSTER_RANK), I32))


def is_own(warp: Warp, offsets: ir.Value) -> ir.Value:
    """Return which offsets in the window of shared memory lie in that of the thread's own block."""
    own = warp.builder.icmp_unsigned("==", _ranks(warp, offsets), _own_rank(warp))
    return warp.builder.or_(own, splat(warp.builder, _is_alone(warp)))

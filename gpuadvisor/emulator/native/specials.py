"""Special registers in native code; what they hold is described in `emulator.specials`."""

from collections.abc import Callable

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.state import pointer, warp_field, word
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANE_NUMBERS,
    LANES,
    WORDS,
    constant,
    each,
    field,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.native.warp import Warp
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.specials import WAVE_CYCLES

_ALL = 0xFFFFFFFF
_INDEX = {"x": Word.INDEX_X, "y": Word.INDEX_Y, "z": Word.INDEX_Z}
_GRID = {"x": Word.GRID_X, "y": Word.GRID_Y, "z": Word.GRID_Z}
_BLOCK = {"x": Word.BLOCK_X, "y": Word.BLOCK_Y, "z": Word.BLOCK_Z}
_CLUSTER = {"x": Word.CLUSTER_X, "y": Word.CLUSTER_Y, "z": Word.CLUSTER_Z}
_WORDS = {
    **{f"%ctaid.{axis}": name for axis, name in _INDEX.items()},
    **{f"%nctaid.{axis}": name for axis, name in _GRID.items()},
    **{f"%ntid.{axis}": name for axis, name in _BLOCK.items()},
    "%nwarpid": Word.WARPS_PER_BLOCK,
    "%nsmid": Word.MULTIPROCESSORS,
    "%dynamic_smem_size": Word.DYNAMIC_SHARED_BYTES,
    "%total_smem_size": Word.SHARED_BYTES,
    "%envreg2": Word.WORKSPACE,
    **{f"%cluster_nctaid.{axis}": name for axis, name in _CLUSTER.items()},
    "%cluster_nctarank": Word.CLUSTER_BLOCKS,
    "%cluster_ctarank": Word.CLUSTER_RANK,
    "%is_explicit_cluster": Word.IS_CLUSTERED,
}
_CONSTANTS = {
    "%laneid": LANE_NUMBERS,
    "%lanemask_eq": each(I32, lambda lane: 1 << lane),
    "%lanemask_lt": each(I32, lambda lane: (1 << lane) - 1),
    "%lanemask_le": each(I32, lambda lane: (2 << lane) - 1),
    "%lanemask_gt": each(I32, lambda lane: _ALL & ~((2 << lane) - 1)),
    "%lanemask_ge": each(I32, lambda lane: _ALL & ~((1 << lane) - 1)),
}


_ZERO = frozenset(
    {
        *(f"%envreg{number}" for number in (0, *range(3, 32))),
        "%gridid",
    }
)


def special_value(warp: Warp, name: str) -> ir.Value:
    """Return a special register that `emulator.specials` knows: <32 x i32>, clocks of 64 bits <32 x i64>."""
    builder = warp.builder
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in _WORDS:
        return splat(builder, builder.trunc(word(builder, warp.context, _WORDS[name]), I32))
    if name.startswith("%tid."):
        return _thread_index(warp, "xyz".index(name[-1]))
    if name in _ZERO:
        return splat_constant(0)
    if name not in _COMPUTED:
        raise Unsupported(f"the special register {name}")
    return _COMPUTED[name](warp)


def _thread_index(warp: Warp, axis: int) -> ir.Value:
    builder = warp.builder
    warps = word(builder, warp.context, Word.WARPS_PER_BLOCK)
    number = builder.zext(warp_field(builder, warp.state, "number", I32), I64)
    row = builder.add(builder.mul(constant(axis, I64), warps), number)
    offset = builder.mul(row, constant(4 * LANES, I64))
    table = pointer(builder, warp.context, Word.THREAD_INDICES)
    return builder.load(field(builder, table, offset), typ=WORDS, align=4)


def _warp_number(warp: Warp) -> ir.Value:
    return splat(warp.builder, warp_field(warp.builder, warp.state, "number", I32))


def _multiprocessor(warp: Warp) -> ir.Value:
    builder = warp.builder
    block = word(builder, warp.context, Word.BLOCK)
    number = builder.urem(block, word(builder, warp.context, Word.MULTIPROCESSORS))
    return splat(builder, builder.trunc(number, I32))


def _cycles(warp: Warp) -> ir.Value:
    builder = warp.builder
    block = word(builder, warp.context, Word.BLOCK)
    wave = builder.udiv(block, word(builder, warp.context, Word.RESIDENT_BLOCKS))
    return builder.add(builder.mul(wave, constant(WAVE_CYCLES, I64)), warp.issued)


def _low(warp: Warp) -> ir.Value:
    return splat(warp.builder, warp.builder.trunc(_cycles(warp), I32))


def _high(warp: Warp) -> ir.Value:
    high = warp.builder.lshr(_cycles(warp), constant(32, I64))
    return splat(warp.builder, warp.builder.trunc(high, I32))


def _whole(warp: Warp) -> ir.Value:
    return splat(warp.builder, _cycles(warp))


def _by_cluster(number: Word, extent: Word, *, inside: bool) -> Callable[[Warp], ir.Value]:
    """Return how to get a number of blocks along an axis in clusters, or what is left of it inside of one."""

    def value(warp: Warp) -> ir.Value:
        builder = warp.builder
        blocks, of_cluster = (word(builder, warp.context, name) for name in (number, extent))
        found = builder.urem(blocks, of_cluster) if inside else builder.udiv(blocks, of_cluster)
        return splat(builder, builder.trunc(found, I32))

    return value


def _workspace_high(warp: Warp) -> ir.Value:
    builder = warp.builder
    high = builder.lshr(word(builder, warp.context, Word.WORKSPACE), constant(32, I64))
    return splat(builder, builder.trunc(high, I32))


_COMPUTED: dict[str, Callable[[Warp], ir.Value]] = {
    **{f"%clusterid.{axis}": _by_cluster(_INDEX[axis], _CLUSTER[axis], inside=False) for axis in "xyz"},
    **{f"%nclusterid.{axis}": _by_cluster(_GRID[axis], _CLUSTER[axis], inside=False) for axis in "xyz"},
    **{f"%cluster_ctaid.{axis}": _by_cluster(_INDEX[axis], _CLUSTER[axis], inside=True) for axis in "xyz"},
    "%warpid": _warp_number,
    "%envreg1": _workspace_high,
    "%smid": _multiprocessor,
    "%clock": _low,
    "%clock_hi": _high,
    "%clock64": _whole,
    "%globaltimer": _whole,
    "%globaltimer_lo": _low,
    "%globaltimer_hi": _high,
}

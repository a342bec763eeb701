"""What a request counts, as `counting` defines it: sectors, distinct bytes, passes through the banks."""

from collections.abc import Sequence
from functools import partial
from operator import xor

from llvmlite import ir

from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES
from gpuadvisor.emulator.counting.wavefronts import BANKS, WORD_BYTES
from gpuadvisor.emulator.native.abi import COUNTED, Kind
from gpuadvisor.emulator.native.runtime.signatures import VOID, defined
from gpuadvisor.emulator.native.state import site_field, site_pointer
from gpuadvisor.emulator.native.vectors import (
    FULL,
    I32,
    I64,
    LANE_NUMBERS,
    LANES,
    POINTER,
    WORDS,
    bits,
    constant,
    counted_loop,
    each_lane,
    field,
    local,
    mask_of,
    shuffled,
    smallest,
    splat,
    splat_constant,
)

SECTOR_SHIFT = SECTOR_BYTES.bit_length() - 1
_WORD_SHIFT = WORD_BYTES.bit_length() - 1
_HALF_WARP = (1 << LANES // 2) - 1


def define_first_of_kind(module: ir.Module) -> ir.Function:
    """Define (keys, mask) -> the active lanes whose key no lower active lane has."""
    function, builder = defined(module, "first_of_kind", ir.FunctionType(I32, [WORDS, I32]))
    keys, mask = function.args
    repeated: ir.Value = constant(0)
    for distance in range(1, LANES):
        below = shuffled(builder, keys, partial(_below, distance))
        same = bits(builder, builder.icmp_unsigned("==", keys, below))
        reaching = builder.shl(mask, constant(distance))
        repeated = builder.or_(repeated, builder.and_(same, reaching))
    builder.ret(builder.and_(mask, builder.not_(repeated)))
    return function


def _below(distance: int, lane: int) -> int:
    return max(lane - distance, 0)


def define_bank_passes(module: ir.Module) -> ir.Function:
    """Define (words, mask, words per lane) -> the most words of active lanes that fall into one bank."""
    function, builder = defined(module, "bank_passes", ir.FunctionType(I32, [WORDS, I32, I32]))
    words, mask, per_lane = function.args
    table = local(builder, WORDS)
    spilled = local(builder, WORDS)
    most = local(builder, I32)
    builder.store(ir.Constant(WORDS, None), table)
    builder.store(words, spilled)
    builder.store(constant(0), most)
    with each_lane(builder, mask) as lane:
        word = builder.load(_element(builder, spilled, lane), typ=I32)
        with counted_loop(builder, per_lane) as number:
            bank = builder.and_(builder.add(word, number), constant(BANKS - 1))
            cell = _element(builder, table, bank)
            filled = builder.add(builder.load(cell, typ=I32), constant(1))
            builder.store(filled, cell)
            builder.store(_maximum(builder, builder.load(most, typ=I32), filled), most)
    builder.ret(builder.load(most, typ=I32))
    return function


def _element(builder: ir.IRBuilder, base: ir.Value, index: ir.Value) -> ir.Value:
    return field(builder, base, builder.zext(builder.shl(index, constant(2)), I64))


def _maximum(builder: ir.IRBuilder, left: ir.Value, right: ir.Value) -> ir.Value:
    return builder.select(builder.icmp_unsigned(">", left, right), left, right)


def _divided_up(builder: ir.IRBuilder, value: ir.Value, shift: int) -> ir.Value:
    return builder.lshr(builder.add(value, constant((1 << shift) - 1)), constant(shift))


class _Request:
    """A request of which the counts are computed: the arguments of a counting function."""

    def __init__(self, module: ir.Module, name: str) -> None:
        self.function, self.builder = defined(
            module, name, ir.FunctionType(VOID, [POINTER, WORDS, WORDS, I32, I32])
        )
        self.site, self.positions, self.offsets, self.base, self.mask = self.function.args
        self._first_of_kind = module.globals["first_of_kind"]
        builder = self.builder
        self.size_shift = site_field(builder, self.site, "size_shift", I32)
        self.is_atomic = builder.icmp_unsigned(
            "!=", site_field(builder, self.site, "is_atomic", I32), constant(0)
        )
        self.active = builder.ctpop(self.mask)

    def tell_apart(self, starts: ir.Value) -> None:
        """Note the first lane at each position."""
        self.starts = starts
        self.distinct = self.builder.ctpop(starts)
        self.bytes = self.builder.shl(self.distinct, self.size_shift)

    def firsts_unless(self, known: ir.Value, instead: ir.Value, shift: ir.Value) -> ir.Value:
        """Return `firsts` of the whole request; `instead` where it is known to be the same."""
        builder = self.builder
        found = local(builder, I32)
        builder.store(instead, found)
        with builder.if_then(builder.not_(known)):
            builder.store(self.firsts(shift, self.mask), found)
        return builder.load(found, typ=I32)

    def firsts(self, shift: ir.Value, mask: ir.Value) -> ir.Value:
        """Return the first lane of each group whose positions, shifted right, are equal."""
        keys = self.builder.lshr(self.positions, splat(self.builder, shift))
        return self.builder.call(self._first_of_kind, [keys, mask])

    def finish(
        self, counted: Sequence[ir.Value], first_sector: ir.Value, sector_count: ir.Value
    ) -> ir.Function:
        """Bring the totals up to date and remember what requests like this one count."""
        builder, site = self.builder, self.site
        repeats = site_field(builder, site, "repeats", I64)
        for index, value in enumerate(counted):
            before = builder.mul(repeats, site_field(builder, site, "each", I64, index))
            total = builder.add(site_field(builder, site, "total", I64, index), before)
            builder.store(total, site_pointer(builder, site, "total", index))
            builder.store(builder.zext(value, I64), site_pointer(builder, site, "each", index))
        builder.store(constant(0, I64), site_pointer(builder, site, "repeats"))
        builder.store(self.offsets, site_pointer(builder, site, "offsets"), align=4)
        remembered = {
            "mask": self.mask,
            "base": self.base,
            "kind": self._kind(),
            "first_sector": first_sector,
            "sector_count": sector_count,
        }
        for name, value in remembered.items():
            builder.store(value, site_pointer(builder, site, name))
        builder.ret_void()
        return self.function

    def _kind(self) -> ir.Value:
        builder = self.builder
        steps = builder.shl(LANE_NUMBERS, splat(builder, self.size_shift))
        in_order = bits(builder, builder.icmp_unsigned("==", self.offsets, steps))
        consecutive = builder.icmp_unsigned("==", builder.and_(in_order, self.mask), FULL)
        same = builder.icmp_unsigned("==", self.distinct, constant(1))
        kind = builder.select(same, constant(Kind.SAME), constant(Kind.GENERAL))
        return builder.select(consecutive, constant(Kind.CONSECUTIVE), kind)


def define_count_global(module: ir.Module) -> ir.Function:
    """Define (site, positions, offsets from the first active lane, its position, mask)."""
    request = _Request(module, "count_global")
    builder = request.builder
    sectors = builder.ctpop(request.firsts(constant(SECTOR_SHIFT), request.mask))
    # Lanes that are all in different sectors are all at different positions.
    apart = builder.icmp_unsigned("==", sectors, request.active)
    request.tell_apart(request.firsts_unless(apart, request.mask, request.size_shift))
    counted = builder.select(request.is_atomic, request.active, sectors)
    inactive = builder.not_(mask_of(builder, request.mask))
    low = smallest(builder, builder.select(inactive, splat_constant(-1), request.positions))
    inverted = builder.select(inactive, splat_constant(-1), builder.not_(request.positions))
    high = builder.not_(smallest(builder, inverted))
    first, last = (builder.lshr(value, constant(SECTOR_SHIFT)) for value in (low, high))
    extent = builder.add(builder.sub(last, first), constant(1))
    gapless = builder.icmp_unsigned("==", extent, sectors)
    zero = constant(0)
    values = dict.fromkeys(COUNTED, zero) | {
        "requests": constant(1),
        "active_threads": request.active,
        "sectors": counted,
        "ideal_sectors": _divided_up(builder, request.bytes, SECTOR_SHIFT),
        "distinct_bytes": request.bytes,
    }
    relative = builder.sub(first, builder.lshr(request.base, constant(SECTOR_SHIFT)))
    return request.finish([*values.values()], relative, builder.select(gapless, extent, zero))


def define_count_shared(module: ir.Module) -> ir.Function:
    """Define (site, positions, offsets from the first active lane, its position, mask)."""
    request = _Request(module, "count_shared")
    builder = request.builder
    request.tell_apart(request.firsts(request.size_shift, request.mask))
    shift = _maximum(builder, request.size_shift, constant(_WORD_SHIFT))
    per_lane = builder.shl(constant(1), builder.sub(shift, constant(_WORD_SHIFT)))
    agree = builder.and_(_pairs_agree(request), builder.not_(request.is_atomic))
    halve = builder.and_(agree, builder.icmp_unsigned(">", per_lane, constant(1)))
    groups = builder.lshr(per_lane, builder.zext(halve, I32))
    wavefronts = _grouped_passes(request, shift, per_lane, groups)
    zero = constant(0)
    values = dict.fromkeys(COUNTED, zero) | {
        "requests": constant(1),
        "active_threads": request.active,
        "wavefronts": wavefronts,
        "ideal_wavefronts": _ideal_wavefronts(request, shift, per_lane),
        "distinct_bytes": request.bytes,
    }
    return request.finish([*values.values()], zero, zero)


def _pairs_agree(request: _Request) -> ir.Value:
    """Return whether lanes n and n^1, or n and n^2, are at the same position where both are active."""
    builder = request.builder
    agree: ir.Value = ir.Constant(ir.IntType(1), 0)
    for distance in (1, 2):
        partner = shuffled(builder, request.positions, partial(xor, distance))
        mask = mask_of(builder, request.mask)
        both = builder.and_(mask, shuffled(builder, mask, partial(xor, distance)))
        apart = builder.and_(both, builder.icmp_unsigned("!=", request.positions, partner))
        none = builder.icmp_unsigned("==", bits(builder, apart), constant(0))
        agree = builder.or_(agree, none)
    return agree


def _grouped_passes(request: _Request, shift: ir.Value, per_lane: ir.Value, groups: ir.Value) -> ir.Value:
    """Return the sum over equal parts of the warp of the passes that each needs."""
    builder = request.builder
    total = local(builder, I32)
    builder.store(constant(0), total)
    words = builder.lshr(request.positions, splat_constant(_WORD_SHIFT))
    lanes_each = builder.udiv(constant(LANES), groups)
    lanes_mask = builder.lshr(FULL, builder.sub(constant(LANES), lanes_each))
    passes = builder.module.globals["bank_passes"]
    with counted_loop(builder, groups) as number:
        part = builder.and_(request.mask, builder.shl(lanes_mask, builder.mul(number, lanes_each)))
        counted = builder.select(request.is_atomic, part, request.firsts(shift, part))
        needed = builder.call(passes, [words, counted, per_lane])
        builder.store(builder.add(builder.load(total, typ=I32), needed), total)
    return builder.load(total, typ=I32)


def _ideal_wavefronts(request: _Request, shift: ir.Value, per_lane: ir.Value) -> ir.Value:
    builder = request.builder
    whole_words = builder.icmp_unsigned("==", shift, request.size_shift)
    starts = request.firsts_unless(whole_words, request.starts, shift)
    words = builder.mul(builder.ctpop(starts), per_lane)
    fewest = _divided_up(builder, words, BANKS.bit_length() - 1)
    halves: ir.Value = constant(0)
    for half in (_HALF_WARP, _HALF_WARP << LANES // 2):
        present = builder.icmp_unsigned("!=", builder.and_(request.mask, constant(half)), constant(0))
        halves = builder.add(halves, builder.zext(present, I32))
    wide = builder.icmp_unsigned(">=", request.size_shift, constant(4))
    return builder.select(wide, _maximum(builder, fewest, halves), fewest)

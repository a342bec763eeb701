"""Checked and counted requests to global, shared and local memory."""

from llvmlite import ir

from gpuadvisor.emulator.memory import BASE_ADDRESS
from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.runtime.counts import SECTOR_SHIFT
from gpuadvisor.emulator.native.runtime.signatures import SIGNATURES, defined
from gpuadvisor.emulator.native.state import note_fault, pointer, site_field, site_pointer, word
from gpuadvisor.emulator.native.vectors import (
    FULL,
    I8,
    I32,
    I64,
    LANES,
    LONGS,
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
    splat,
    splat_constant,
)

_SECTOR_PERIOD = 32
_BANK_PERIOD = 4
"""Moved by a multiple of so many bytes, a request counts the same: moving by words rotates the banks."""
_FAILED = constant(-1, I64)


class _Access:
    """One access function under construction."""

    def __init__(self, module: ir.Module, name: str) -> None:
        self.module = module
        self.function, self.builder = defined(module, name, SIGNATURES[name])
        self.context, self.site, self.addresses, self.mask = self.function.args
        self.size_shift = self.field("size_shift", I32)
        self.size = self.builder.shl(constant(1, I64), self.builder.zext(self.size_shift, I64))

    def field(self, name: str, kind: ir.Type) -> ir.Value:
        """Return the value of a field of the site."""
        return site_field(self.builder, self.site, name, kind)

    def misaligned(self) -> ir.Value:
        """Return which lanes' addresses are not multiples of the size."""
        builder = self.builder
        low_bits = splat(builder, builder.sub(self.size, constant(1, I64)))
        return builder.icmp_unsigned("!=", builder.and_(self.addresses, low_bits), ir.Constant(LONGS, None))

    def active(self, lanes: ir.Value) -> ir.Value:
        """Return the active ones of some lanes, as bits."""
        return self.builder.and_(bits(self.builder, lanes), self.mask)

    def fail(self) -> None:
        """Note the request for the message, and return."""
        place = self.builder.ptrtoint(self.site, I64)
        note_fault(self.builder, self.context, place, self.mask, self.addresses)
        self.builder.ret(_FAILED)

    def check_below(self, size_word: Word) -> None:
        """Fail unless all bytes lie below the size of the space."""
        builder = self.builder
        available = word(builder, self.context, size_word)
        fits = builder.icmp_unsigned(">=", available, self.size)
        room = builder.add(builder.sub(available, self.size), constant(1, I64))
        limit = builder.select(fits, room, constant(0, I64))
        outside = builder.icmp_unsigned(">=", self.addresses, splat(builder, limit))
        bad = self.active(builder.or_(outside, self.misaligned()))
        with builder.if_then(builder.icmp_unsigned("!=", bad, constant(0)), likely=False):
            self.fail()

    def sample(self) -> None:
        """Keep the addresses of a request now and then."""
        builder = self.builder
        left = builder.sub(self.field("until_sample", I64), constant(1, I64))
        builder.store(left, site_pointer(builder, self.site, "until_sample"))
        with builder.if_then(builder.icmp_unsigned("==", left, constant(0, I64)), likely=False):
            builder.call(self.module.globals["keep_sample"], [self.site, self.addresses, self.mask])

    def trace(self) -> None:
        """Keep the request if the block is traced."""
        builder = self.builder
        tracing = word(builder, self.context, Word.TRACING)
        with builder.if_then(builder.icmp_unsigned("!=", tracing, constant(0, I64)), likely=False):
            arguments = [self.context, self.site, self.addresses, self.mask]
            builder.call(self.module.globals["keep_trace"], arguments)

    def count(self, positions: ir.Value, period: int, counter: str) -> ir.Value:
        """Count the request, as the last one if it looks the same; return its first lane's position."""
        builder = self.builder
        spilled = local(builder, WORDS)
        builder.store(positions, spilled)
        lane = builder.zext(builder.shl(first_lane(builder, self.mask), constant(2)), I64)
        base = builder.load(field(builder, spilled, lane), typ=I32)
        offsets = builder.sub(positions, splat(builder, base))
        known = builder.load(site_pointer(builder, self.site, "offsets"), typ=WORDS, align=4)
        same = bits(builder, builder.icmp_unsigned("==", offsets, known))
        equal = builder.icmp_unsigned("==", builder.or_(same, builder.not_(self.mask)), FULL)
        shifted = builder.and_(builder.xor(base, self.field("base", I32)), constant(period - 1))
        aligned = builder.icmp_unsigned("==", shifted, constant(0))
        masked = builder.icmp_unsigned("==", self.mask, self.field("mask", I32))
        repeated = builder.and_(equal, builder.and_(aligned, masked))
        with builder.if_then(builder.not_(repeated), likely=False):
            arguments = [self.site, positions, offsets, base, self.mask]
            builder.call(self.module.globals[counter], arguments)
        add_to(builder, site_pointer(builder, self.site, "repeats"), constant(1, I64))
        return base

    def finish(self, base: ir.Value, kind: ir.Value) -> ir.Function:
        """Return where and how the lanes lie."""
        builder = self.builder
        shifted = builder.shl(builder.zext(base, I64), constant(2, I64))
        builder.ret(builder.or_(shifted, builder.zext(kind, I64)))
        return self.function


def define_keep_trace(module: ir.Module) -> ir.Function:
    """Define (context, site, addresses, mask): keep a request of a traced block (see `counting.trace`)."""
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, LONGS, I32])
    function, builder = defined(module, "keep_trace", kind)
    context, site, addresses, mask = function.args
    slot = builder.zext(site_field(builder, site, "trace_slot", I32), I64)
    with builder.if_then(builder.icmp_unsigned("!=", slot, constant(0, I64))):
        rows = builder.mul(builder.sub(slot, constant(1, I64)), word(builder, context, Word.WARPS_PER_BLOCK))
        number = builder.add(rows, word(builder, context, Word.WARP))
        offset = builder.mul(number, word(builder, context, Word.TRACE_WARP_BYTES))
        kept = field(builder, pointer(builder, context, Word.TRACING), offset)
        _keep(builder, kept, word(builder, context, Word.TRACE_REQUESTS), addresses, mask)
    builder.ret_void()
    return function


def _keep(
    builder: ir.IRBuilder, kept: ir.Value, limit: ir.Value, addresses: ir.Value, mask: ir.Value
) -> None:
    """Add a request to those of a warp, laid out as `counting.trace.warp_record` says."""
    number = builder.load(kept, typ=I64)
    builder.store(builder.add(number, constant(1, I64)), kept)
    with builder.if_then(builder.icmp_unsigned("<", number, limit)):
        row_bytes = constant(8 * LANES, I64)
        row = builder.add(constant(8, I64), builder.mul(number, row_bytes))
        builder.store(addresses, field(builder, kept, row), align=8)
        masks = builder.add(constant(8, I64), builder.mul(limit, row_bytes))
        cell = builder.add(masks, builder.mul(number, constant(8, I64)))
        builder.store(builder.zext(mask, I64), field(builder, kept, cell))


def define_find_buffers(module: ir.Module) -> ir.Function:
    """Define (context, site, addresses, mask) -> whether each active lane's bytes lie in one buffer."""
    kind = ir.FunctionType(ir.IntType(1), [POINTER, POINTER, LONGS, I32])
    function, builder = defined(module, "find_buffers", kind)
    context, site, addresses, mask = function.args
    spilled, missing = local(builder, LONGS), local(builder, I32)
    builder.store(addresses, spilled)
    builder.store(mask, missing)
    size = site_field(builder, site, "first_bytes", I64)
    starts, ends = pointer(builder, context, Word.BUFFER_STARTS), pointer(builder, context, Word.BUFFER_ENDS)
    with each_lane(builder, mask) as lane:
        cell = builder.zext(builder.shl(lane, constant(3)), I64)
        address = builder.load(field(builder, spilled, cell), typ=I64)
        with counted_loop(builder, word(builder, context, Word.BUFFERS)) as number:
            entry = builder.shl(number, constant(3, I64))
            start = builder.load(field(builder, starts, entry), typ=I64)
            room = builder.sub(builder.load(field(builder, ends, entry), typ=I64), start)
            span = builder.add(builder.sub(room, size), constant(1, I64))
            behind = builder.icmp_unsigned("<", builder.sub(address, start), span)
            found = builder.and_(behind, builder.icmp_unsigned(">=", room, size))
            with builder.if_then(found):
                builder.store(start, site_pointer(builder, site, "low"))
                builder.store(span, site_pointer(builder, site, "span"))
                here = builder.not_(builder.shl(constant(1), lane))
                builder.store(builder.and_(builder.load(missing, typ=I32), here), missing)
    builder.ret(builder.icmp_unsigned("==", builder.load(missing, typ=I32), constant(0)))
    return function


def define_touch(module: ir.Module) -> ir.Function:
    """Define (flags, site, positions, base, mask): flag the sectors of a request that was just counted."""
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, WORDS, I32, I32])
    function, builder = defined(module, "touch", kind)
    flags, site, positions, base, mask = function.args
    count = site_field(builder, site, "sector_count", I32)
    one = constant(1, I8)
    spilled = local(builder, WORDS)
    with builder.if_else(builder.icmp_unsigned("!=", count, constant(0))) as (gapless, scattered):
        with gapless:
            sector = builder.lshr(base, constant(SECTOR_SHIFT))
            first = builder.add(sector, site_field(builder, site, "first_sector", I32))
            with counted_loop(builder, count) as number:
                builder.store(one, field(builder, flags, builder.zext(builder.add(first, number), I64)))
        with scattered:
            builder.store(builder.lshr(positions, splat_constant(SECTOR_SHIFT)), spilled)
            with each_lane(builder, mask) as lane:
                cell = builder.zext(builder.shl(lane, constant(2)), I64)
                sector = builder.load(field(builder, spilled, cell), typ=I32)
                builder.store(one, field(builder, flags, builder.zext(sector, I64)))
    builder.ret_void()
    return function


def define_access_global(module: ir.Module) -> ir.Function:
    """Define `access_global`; constants lie in global memory too."""
    access = _Access(module, "access_global")
    builder = access.builder
    distance = builder.sub(access.addresses, splat(builder, access.field("low", I64)))
    outside = builder.icmp_unsigned(">=", distance, splat(builder, access.field("span", I64)))
    unknown = builder.icmp_unsigned("!=", access.active(outside), constant(0))
    skewed = builder.icmp_unsigned("!=", access.active(access.misaligned()), constant(0))
    with builder.if_then(builder.or_(unknown, skewed), likely=False):
        arguments = [access.context, access.site, access.addresses, access.mask]
        inside = builder.call(module.globals["find_buffers"], arguments)
        with builder.if_then(builder.or_(skewed, builder.not_(inside)), likely=False):
            access.fail()
    positions = builder.trunc(builder.sub(access.addresses, splat_constant(BASE_ADDRESS, I64)), WORDS)
    access.sample()
    access.trace()
    base = access.count(positions, _SECTOR_PERIOD, "count_global")
    for flag, flags in (("loaded", Word.LOADED), ("stored", Word.STORED)):
        with builder.if_then(builder.icmp_unsigned("!=", access.field(flag, I32), constant(0))):
            arguments = [pointer(builder, access.context, flags), access.site, positions, base, access.mask]
            builder.call(module.globals["touch"], arguments)
    return access.finish(base, access.field("kind", I32))


def define_access_shared(module: ir.Module) -> ir.Function:
    """Define `access_shared`."""
    access = _Access(module, "access_shared")
    access.check_below(Word.SHARED_END)
    positions = access.builder.trunc(access.addresses, WORDS)
    access.sample()
    access.trace()
    base = access.count(positions, _BANK_PERIOD, "count_shared")
    return access.finish(base, access.field("kind", I32))


def define_access_local(module: ir.Module) -> ir.Function:
    """Define `access_local`, which counts requests and threads only."""
    access = _Access(module, "access_local")
    builder = access.builder
    access.check_below(Word.LOCAL_BYTES)
    access.sample()
    add_to(builder, site_pointer(builder, access.site, "total"), constant(1, I64))
    threads = builder.zext(builder.ctpop(access.mask), I64)
    add_to(builder, site_pointer(builder, access.site, "total", 1), threads)
    return access.finish(constant(0), constant(0))

"""What a request for texels counts, as `emulator.counting.texels` defines it."""

from llvmlite import ir

from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES
from gpuadvisor.emulator.native.abi import WORD_BYTES, Word
from gpuadvisor.emulator.native.runtime.signatures import VOID, defined
from gpuadvisor.emulator.native.state import pointer
from gpuadvisor.emulator.native.textures.abi import IMAGE_COUNTED
from gpuadvisor.emulator.native.textures.signatures import (
    SIGNATURES,
    WORDS_BYTES,
    image_field,
    image_site_field,
    image_site_pointer,
)
from gpuadvisor.emulator.native.vectors import (
    I1,
    I8,
    I32,
    I64,
    POINTER,
    WORDS,
    add_to,
    bits,
    constant,
    counted_loop,
    each_lane,
    field,
    first_lane,
    intrinsic,
    local,
    splat,
)

_SECTOR_SHIFT = SECTOR_BYTES.bit_length() - 1
_SLOT_BITS = 9
"""Twice as many slots as there can be texels or sectors."""
_SET = ir.ArrayType(I32, 1 << _SLOT_BITS)
_MIXER = 2654435761
"""2**32 divided by the golden ratio (D. Knuth, The Art of Computer Programming, 6.4)."""


def define_insert(module: ir.Module) -> ir.Function:
    """Define (set, number) -> whether the set, a hash table of numbers plus one, did not have it."""
    function, builder = defined(module, "insert", ir.FunctionType(I1, [POINTER, I32]))
    table, number = function.args
    key = builder.add(number, constant(1))
    mixed = builder.mul(number, constant(_MIXER))
    first = builder.lshr(mixed, constant(32 - _SLOT_BITS))
    entry = builder.block
    look, other, free, found = (
        builder.append_basic_block(name) for name in ("look", "other", "free", "found")
    )
    builder.branch(look)
    builder.position_at_end(look)
    slot = builder.phi(I32)
    slot.add_incoming(first, entry)
    cell = field(builder, table, builder.zext(builder.shl(slot, constant(2)), I64))
    held = builder.load(cell, typ=I32)
    switch = builder.switch(held, other)
    switch.add_case(constant(0), free)
    builder.position_at_end(other)
    following = builder.and_(builder.add(slot, constant(1)), constant((1 << _SLOT_BITS) - 1))
    slot.add_incoming(following, other)
    builder.cbranch(builder.icmp_unsigned("==", held, key), found, look)
    builder.position_at_end(free)
    builder.store(key, cell)
    builder.ret(constant(1, I1))
    builder.position_at_end(found)
    builder.ret(constant(0, I1))
    return function


def define_count_texels(module: ir.Module) -> ir.Function:
    """Define (context, site, image, positions, insides, taps, mask, size): count a request.

    Each tap has `positions`, <32 x i32>, of accesses of `size` bytes, and the lanes whose access is inside.
    """
    function, builder = defined(module, "count_texels", SIGNATURES["count_texels"])
    count = _Count(function, builder)
    count.add_threads()
    with builder.if_then(count.touches()):
        count.note_image()
        with builder.if_then(builder.not_(count.repeats()), likely=False):
            count.count_again()
        count.add_repeated()
        count.touch(Word.LOADED, "loads")
        count.touch(Word.STORED, "stores")
    builder.ret_void()
    return function


class _Count:
    """The function under construction."""

    def __init__(self, function: ir.Function, builder: ir.IRBuilder) -> None:
        self._builder = builder
        self._insert = function.module.globals["insert"]
        self._clear = intrinsic(function.module, "llvm.memset.p0.i64", VOID, [POINTER, I8, I64, I1])
        self._context, self._site, self._image = function.args[:3]
        self._positions, self._insides, self._taps, self._mask, self._size = function.args[3:]
        self._flag = local(builder, I32)
        self._texels, self._sectors = (local(builder, _SET) for _ in range(2))
        first = local(builder, WORDS)
        builder.store(builder.load(self._positions, typ=WORDS), first)
        lane = builder.shl(first_lane(builder, self._mask), constant(2))
        self._base = builder.load(field(builder, first, builder.zext(lane, I64)), typ=I32)

    def add_threads(self) -> None:
        """Count the request and its threads, and how much each of them touches."""
        builder = self._builder
        add_to(builder, self._counted("total", "requests"), constant(1, I64))
        threads = builder.zext(builder.ctpop(self._mask), I64)
        add_to(builder, self._counted("total", "active_threads"), threads)
        most = image_site_field(builder, self._site, "largest_bytes")
        larger = builder.icmp_unsigned(">", self._size, most)
        kept = image_site_pointer(builder, self._site, "largest_bytes")
        builder.store(builder.select(larger, self._size, most), kept)

    def touches(self) -> ir.Value:
        """Return whether any lane's texel exists."""
        builder = self._builder
        builder.store(constant(0), self._flag)
        with counted_loop(builder, self._taps) as tap:
            builder.store(builder.or_(builder.load(self._flag, typ=I32), self._inside(tap)), self._flag)
        return builder.icmp_unsigned("!=", builder.load(self._flag, typ=I32), constant(0))

    def note_image(self) -> None:
        """Keep the lowest image."""
        builder = self._builder
        start = image_field(builder, self._image, "position", I64)
        lowest = image_site_field(builder, self._site, "lowest", I64)
        lower = builder.icmp_unsigned("<", start, lowest)
        kept = image_site_pointer(builder, self._site, "lowest")
        builder.store(builder.select(lower, start, lowest), kept)

    def repeats(self) -> ir.Value:
        """Return whether the request is that which was counted last, but for a distance of whole sectors."""
        builder = self._builder
        distance = builder.xor(self._base, image_site_field(builder, self._site, "base"))
        differs = builder.or_(
            builder.and_(distance, constant(SECTOR_BYTES - 1)),
            builder.or_(
                builder.xor(self._taps, image_site_field(builder, self._site, "taps")),
                builder.xor(self._size, image_site_field(builder, self._site, "size")),
            ),
        )
        builder.store(differs, self._flag)
        with counted_loop(builder, self._taps) as tap:
            inside = self._inside(tap)
            offsets = builder.icmp_unsigned("!=", self._offsets(tap), self._kept_offsets(tap))
            moved = builder.and_(bits(builder, offsets), inside)
            others = builder.xor(inside, builder.load(self._kept_inside(tap), typ=I32))
            both = builder.or_(moved, others)
            builder.store(builder.or_(builder.load(self._flag, typ=I32), both), self._flag)
        return builder.icmp_unsigned("==", builder.load(self._flag, typ=I32), constant(0))

    def count_again(self) -> None:
        """Count and keep the request."""
        builder = self._builder
        for name, value in (("base", self._base), ("taps", self._taps), ("size", self._size)):
            builder.store(value, image_site_pointer(builder, self._site, name))
        builder.store(constant(0), image_site_pointer(builder, self._site, "sector_count"))
        texels = local(builder, I64)
        builder.store(constant(0, I64), texels)
        for table in (self._texels, self._sectors):
            length = constant(4 << _SLOT_BITS, I64)
            builder.call(self._clear, [table, constant(0, I8), length, constant(0, I1)])
        with counted_loop(builder, self._taps) as tap:
            builder.store(self._inside(tap), self._kept_inside(tap))
            builder.store(self._offsets(tap), self._kept_offset_cell(tap), align=4)
            self._count_tap(tap, texels)
        distinct = builder.mul(builder.load(texels, typ=I64), builder.zext(self._size, I64))
        ideal = builder.add(distinct, constant(SECTOR_BYTES - 1, I64))
        sectors = builder.zext(image_site_field(builder, self._site, "sector_count"), I64)
        counted = {
            "sectors": sectors,
            "ideal_sectors": builder.lshr(ideal, constant(_SECTOR_SHIFT, I64)),
            "distinct_bytes": distinct,
        }
        for name, value in counted.items():
            builder.store(value, self._counted("each", name))

    def _count_tap(self, tap: ir.Value, texels: ir.Value) -> None:
        """Add the texels of a tap that no tap had before, and their sectors."""
        builder = self._builder
        with each_lane(builder, self._inside(tap)) as lane:
            row = field(builder, self._positions, builder.mul(tap, constant(WORDS_BYTES)))
            position = builder.load(field(builder, row, builder.shl(lane, constant(2))), typ=I32)
            with builder.if_then(builder.call(self._insert, [self._texels, position])):
                add_to(builder, texels, constant(1, I64))
                last = builder.sub(builder.add(position, self._size), constant(1))
                first_sector, last_sector = (
                    builder.lshr(place, constant(_SECTOR_SHIFT)) for place in (position, last)
                )
                number = builder.add(builder.sub(last_sector, first_sector), constant(1))
                with counted_loop(builder, number) as step:
                    self._add_sector(builder.add(first_sector, step))

    def _add_sector(self, sector: ir.Value) -> None:
        builder = self._builder
        with builder.if_then(builder.call(self._insert, [self._sectors, sector])):
            count = image_site_field(builder, self._site, "sector_count")
            distance = builder.sub(sector, builder.lshr(self._base, constant(_SECTOR_SHIFT)))
            builder.store(distance, self._sector(count))
            following = builder.add(count, constant(1))
            builder.store(following, image_site_pointer(builder, self._site, "sector_count"))

    def add_repeated(self) -> None:
        """Add what the request counts that was counted last."""
        for name in IMAGE_COUNTED[2:]:
            each = self._builder.load(self._counted("each", name), typ=I64)
            add_to(self._builder, self._counted("total", name), each)

    def touch(self, flags: Word, wanted: str) -> None:
        """Flag the sectors if the instruction does that to them."""
        builder = self._builder
        does = builder.icmp_unsigned("!=", image_site_field(builder, self._site, wanted), constant(0))
        with builder.if_then(does):
            start = pointer(builder, self._context, flags)
            base = builder.lshr(self._base, constant(_SECTOR_SHIFT))
            with counted_loop(builder, image_site_field(builder, self._site, "sector_count")) as number:
                sector = builder.add(base, builder.load(self._sector(number), typ=I32))
                builder.store(constant(1, I8), field(builder, start, builder.zext(sector, I64)))

    def _counted(self, struct: str, name: str) -> ir.Value:
        start = image_site_pointer(self._builder, self._site, struct)
        return field(self._builder, start, WORD_BYTES * IMAGE_COUNTED.index(name))

    def _sector(self, number: ir.Value) -> ir.Value:
        start = image_site_pointer(self._builder, self._site, "sectors")
        return field(self._builder, start, self._builder.shl(number, constant(2)))

    def _inside(self, tap: ir.Value) -> ir.Value:
        cell = field(self._builder, self._insides, self._builder.shl(tap, constant(2)))
        return self._builder.load(cell, typ=I32)

    def _offsets(self, tap: ir.Value) -> ir.Value:
        """Return how far the accesses of a tap lie from the base."""
        builder = self._builder
        row = field(builder, self._positions, builder.mul(tap, constant(WORDS_BYTES)))
        return builder.sub(builder.load(row, typ=WORDS), splat(builder, self._base))

    def _kept_inside(self, tap: ir.Value) -> ir.Value:
        start = image_site_pointer(self._builder, self._site, "insides")
        return field(self._builder, start, self._builder.shl(tap, constant(2)))

    def _kept_offset_cell(self, tap: ir.Value) -> ir.Value:
        start = image_site_pointer(self._builder, self._site, "offsets")
        return field(self._builder, start, self._builder.mul(tap, constant(WORDS_BYTES)))

    def _kept_offsets(self, tap: ir.Value) -> ir.Value:
        return self._builder.load(self._kept_offset_cell(tap), typ=WORDS, align=4)

"""Where accesses of surfaces go: what `emulator.instructions.surfaces` does, in rows and bytes."""

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.native.runtime.signatures import defined
from gpuadvisor.emulator.native.textures.abi import Bounds
from gpuadvisor.emulator.native.textures.signatures import SIGNATURES, WORDS_BYTES, image_field, image_pointer
from gpuadvisor.emulator.native.vectors import FULL, I32, WORDS, bits, constant, field, splat
from gpuadvisor.emulator.textures.images import DEEPEST


def define_place_on_surface(module: ir.Module) -> ir.Function:
    """Define (image, places, mask, size, is formatted, bounds, positions, inside) -> the lanes it refuses.

    `positions` get those of all lanes in global memory, where `size` bytes lie in a row, and `inside` gets
    which lanes of the mask access anything. Formatted accesses count texels, not bytes, along a row.
    """
    function, builder = defined(module, "place_on_surface", SIGNATURES["place_on_surface"])
    _Surface(function, builder).place()
    return function


class _Surface:
    """The function under construction."""

    def __init__(self, function: ir.Function, builder: ir.IRBuilder) -> None:
        self._builder = builder
        self._image, places, self._mask, self._size, is_formatted = function.args[:5]
        self._bounds, self._positions, self._inside = function.args[5:]
        cells = [field(builder, places, WORDS_BYTES * number) for number in range(1 + DEEPEST)]
        self._layers, *self._places = (Integers(builder, builder.load(cell, typ=WORDS)) for cell in cells)
        self._places[0] = self._in_bytes(self._places[0], is_formatted)
        self._row_bytes = image_field(builder, self._image, "row_bytes")
        self._last_layer = self._splat(image_field(builder, self._image, "last_layer"))

    def _splat(self, value: ir.Value) -> Integers:
        return Integers(self._builder, splat(self._builder, value))

    def _in_bytes(self, place: Integers, is_formatted: ir.Value) -> Integers:
        """Return a place along a row, which may count texels; those far outside come nearer."""
        near = place.maximum(-1, signed=True).minimum(self._splat(self._extent(0)), signed=True)
        scaled = near * self._splat(self._size)
        return Integers(self._builder, self._builder.select(is_formatted, scaled.value, place.value))

    def place(self) -> None:
        """Emit all of it."""
        builder = self._builder
        limits = [builder.sub(self._row_bytes, self._size), *(self._limit(axis) for axis in (1, 2))]
        inside = self._layers.compare("<=", self._last_layer)
        for place, limit in zip(self._places, limits, strict=True):
            reaches = place.compare("<=", self._splat(limit), signed=True)
            inside = inside & reaches & place.compare(">=", 0, signed=True)
        self._refuse(inside)
        clamps = self._is(Bounds.CLAMP)
        everyone = builder.select(clamps, FULL, bits(builder, inside.value))
        start = self._splat(image_field(builder, self._image, "position"))
        offsets = self._offsets(limits)
        kept = builder.select(clamps, offsets.value, where(inside, offsets, 0).value)
        builder.store((start + Integers(builder, kept)).value, self._positions)
        builder.store(builder.and_(self._mask, everyone), self._inside)
        builder.ret(constant(0))

    def _is(self, bounds: Bounds) -> ir.Value:
        return self._builder.icmp_unsigned("==", self._bounds, constant(bounds))

    def _limit(self, axis: int) -> ir.Value:
        return self._builder.sub(self._extent(axis), constant(1))

    def _extent(self, axis: int) -> ir.Value:
        start = image_pointer(self._builder, self._image, "extents")
        return self._builder.load(field(self._builder, start, 4 * axis), typ=I32)

    def _refuse(self, inside: Integers) -> None:
        """Return lanes that the instruction does not allow, if there are any."""
        builder = self._builder
        skewed = (self._places[0] & self._splat(builder.sub(self._size, constant(1)))).compare("!=", 0)
        self._return_some(bits(builder, skewed.value), constant(1, ir.IntType(1)))
        short = builder.icmp_unsigned("<", self._row_bytes, self._size)
        self._return_some(FULL, builder.and_(short, self._is(Bounds.CLAMP)))
        self._return_some(builder.not_(bits(builder, inside.value)), self._is(Bounds.TRAP))

    def _return_some(self, lanes: ir.Value, condition: ir.Value) -> None:
        builder = self._builder
        bad = builder.and_(lanes, self._mask)
        some = builder.and_(condition, builder.icmp_unsigned("!=", bad, constant(0)))
        with builder.if_then(some, likely=False):
            builder.ret(bad)

    def _offsets(self, limits: list[ir.Value]) -> Integers:
        """Return the offsets of the nearest accesses that are inside."""
        builder = self._builder
        offset = self._layers.minimum(self._last_layer)
        for axis in (2, 1):
            held = self._held(self._places[axis], limits[axis])
            offset = offset * self._splat(self._extent(axis)) + held
        whole = builder.and_(limits[0], builder.sub(constant(0), self._size))
        none = builder.icmp_signed("<", limits[0], constant(0))
        fitting = builder.select(none, constant(0), whole)
        return offset * self._splat(self._row_bytes) + self._held(self._places[0], fitting)

    def _held(self, place: Integers, limit: ir.Value) -> Integers:
        return place.maximum(0, signed=True).minimum(self._splat(limit), signed=True)

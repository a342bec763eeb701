"""Texels along one dimension: what `emulator.textures.addressing` does, with whole numbers as doubles."""

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Floats, where
from gpuadvisor.emulator.native.runtime.signatures import VOID, defined
from gpuadvisor.emulator.native.textures.abi import Mode
from gpuadvisor.emulator.native.textures.signatures import DOUBLES, DOUBLES_BYTES, WORDS_BYTES
from gpuadvisor.emulator.native.vectors import (
    FULL,
    I1,
    I32,
    POINTER,
    bits,
    constant,
    field,
    splat,
)
from gpuadvisor.emulator.textures.addressing import FARTHEST, FRACTION_BITS

AXIS = ir.ArrayType(DOUBLES, 4)
"""The one or two texels of each lane along a dimension; functions here say where what lies."""
AXIS_BYTES = 1024
_WEIGHTS = 256
_INSIDES = 768
_INSIDE_BYTES = 4
_ONE = float(1 << FRACTION_BITS)
_DOUBLE = ir.DoubleType()


def axis_indices(builder: ir.IRBuilder, axis: ir.Value, tap: ir.Value) -> ir.Value:
    """Return where the indices of a tap lie, <32 x i32>."""
    return field(builder, axis, builder.mul(tap, constant(WORDS_BYTES, tap.type)))


def axis_weights(builder: ir.IRBuilder, axis: ir.Value, tap: ir.Value) -> ir.Value:
    """Return where the weights of a tap lie, <32 x double>."""
    offset = builder.mul(tap, constant(DOUBLES_BYTES, tap.type))
    return field(builder, axis, builder.add(offset, constant(_WEIGHTS, tap.type)))


def axis_inside(builder: ir.IRBuilder, axis: ir.Value, tap: ir.Value) -> ir.Value:
    """Return where it says which lanes' texels exist, as bits."""
    offset = builder.mul(tap, constant(_INSIDE_BYTES, tap.type))
    return field(builder, axis, builder.add(offset, constant(_INSIDES, tap.type)))


def define_place_on_axis(module: ir.Module) -> ir.Function:
    """Define (axis, coordinates, size, mode, is normalized, is linear): find the texels, one or two."""
    kind = ir.FunctionType(VOID, [POINTER, DOUBLES, I32, I32, I1, I1])
    function, builder = defined(module, "place_on_axis", kind)
    axis, coordinates, size, mode, is_normalized, is_linear = function.args
    extent = builder.uitofp(size, _DOUBLE)
    factor = builder.select(is_normalized, extent, ir.Constant(_DOUBLE, 1.0))
    finite = _finite(Floats(builder, coordinates) * Floats(builder, splat(builder, factor)))
    place = _Axis(builder, axis, extent, mode)
    with builder.if_else(is_linear) as (linear, nearest):
        with linear:
            fixed = ((finite - 0.5) * _ONE + 0.5).call("floor")
            low = (fixed * (1 / _ONE)).call("floor")
            weight = (fixed - low * _ONE) * (1 / _ONE)
            place.keep(0, low, weight.number(1.0) - weight)
            place.keep(1, low + 1.0, weight)
        with nearest:
            low = finite.call("floor")
            place.keep(0, low, low.number(1.0))
    builder.ret_void()
    return function


def _finite(scaled: Floats) -> Floats:
    number = where(scaled.is_nan(), 0.0, scaled)
    bounded = where(number.compare(">", FARTHEST), FARTHEST, number)
    return where(bounded.compare("<", -FARTHEST), -FARTHEST, bounded)


class _Axis:
    """An axis under construction: of `size` texels, a double, under a `Mode`."""

    def __init__(self, builder: ir.IRBuilder, axis: ir.Value, size: ir.Value, mode: ir.Value) -> None:
        self._builder = builder
        self._axis = axis
        self._size = size
        self._mode = mode

    def keep(self, tap: int, index: Floats, weight: Floats) -> None:
        """Bring whole numbers into the texture as the address mode says, and keep them."""
        builder, number = self._builder, constant(tap)
        size = Floats(builder, splat(builder, self._size))
        outside = index.compare("<", 0.0) | index.compare(">=", size)
        is_border = builder.icmp_unsigned("==", self._mode, constant(Mode.BORDER))
        inside = builder.select(is_border, builder.not_(bits(builder, outside.value)), FULL)
        builder.store(inside, axis_inside(builder, self._axis, number))
        builder.store(weight.value, axis_weights(builder, self._axis, number))
        repeats = builder.icmp_unsigned(">=", self._mode, constant(Mode.WRAP))
        with builder.if_else(repeats) as (repeated, held):
            with repeated:
                self._keep_index(number, self._folded(index, size))
            with held:
                last = size - 1.0
                low = where(index.compare("<", 0.0), 0.0, index)
                self._keep_index(number, where(low.compare(">", last), last, low))

    def _folded(self, index: Floats, size: Floats) -> Floats:
        """Return the place within the period: one texture, or one and its mirror image."""
        builder = self._builder
        mirrors = builder.icmp_unsigned("==", self._mode, constant(Mode.MIRROR))
        factor = builder.select(mirrors, ir.Constant(_DOUBLE, 2.0), ir.Constant(_DOUBLE, 1.0))
        period = size * Floats(builder, splat(builder, factor))
        # Exact: quotients of numbers below 2**41 lie too far from whole numbers to be rounded to them.
        within = index - (index / period).call("floor") * period
        return where(within.compare("<", size), within, period - 1.0 - within)

    def _keep_index(self, tap: ir.Value, index: Floats) -> None:
        whole = index.truncated(32, signed=True)
        self._builder.store(whole.value, axis_indices(self._builder, self._axis, tap))

"""Fetches from textures: from coordinates to components, as `emulator.instructions.textures` does it."""

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.native.runtime.signatures import defined
from gpuadvisor.emulator.native.textures.abi import COMPONENT_SHIFT, MOST_TAPS, How, Mode
from gpuadvisor.emulator.native.textures.axes import AXIS, AXIS_BYTES, axis_indices, axis_inside, axis_weights
from gpuadvisor.emulator.native.textures.signatures import (
    DOUBLES,
    DOUBLES_BYTES,
    SIGNATURES,
    WORDS_BYTES,
    image_field,
    image_pointer,
)
from gpuadvisor.emulator.native.vectors import (
    I32,
    WORDS,
    constant,
    counted_loop,
    field,
    local,
    mask_of,
    splat,
)
from gpuadvisor.emulator.textures.images import CUBE_FACES, DEEPEST
from gpuadvisor.emulator.textures.texels import CANONICAL_NAN, COMPONENTS

_GATHER_ORDER = (2, 3, 1, 0)


def define_fetch_texels(module: ir.Module) -> ir.Function:
    """Define (context, site, image, places, mask, dimensions, how, components): fetch for lanes of a mask.

    `how` is `How`; the components of other lanes stay as they are.
    """
    function, builder = defined(module, "fetch_texels", SIGNATURES["fetch_texels"])
    fetch = _Fetch(function, builder)
    fetch.find_coordinates()
    fetch.find_taps()
    fetch.count()
    gathers = fetch.is_how(How.GATHERED)
    with builder.if_else(gathers) as (gathered, fetched):
        with gathered:
            fetch.gather()
        with fetched, builder.if_else(fetch.is_linear) as (filtered, single):
            with filtered:
                fetch.filter()
            with single:
                fetch.read()
    builder.ret_void()
    return function


class _Fetch:
    """The function under construction."""

    def __init__(self, function: ir.Function, builder: ir.IRBuilder) -> None:
        self._builder = builder
        self._functions = function.module.globals
        self._context, self._site, self._image, self._places = function.args[:4]
        self._mask, self._dimensions, self._how, self._components = function.args[4:]
        self._coordinates = local(builder, ir.ArrayType(DOUBLES, DEEPEST))
        self._axes = local(builder, ir.ArrayType(AXIS, DEEPEST))
        self._layers = local(builder, WORDS)
        self._positions = local(builder, ir.ArrayType(WORDS, MOST_TAPS))
        self._weights = local(builder, ir.ArrayType(DOUBLES, MOST_TAPS))
        self._insides = local(builder, ir.ArrayType(I32, MOST_TAPS))
        whole, gathers = self.is_how(How.WHOLE), self.is_how(How.GATHERED)
        self._is_whole = whole
        linear = builder.and_(self._is("is_linear"), builder.not_(whole))
        self.is_linear = builder.or_(linear, gathers)
        taps = builder.shl(constant(1), self._dimensions)
        self._taps = builder.select(self.is_linear, taps, constant(1))

    def is_how(self, flag: How) -> ir.Value:
        """Return whether a flag is set."""
        masked = self._builder.and_(self._how, constant(flag))
        return self._builder.icmp_unsigned("!=", masked, constant(0))

    def _is(self, name: str) -> ir.Value:
        flag = image_field(self._builder, self._image, name)
        return self._builder.icmp_unsigned("!=", flag, constant(0))

    def find_coordinates(self) -> None:
        """Keep the coordinates as numbers, and the layers."""
        builder = self._builder
        last = splat(builder, image_field(builder, self._image, "last_layer"))
        given = Integers(builder, builder.load(self._places, typ=WORDS))
        builder.store(given.minimum(Integers(builder, last)).value, self._layers)
        for axis in range(DEEPEST):
            place = builder.load(field(builder, self._places, WORDS_BYTES * (1 + axis)), typ=WORDS)
            cell = field(builder, self._coordinates, DOUBLES_BYTES * axis)
            with builder.if_else(self._is_whole) as (whole, real):
                with whole:
                    builder.store(Integers(builder, place).to_floats(64, signed=True).value, cell)
                with real:
                    builder.store(Integers(builder, place).as_floats().resized(64).value, cell)
        with builder.if_then(self.is_how(How.CUBE)):
            face = local(builder, WORDS)
            builder.call(self._functions["find_face"], [self._coordinates, face])
            cubes = Integers(builder, builder.load(self._layers, typ=WORDS))
            layers = cubes * CUBE_FACES + Integers(builder, builder.load(face, typ=WORDS))
            builder.store(layers.value, self._layers)

    def find_taps(self) -> None:
        """Keep where the texels of each tap lie, which exist, and what they weigh."""
        builder = self._builder
        normalized = builder.and_(self._is("is_normalized"), builder.not_(self._is_whole))
        with counted_loop(builder, constant(DEEPEST)) as axis:
            size = self._extent(axis)
            mode = builder.load(self._element("modes", axis), typ=I32)
            mode = builder.select(self._is_whole, constant(Mode.BORDER), mode)
            exists = builder.icmp_unsigned("<", axis, self._dimensions)
            mode = builder.select(exists, mode, constant(Mode.CLAMP))
            cell = field(builder, self._coordinates, self._times(axis, DOUBLES_BYTES))
            arguments = [
                self._axis(axis),
                builder.load(cell, typ=DOUBLES),
                size,
                mode,
                normalized,
                builder.and_(self.is_linear, exists),
            ]
            builder.call(self._functions["place_on_axis"], arguments)
        with counted_loop(builder, self._taps) as tap:
            self._combine(tap)

    def _combine(self, tap: ir.Value) -> None:
        """Keep the texel that a tap stands for: bit i chooses along dimension i."""
        builder = self._builder
        position, weight = builder.load(self._layers, typ=WORDS), Floats(builder, ir.Constant(DOUBLES, None))
        weight, inside = weight.number(1.0), self._mask
        for number in reversed(range(DEEPEST)):
            axis = self._axis(constant(number))
            chosen = builder.and_(builder.lshr(tap, constant(number)), constant(1))
            index = builder.load(axis_indices(builder, axis, chosen), typ=WORDS)
            size = splat(builder, self._extent(constant(number)))
            position = builder.add(builder.mul(position, size), index)
            inside = builder.and_(inside, builder.load(axis_inside(builder, axis, chosen), typ=I32))
            weight = weight * Floats(builder, builder.load(axis_weights(builder, axis, chosen), typ=DOUBLES))
        texel_bytes = splat(builder, image_field(builder, self._image, "texel_bytes"))
        start = splat(builder, image_field(builder, self._image, "position"))
        builder.store(builder.add(start, builder.mul(position, texel_bytes)), self._position(tap))
        builder.store(weight.value, self._weight(tap))
        builder.store(inside, self._inside(tap))

    def count(self) -> None:
        """Count the request."""
        builder = self._builder
        size = image_field(builder, self._image, "texel_bytes")
        arguments = [self._context, self._site, self._image, self._positions, self._insides]
        builder.call(self._functions["count_texels"], [*arguments, self._taps, self._mask, size])

    def gather(self) -> None:
        """Return one component of four texels."""
        builder = self._builder
        component = builder.lshr(self._how, constant(COMPONENT_SHIFT))
        self._clear()
        with builder.if_then(builder.icmp_unsigned("<", component, self._channels)):
            for number, tap in enumerate(_GATHER_ORDER):
                bits = self._load(constant(tap), component)
                self._put(constant(number), builder.call(self._functions["word_of"], [self._image, bits]))

    def read(self) -> None:
        """Return the components of one texel."""
        builder = self._builder
        self._clear()
        with counted_loop(builder, self._channels) as channel:
            bits = self._load(constant(0), channel)
            self._put(channel, builder.call(self._functions["word_of"], [self._image, bits]))

    def filter(self) -> None:
        """Return the weighted sums of the components; what weighs nothing has no part in them."""
        builder = self._builder
        self._clear()
        total = local(builder, DOUBLES)
        with counted_loop(builder, self._channels) as channel:
            nothing = Floats(builder, ir.Constant(DOUBLES, None))
            builder.store(nothing.number(-0.0).value, total)
            with counted_loop(builder, self._taps) as tap:
                bits = self._load(tap, channel)
                value = Floats(builder, builder.call(self._functions["values_of"], [self._image, bits]))
                weight = Floats(builder, builder.load(self._weight(tap), typ=DOUBLES))
                term = where(weight.compare("==", 0.0), 0.0, value * weight)
                builder.store((Floats(builder, builder.load(total, typ=DOUBLES)) + term).value, total)
            found = Floats(builder, builder.load(total, typ=DOUBLES))
            word = where(found.is_nan(), CANONICAL_NAN, found.resized(32).as_integers())
            self._put(channel, word.value)

    @property
    def _channels(self) -> ir.Value:
        return image_field(self._builder, self._image, "channels")

    def _load(self, tap: ir.Value, channel: ir.Value) -> ir.Value:
        """Return the bits of a channel of the texels of a tap; none where they do not exist."""
        builder = self._builder
        positions = builder.load(self._position(tap), typ=WORDS)
        inside = builder.load(self._inside(tap), typ=I32)
        arguments = [self._context, self._image, positions, inside, channel]
        return builder.call(self._functions["load_channel"], arguments)

    def _clear(self) -> None:
        for number in range(COMPONENTS):
            self._put(constant(number), ir.Constant(WORDS, None))

    def _put(self, component: ir.Value, value: ir.Value) -> None:
        """Give the lanes of the request a component."""
        builder = self._builder
        cell = field(builder, self._components, self._times(component, WORDS_BYTES))
        others = builder.load(cell, typ=WORDS)
        builder.store(builder.select(mask_of(builder, self._mask), value, others), cell)

    def _times(self, number: ir.Value, size_bytes: int) -> ir.Value:
        return self._builder.mul(number, constant(size_bytes))

    def _element(self, name: str, number: ir.Value) -> ir.Value:
        start = image_pointer(self._builder, self._image, name)
        return field(self._builder, start, self._times(number, 4))

    def _extent(self, axis: ir.Value) -> ir.Value:
        return self._builder.load(self._element("extents", axis), typ=I32)

    def _axis(self, number: ir.Value) -> ir.Value:
        return field(self._builder, self._axes, self._times(number, AXIS_BYTES))

    def _position(self, tap: ir.Value) -> ir.Value:
        return field(self._builder, self._positions, self._times(tap, WORDS_BYTES))

    def _weight(self, tap: ir.Value) -> ir.Value:
        return field(self._builder, self._weights, self._times(tap, DOUBLES_BYTES))

    def _inside(self, tap: ir.Value) -> ir.Value:
        return field(self._builder, self._insides, self._times(tap, 4))

"""What texels hold and what fetches make of them: see `emulator.textures.texels`."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, call_intrinsic, integer_type, where
from gpuadvisor.emulator.native.runtime.signatures import defined
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.textures.abi import Content
from gpuadvisor.emulator.native.textures.signatures import DOUBLES, image_field
from gpuadvisor.emulator.native.vectors import (
    I32,
    LANES,
    LONGS,
    POINTER,
    WORDS,
    constant,
    lanes,
    mask_of,
    splat,
)

_DOUBLE = ir.DoubleType()
_FEWEST_BITS = 32


def load_at(
    builder: ir.IRBuilder, context: ir.Value, positions: ir.Value, mask: ir.Value, width: int
) -> ir.Value:
    """Return integers of `width` bits at any positions in global memory; zero where no lane is in the mask.

    Of narrow ones a whole word is read: behind each buffer lies a gap.
    """
    gathered = max(width, _FEWEST_BITS)
    result = integer_type(gathered)
    arena = splat(builder, word(builder, context, Word.ARENA))
    pointers = builder.inttoptr(builder.add(builder.zext(positions, LONGS), arena), lanes(POINTER))
    name = f"llvm.masked.gather.v{LANES}i{gathered}.v{LANES}p0"
    arguments = [pointers, constant(1), mask_of(builder, mask), ir.Constant(result, None)]
    return Integers(builder, call_intrinsic(builder, name, result, arguments)).resized(width).value


def define_load_channel(module: ir.Module) -> ir.Function:
    """Define (context, image, positions, mask, channel) -> the integers, or bits, of a channel of texels."""
    kind = ir.FunctionType(WORDS, [POINTER, POINTER, WORDS, I32, I32])
    function, builder = defined(module, "load_channel", kind)
    context, image, positions, mask, channel = function.args
    size = image_field(builder, image, "element_bytes")
    offset = splat(builder, builder.mul(channel, size))
    loaded = load_at(builder, context, builder.add(positions, offset), mask, 32)
    spare = splat(builder, builder.sub(constant(32), builder.shl(size, constant(3))))
    high = Integers(builder, builder.shl(loaded, spare))
    is_signed = builder.icmp_unsigned("!=", image_field(builder, image, "is_signed"), constant(0))
    count = Integers(builder, spare)
    builder.ret(builder.select(is_signed, high.arithmetic_shift(count).value, (high >> count).value))
    return function


def define_values_of(module: ir.Module) -> ir.Function:
    """Define (image, channel's bits) -> the numbers that they stand for, unless it is of integers."""
    function, builder = defined(module, "values_of", ir.FunctionType(DOUBLES, [POINTER, WORDS]))
    image, given = function.args
    bits = Integers(builder, given)
    content = image_field(builder, image, "content")
    with builder.if_then(builder.icmp_unsigned("==", content, constant(Content.FLOAT))):
        builder.ret(bits.as_floats().resized(64).value)
    with builder.if_then(builder.icmp_unsigned("==", content, constant(Content.HALF))):
        builder.ret(bits.resized(16).as_floats().resized(64).value)
    largest = Floats(builder, splat(builder, image_field(builder, image, "largest", _DOUBLE)))
    fraction = bits.to_floats(64, signed=True) / largest
    builder.ret(where(fraction.compare("<", -1.0), -1.0, fraction).value)
    return function


def define_word_of(module: ir.Module) -> ir.Function:
    """Define (image, channel's bits) -> what a register gets of a texel that is not filtered."""
    function, builder = defined(module, "word_of", ir.FunctionType(WORDS, [POINTER, WORDS]))
    image, bits = function.args
    content = image_field(builder, image, "content")
    as_it_is = builder.icmp_unsigned("<=", content, constant(Content.FLOAT))
    with builder.if_then(as_it_is):
        builder.ret(bits)
    values = Floats(builder, builder.call(module.globals["values_of"], [image, bits]))
    builder.ret(values.resized(32).as_integers().value)
    return function

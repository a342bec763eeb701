"""From registers to texels in their own format: what `emulator.instructions.surface_formats` does."""

from llvmlite import ir

from gpuadvisor.emulator.instructions.surface_formats import HALF_NAN
from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.native.runtime.signatures import defined
from gpuadvisor.emulator.native.state import pointer
from gpuadvisor.emulator.native.textures.abi import Content
from gpuadvisor.emulator.native.textures.signatures import SIGNATURES, WORDS_BYTES, image_field
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    POINTER,
    WORDS,
    constant,
    counted_loop,
    each_lane,
    field,
    local,
    splat,
)


def define_channel_of(module: ir.Module) -> ir.Function:
    """Define (image, words) -> the low bits of a channel of texels."""
    function, builder = defined(module, "channel_of", ir.FunctionType(WORDS, [POINTER, WORDS]))
    image, given = function.args
    words = Integers(builder, given)
    content = image_field(builder, image, "content")
    with builder.if_then(builder.icmp_unsigned("==", content, constant(Content.FLOAT))):
        builder.ret(given)
    with builder.if_then(builder.icmp_unsigned("==", content, constant(Content.HALF))):
        halves = words.as_floats().resized(16).as_integers().resized(32)
        builder.ret(where(words.as_floats().is_nan(), HALF_NAN, halves).value)
    largest = builder.fptoui(image_field(builder, image, "largest", ir.DoubleType()), I32)
    most = Integers(builder, splat(builder, largest))
    least = Integers(builder, splat(builder, builder.not_(largest)))
    is_signed = builder.icmp_unsigned("!=", image_field(builder, image, "is_signed"), constant(0))
    signed = words.minimum(most, signed=True).maximum(least, signed=True)
    builder.ret(builder.select(is_signed, signed.value, words.minimum(most).value))
    return function


def define_store_texels(module: ir.Module) -> ir.Function:
    """Define (context, image, positions, mask, components): store the texels of lanes of a mask."""
    function, builder = defined(module, "store_texels", SIGNATURES["store_texels"])
    context, image, positions, mask, components = function.args
    arena = pointer(builder, context, Word.ARENA)
    size = image_field(builder, image, "element_bytes")
    kept = local(builder, WORDS)
    with counted_loop(builder, image_field(builder, image, "channels")) as channel:
        words = builder.load(
            field(builder, components, builder.mul(channel, constant(WORDS_BYTES))), typ=WORDS
        )
        builder.store(builder.call(module.globals["channel_of"], [image, words]), kept)
        start = field(builder, arena, builder.zext(builder.mul(channel, size), I64))
        with each_lane(builder, mask) as lane:
            cell = builder.shl(lane, constant(2))
            value = builder.load(field(builder, kept, cell), typ=I32)
            position = builder.load(field(builder, positions, cell), typ=I32)
            _store(builder, field(builder, start, builder.zext(position, I64)), size, value)
    builder.ret_void()
    return function


def _store(builder: ir.IRBuilder, place: ir.Value, size: ir.Value, value: ir.Value) -> None:
    """Store the low bytes of a word: 1, 2 or 4 of them."""
    done = builder.append_basic_block("stored")
    switch = builder.switch(size, done)
    for size_bytes in (1, 2, 4):
        block = builder.append_basic_block(f"store{size_bytes}")
        switch.add_case(constant(size_bytes), block)
        builder.position_at_end(block)
        kind = ir.IntType(8 * size_bytes)
        builder.store(value if kind == I32 else builder.trunc(value, kind), place, align=1)
        builder.branch(done)
    builder.position_at_end(done)

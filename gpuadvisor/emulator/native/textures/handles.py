"""From handles to images."""

from llvmlite import ir

from gpuadvisor.emulator.instructions.images import HANDLE_BYTES
from gpuadvisor.emulator.memory import BASE_ADDRESS
from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.runtime.signatures import defined
from gpuadvisor.emulator.native.state import pointer, word, word_pointer
from gpuadvisor.emulator.native.textures.abi import IMAGE
from gpuadvisor.emulator.native.textures.signatures import PLACES, SIGNATURES, WORDS_BYTES, image_field
from gpuadvisor.emulator.native.transfers import spilled
from gpuadvisor.emulator.native.vectors import I64, POINTER, constant, counted_loop, field, first_lane, local

_ROW_BYTES = 128
_NOTHING = ir.Constant(POINTER, None)


def define_find_image(module: ir.Module) -> ir.Function:
    """Define (context, handle, kinds, geometries) -> the image, null unless it is of all these.

    What is no handle may be the address of a variable that holds one.
    """
    function, builder = defined(module, "find_image", SIGNATURES["find_image"])
    context, handle, kinds, geometries = function.args
    number = local(builder, I64)
    builder.store(handle, number)
    with builder.if_then(builder.not_(_is_handle(builder, context, handle)), likely=False):
        _look_up(builder, context, handle, number)
    found = builder.load(number, typ=I64)
    with builder.if_then(builder.not_(_is_handle(builder, context, found)), likely=False):
        builder.ret(_NOTHING)
    offset = builder.mul(builder.sub(found, constant(1, I64)), constant(IMAGE.itemsize, I64))
    image = field(builder, pointer(builder, context, Word.IMAGES), offset)
    missing = (
        builder.and_(wanted, builder.not_(image_field(builder, image, name)))
        for name, wanted in (("kinds", kinds), ("geometries", geometries))
    )
    suits = builder.icmp_unsigned("==", builder.or_(*missing), constant(0))
    builder.ret(builder.select(suits, image, _NOTHING))
    return function


def define_note_refused(module: ir.Module) -> ir.Function:
    """Define (context, program counter, lanes, handles, places): note what the first lane asked for."""
    function, builder = defined(module, "note_refused", SIGNATURES["note_refused"])
    context, pc, lanes, handles, places = function.args
    first = first_lane(builder, lanes)
    words = [spilled(builder, handles, first, 64)]
    for number in range(PLACES.count):
        place = spilled(builder, field(builder, places, WORDS_BYTES * number), first, 32)
        words.append(builder.zext(place, I64))
    builder.store(pc, word_pointer(builder, context, Word.FAULT_PLACE))
    builder.store(builder.zext(lanes, I64), word_pointer(builder, context, Word.FAULT_MASK))
    for number, value in enumerate(words):
        builder.store(value, word_pointer(builder, context, Word.FAULT_ADDRESSES + number))
    builder.ret_void()
    return function


def _is_handle(builder: ir.IRBuilder, context: ir.Value, number: ir.Value) -> ir.Value:
    below = builder.sub(number, constant(1, I64))
    return builder.icmp_unsigned("<", below, word(builder, context, Word.IMAGE_COUNT))


def _look_up(builder: ir.IRBuilder, context: ir.Value, address: ir.Value, number: ir.Value) -> None:
    """Store the handle at an address if one buffer has all its bytes."""
    starts, ends = pointer(builder, context, Word.BUFFER_STARTS), pointer(builder, context, Word.BUFFER_ENDS)
    size = constant(HANDLE_BYTES, I64)
    with counted_loop(builder, word(builder, context, Word.BUFFERS)) as buffer:
        entry = builder.shl(buffer, constant(3, I64))
        start, end = (builder.load(field(builder, table, entry), typ=I64) for table in (starts, ends))
        behind = builder.sub(address, start)
        fits = builder.icmp_unsigned("<=", builder.add(behind, size), builder.sub(end, start))
        begins = builder.icmp_unsigned(">=", address, start)
        with builder.if_then(builder.and_(fits, begins)):
            arena = pointer(builder, context, Word.ARENA)
            position = builder.sub(address, constant(BASE_ADDRESS, I64))
            builder.store(builder.load(field(builder, arena, position), typ=I64, align=1), number)

"""LLVM types and values over the 32 lanes of a warp.

Constants are made once: a kernel has few different ones, and each keeps its text.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from llvmlite import ir

LANES = 32
I1, I8, I16, I32, I64 = (ir.IntType(width) for width in (1, 8, 16, 32, 64))
POINTER = ir.PointerType()
FULL = ir.Constant(I32, 0xFFFFFFFF)
"""The mask of a warp all of whose lanes take part: bit i stands for lane i."""


def lanes(element: ir.Type) -> ir.VectorType:
    """Return the type of one element per lane."""
    return ir.VectorType(element, LANES)


MASK = lanes(I1)
WORDS = lanes(I32)
LONGS = lanes(I64)


@lru_cache(maxsize=1024)
def constant(value: int, element: ir.Type = I32) -> ir.Constant:
    """Return an integer constant, negative ones in two's complement."""
    return ir.Constant(element, value & ((1 << element.width) - 1))


def each(element: ir.Type, value: Callable[[int], int]) -> ir.Constant:
    """Return the constant vector that holds `value(lane)`."""
    return ir.Constant(lanes(element), [constant(value(lane), element) for lane in range(LANES)])


@lru_cache(maxsize=1024)
def splat_constant(value: int, element: ir.Type = I32) -> ir.Constant:
    """Return the constant vector that holds `value` in every lane."""
    return each(element, lambda _lane: value)


LANE_NUMBERS = each(I32, lambda lane: lane)


def splat(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    """Return a vector that holds the scalar in every lane."""
    if isinstance(value, ir.Constant) and isinstance(value.type, ir.IntType):
        return splat_constant(value.constant, value.type)
    vector = lanes(value.type)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, constant(0))
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), ir.Constant(WORDS, None))


def shuffled(builder: ir.IRBuilder, value: ir.Value, source: Callable[[int], int]) -> ir.Value:
    """Return the vector whose lane i is lane `source(i)` of `value`."""
    undefined = ir.Constant(value.type, ir.Undefined)
    return builder.shuffle_vector(value, undefined, each(I32, source))


def picked(builder: ir.IRBuilder, first: ir.Value, second: ir.Value, places: Sequence[int]) -> ir.Value:
    """Return elements of two vectors, those of the second counted on from those of the first."""
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(I32, len(places)), list(places)))


def joined(builder: ir.IRBuilder, parts: Sequence[ir.Value]) -> ir.Value:
    """Return vectors of one length, a power of two of them, one behind the other."""
    while len(parts) > 1:
        places = range(2 * parts[0].type.count)
        parts = [picked(builder, parts[at], parts[at + 1], places) for at in range(0, len(parts), 2)]
    return parts[0]


def bits(builder: ir.IRBuilder, mask: ir.Value) -> ir.Value:
    """Return a <32 x i1> as the 32 bits of an integer."""
    return builder.bitcast(mask, I32)


def mask_of(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    """Return the 32 bits of an integer as a <32 x i1>."""
    return builder.bitcast(value, MASK)


def field(builder: ir.IRBuilder, base: ir.Value, offset_bytes: int | ir.Value) -> ir.Value:
    """Return the address `offset_bytes` behind `base`."""
    offset = constant(offset_bytes, I64) if isinstance(offset_bytes, int) else offset_bytes
    return builder.gep(base, [offset], source_etype=I8)


def local(builder: ir.IRBuilder, kind: ir.Type) -> ir.Value:
    """Return the address of memory of the function's own."""
    with builder.goto_entry_block():
        memory = builder.alloca(kind)
    memory.type = POINTER
    return memory


def add_to(builder: ir.IRBuilder, pointer: ir.Value, amount: ir.Value) -> None:
    """Add to the integer in memory at `pointer`."""
    total = builder.add(builder.load(pointer, typ=amount.type), amount)
    builder.store(total, pointer)


def intrinsic(module: ir.Module, name: str, result: ir.Type, arguments: Sequence[ir.Type]) -> ir.Function:
    """Return a declared function, declaring it at its first use."""
    known = module.globals.get(name)
    return known if known is not None else ir.Function(module, ir.FunctionType(result, arguments), name)


def smallest(builder: ir.IRBuilder, values: ir.Value) -> ir.Value:
    """Return the smallest of 32 unsigned integers."""
    element = values.type.element
    name = f"llvm.vector.reduce.umin.v{LANES}i{element.width}"
    return builder.call(intrinsic(builder.module, name, element, [values.type]), [values])


def first_lane(builder: ir.IRBuilder, mask: ir.Value) -> ir.Value:
    """Return the lowest lane of a mask that is not empty."""
    return builder.cttz(mask, constant(1, I1))


@contextmanager
def each_lane(builder: ir.IRBuilder, mask: ir.Value) -> Iterator[ir.Value]:
    """Build a loop over the lanes of a mask, which may be empty, in ascending order; yields the lane."""
    entry = builder.block
    head, body, done = (builder.append_basic_block(name) for name in ("lanes", "lane", "lanes.done"))
    builder.branch(head)
    builder.position_at_end(head)
    rest = builder.phi(I32)
    rest.add_incoming(mask, entry)
    builder.cbranch(builder.icmp_unsigned("!=", rest, constant(0)), body, done)
    builder.position_at_end(body)
    yield first_lane(builder, rest)
    rest.add_incoming(builder.and_(rest, builder.sub(rest, constant(1))), builder.block)
    builder.branch(head)
    builder.position_at_end(done)


@contextmanager
def counted_loop(builder: ir.IRBuilder, count: ir.Value) -> Iterator[ir.Value]:
    """Build a loop over 0, 1, ... below `count`; yields the number."""
    entry = builder.block
    head, body, done = (builder.append_basic_block(name) for name in ("loop", "turn", "loop.done"))
    builder.branch(head)
    builder.position_at_end(head)
    number = builder.phi(count.type)
    number.add_incoming(constant(0, count.type), entry)
    builder.cbranch(builder.icmp_unsigned("<", number, count), body, done)
    builder.position_at_end(body)
    yield number
    number.add_incoming(builder.add(number, constant(1, count.type)), builder.block)
    builder.branch(head)
    builder.position_at_end(done)

"""ld and st in native code (PTX ISA 9.7.9)."""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.native.abi import Kind, Word
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering.vectors import call_intrinsic, integer_type
from gpuadvisor.emulator.native.requests import Request, Requester, by_kind, named_space, thread_memory
from gpuadvisor.emulator.native.state import pointer
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANES,
    POINTER,
    constant,
    each_lane,
    field,
    local,
    mask_of,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.native.vectors import (
    lanes as of_lanes,
)
from gpuadvisor.emulator.program import Address, Instruction, Operand, Symbol, Vector
from gpuadvisor.emulator.registers import Unsupported

_POINTERS = of_lanes(POINTER)
_NARROWEST_GATHER = 32


def element_type(instruction: Instruction) -> str:
    """Return the type of each element that a load or store moves."""
    kind = instruction.types[-1] if instruction.types else ""
    if "async" in instruction.modifiers or "bulk" in instruction.modifiers or width_of(kind) == 1:
        raise Unsupported("this form of load or store")
    return kind


def elements(operand: Operand) -> tuple[Operand, ...]:
    """Return the registers of a vector, or the one operand."""
    found = operand.elements if isinstance(operand, Vector) else (operand,)
    if len(found) not in (1, 2, 4, 8):
        raise Unsupported("vectors of this length")
    return found


def emit_load(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit ld."""
    kind = element_type(instruction)
    destinations = elements(instruction.operands[0])
    width = width_of(kind)
    parameter = _parameter(lanes, instruction.operands[1], instruction)
    if parameter is not None:
        values = _load_parameter(lanes, parameter, width, len(destinations))
    else:
        results = [local(lanes.builder, integer_type(width)) for _ in destinations]
        addresses = lanes.address(instruction.operands[1])
        size = width // 8 * len(destinations)
        requester.emit("load", size, addresses, lambda request: _load(lanes, request, width, results))
        values = [lanes.builder.load(result, typ=integer_type(width)) for result in results]
    for destination, value in zip(destinations, values, strict=True):
        lanes.write(destination, kind, value)


def _parameter(lanes: Lanes, operand: Operand, instruction: Instruction) -> int | None:
    """Return the address of a parameter that an instruction names; None where a register holds it."""
    if named_space(instruction) != "param":
        return None
    if not isinstance(operand, Address) or not isinstance(operand.base, Symbol):
        return None
    return lanes.address_of(operand.base.name) + operand.offset


def _load_parameter(lanes: Lanes, address: int, width: int, count: int) -> list[ir.Value]:
    builder = lanes.builder
    end = address + width // 8 * count
    if not address >= 0 or address < FRAME_BASE < end or address % (width // 8):
        raise Unsupported("a load behind the kernel's parameters")
    if address >= FRAME_BASE:
        places = _frame_places(lanes, address, end)
        step = width // 8
        offsets = (splat_constant(number * step, I64) for number in range(count))
        mask = lanes.on
        return [gather(builder, builder.add(places, offset), mask, width) for offset in offsets]
    if end > lanes.layout.parameter_bytes:
        raise Unsupported("a load behind the kernel's parameters")
    start = pointer(builder, lanes.warp.context, Word.PARAMETERS)
    return _load_same(lanes, field(builder, start, address), width, count)


def _frame_places(lanes: Lanes, address: int, end: int) -> ir.Value:
    """Return where a device function's parameter lies for each lane."""
    if end - FRAME_BASE > lanes.layout.frame_bytes:
        raise Unsupported("an access behind the function's parameters")
    own = thread_memory(lanes, Word.FRAMES, Word.FRAME_STRIDE)
    return lanes.builder.add(own, splat_constant(address - FRAME_BASE, I64))


def _load(lanes: Lanes, request: Request, width: int, results: Sequence[ir.Value]) -> None:
    builder = lanes.builder
    with by_kind(builder, request.kind, (Kind.CONSECUTIVE, Kind.SAME)) as start:
        start(Kind.CONSECUTIVE)
        _keep(builder, _load_consecutive(builder, request.start, width, len(results)), results)
        start(Kind.SAME)
        _keep_part(builder, request, _load_same(lanes, request.start, width, len(results)), results)
        start(Kind.GENERAL)
        _keep_part(builder, request, _load_general(builder, request, width, len(results)), results)


def _keep(builder: ir.IRBuilder, values: Sequence[ir.Value], results: Sequence[ir.Value]) -> None:
    for value, result in zip(values, results, strict=True):
        builder.store(value, result)


def _keep_part(
    builder: ir.IRBuilder, request: Request, values: Sequence[ir.Value], results: Sequence[ir.Value]
) -> None:
    """Keep the values of the request's lanes; generic addresses of other lanes may lie in other spaces."""
    if not request.generic:
        _keep(builder, values, results)
        return
    mask = mask_of(builder, request.mask)
    others = [builder.load(result, typ=value.type) for value, result in zip(values, results, strict=True)]
    merged = [builder.select(mask, value, other) for value, other in zip(values, others, strict=True)]
    _keep(builder, merged, results)


def _load_consecutive(builder: ir.IRBuilder, start: ir.Value, width: int, count: int) -> list[ir.Value]:
    whole_type = ir.VectorType(ir.IntType(width), LANES * count)
    whole = builder.load(start, typ=whole_type, align=width // 8)
    undefined = ir.Constant(whole_type, ir.Undefined)
    if count == 1:
        return [whole]
    choices = ([lane * count + number for lane in range(LANES)] for number in range(count))
    masks = (ir.Constant(ir.VectorType(I32, LANES), choice) for choice in choices)
    return [builder.shuffle_vector(whole, undefined, mask) for mask in masks]


def _load_same(lanes: Lanes, start: ir.Value, width: int, count: int) -> list[ir.Value]:
    builder = lanes.builder
    cells = (field(builder, start, number * width // 8) for number in range(count))
    kind = ir.IntType(width)
    return [splat(builder, builder.load(cell, typ=kind, align=width // 8)) for cell in cells]


def _load_general(builder: ir.IRBuilder, request: Request, width: int, count: int) -> list[ir.Value]:
    offsets = (splat_constant(number * width // 8, I64) for number in range(count))
    places = (builder.add(request.places, offset) for offset in offsets)
    return [gather(builder, place, request.mask, width) for place in places]


def gather(builder: ir.IRBuilder, places: ir.Value, mask: ir.Value, width: int) -> ir.Value:
    """Load from places that are multiples of the width; parts of words by way of the whole word."""
    if width >= _NARROWEST_GATHER:
        return _masked_gather(builder, places, mask, width)
    words = _masked_gather(builder, builder.and_(places, splat_constant(-4, I64)), mask, _NARROWEST_GATHER)
    within = builder.and_(builder.trunc(places, of_lanes(I32)), splat_constant(3))
    moved = builder.lshr(words, builder.shl(within, splat_constant(3)))
    return builder.trunc(moved, integer_type(width))


def _masked_gather(builder: ir.IRBuilder, places: ir.Value, mask: ir.Value, width: int) -> ir.Value:
    result = integer_type(width)
    pointers = builder.inttoptr(places, _POINTERS)
    name = f"llvm.masked.gather.v{LANES}i{width}.v{LANES}p0"
    arguments = [pointers, constant(width // 8), mask_of(builder, mask), ir.Constant(result, None)]
    return call_intrinsic(builder, name, result, arguments)


def emit_store(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit st."""
    kind = element_type(instruction)
    width = width_of(kind)
    values = [lanes.read(source, kind) for source in elements(instruction.operands[1])]
    parameter = _parameter(lanes, instruction.operands[0], instruction)
    if parameter is not None:
        _store_parameter(lanes, parameter, values, width)
        return
    addresses = lanes.address(instruction.operands[0])
    size = width // 8 * len(values)
    requester.emit("store", size, addresses, lambda request: _store(lanes, request, values, width))


def _store_parameter(lanes: Lanes, address: int, values: Sequence[ir.Value], width: int) -> None:
    step = width // 8
    if address < FRAME_BASE or address % step:
        raise Unsupported("a store to the kernel's parameters")
    places = _frame_places(lanes, address, address + step * len(values))
    scatter(lanes.builder, places, lanes.on, values, width)


def _store(lanes: Lanes, request: Request, values: Sequence[ir.Value], width: int) -> None:
    builder = lanes.builder
    with by_kind(builder, request.kind, (Kind.CONSECUTIVE,)) as start:
        start(Kind.CONSECUTIVE)
        _store_consecutive(builder, request.start, values, width)
        start(Kind.GENERAL)
        scatter(builder, request.places, request.mask, values, width)


def _store_consecutive(
    builder: ir.IRBuilder, start: ir.Value, values: Sequence[ir.Value], width: int
) -> None:
    builder.store(_side_by_side(builder, values), start, align=width // 8)


def _side_by_side(builder: ir.IRBuilder, values: Sequence[ir.Value]) -> ir.Value:
    """Return the elements of 2**n vectors in the order in which memory holds them."""
    if len(values) == 1:
        return values[0]
    return _interleaved(builder, _side_by_side(builder, values[::2]), _side_by_side(builder, values[1::2]))


def _interleaved(builder: ir.IRBuilder, first: ir.Value, second: ir.Value) -> ir.Value:
    count = first.type.count
    order = [number // 2 + number % 2 * count for number in range(2 * count)]
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(I32, 2 * count), order))


def scatter(
    builder: ir.IRBuilder, places: ir.Value, mask: ir.Value, values: Sequence[ir.Value], width: int
) -> None:
    """Store to places; where they repeat, the last lane wins."""
    for number, value in enumerate(values):
        moved = builder.add(places, splat_constant(number * width // 8, I64))
        if width >= _NARROWEST_GATHER:
            _masked_scatter(builder, moved, mask, value, width)
        else:
            _scatter_narrow(builder, moved, mask, value, width)


def _masked_scatter(
    builder: ir.IRBuilder, places: ir.Value, mask: ir.Value, value: ir.Value, width: int
) -> None:
    pointers = builder.inttoptr(places, _POINTERS)
    name = f"llvm.masked.scatter.v{LANES}i{width}.v{LANES}p0"
    arguments = [value, pointers, constant(width // 8), mask_of(builder, mask)]
    call_intrinsic(builder, name, ir.VoidType(), arguments)


def _scatter_narrow(
    builder: ir.IRBuilder, places: ir.Value, mask: ir.Value, value: ir.Value, width: int
) -> None:
    spilled_places, spilled_values = local(builder, places.type), local(builder, value.type)
    builder.store(places, spilled_places)
    builder.store(value, spilled_values)
    with each_lane(builder, mask) as lane:
        place = spilled(builder, spilled_places, lane, 64)
        element = spilled(builder, spilled_values, lane, width)
        builder.store(element, builder.inttoptr(place, POINTER))


def spilled(builder: ir.IRBuilder, start: ir.Value, lane: ir.Value, width: int) -> ir.Value:
    """Return the element of a lane of a vector in memory."""
    return builder.load(spilled_pointer(builder, start, lane, width), typ=ir.IntType(width))


def spilled_pointer(builder: ir.IRBuilder, start: ir.Value, lane: ir.Value, width: int) -> ir.Value:
    """Return the address of the element of a lane of a vector in memory."""
    return field(builder, start, builder.mul(builder.zext(lane, I64), constant(width // 8, I64)))

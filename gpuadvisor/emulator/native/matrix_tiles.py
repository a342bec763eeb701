"""wmma in native code: loads and stores of fragments (see `instructions.tiles`), and products."""

from collections.abc import Callable, Iterator, Sequence

from llvmlite import ir

from gpuadvisor.emulator.instructions.fragments import Indices, registers_of
from gpuadvisor.emulator.instructions.tiles import Run, Tile, tile_of
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.vectors import Integers, integer_type
from gpuadvisor.emulator.native.matrix_product import emit_product
from gpuadvisor.emulator.native.requests import Request, Requester
from gpuadvisor.emulator.native.transfers import gather, scatter
from gpuadvisor.emulator.native.vectors import I64, each, local
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported


def emit_warp_matrix(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit wmma."""
    kind = instruction.modifiers[0]
    if kind == "mma":
        emit_product(lanes, instruction)
    elif kind == "load":
        _emit_load(lanes, requester, instruction)
    else:
        _emit_store(lanes, requester, instruction)


def _emit_load(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit wmma.load; where a fragment has more registers than elements, they repeat."""
    vector, *place = instruction.operands
    tile, registers = tile_of(instruction), registers_of(vector)
    needed = tile.fragment.registers
    if len(registers) % needed:
        raise Unsupported(f"{len(registers)} registers for a fragment of {needed}")
    builder, width = lanes.builder, 8 * tile.element_bytes
    kind = tile.fragment.register_type
    values = [Integers(builder, ir.Constant(integer_type(64 if kind == "b64" else 32), None))] * needed
    for run, addresses in _runs(lanes, tile, place):
        whole = _loaded(lanes, requester, tile.element_bytes * len(run), addresses)
        for number, (register, position) in enumerate(run):
            element = (whole >> width * number).resized(width).resized(values[register].bits)
            values[register] = values[register] | (element << width * position)
    for position, target in enumerate(registers):
        lanes.write(target, kind, values[position % needed].value)


def _loaded(lanes: Lanes, requester: Requester, size_bytes: int, addresses: ir.Value) -> Integers:
    """Return what one request reads, as one integer for each lane."""
    builder, width = lanes.builder, 8 * size_bytes
    result = local(builder, integer_type(width))
    builder.store(ir.Constant(integer_type(width), None), result)

    def use(request: Request) -> None:
        read = gather(builder, request.places, request.mask, width)
        builder.store(builder.or_(builder.load(result, typ=integer_type(width)), read), result)

    requester.emit("load", size_bytes, addresses, use)
    return Integers(builder, builder.load(result, typ=integer_type(width)))


def _emit_store(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit wmma.store."""
    address, source, *stride = instruction.operands
    tile, registers = tile_of(instruction), registers_of(source)
    if len(registers) != tile.fragment.registers:
        raise Unsupported(f"{len(registers)} registers for a fragment of {tile.fragment.registers}")
    builder, width = lanes.builder, 8 * tile.element_bytes
    values = [Integers(builder, lanes.read(register, tile.fragment.register_type)) for register in registers]
    for run, addresses in _runs(lanes, tile, [address, *stride]):
        size = tile.element_bytes * len(run)
        whole = Integers(builder, ir.Constant(integer_type(8 * size), None))
        for number, (register, position) in enumerate(run):
            element = (values[register] >> width * position).resized(width).resized(8 * size)
            whole = whole | (element << width * number)
        requester.emit("store", size, addresses, _storing(lanes, whole))


def _storing(lanes: Lanes, whole: Integers) -> Callable[[Request], None]:
    return lambda request: scatter(lanes.builder, request.places, request.mask, [whole.value], whole.bits)


def _runs(lanes: Lanes, tile: Tile, operands: Sequence[Operand]) -> Iterator[tuple[Run, ir.Value]]:
    """Yield what each request moves, and its addresses."""
    builder = lanes.builder
    base = Integers(builder, lanes.address(operands[0]))
    stride = lanes.read(operands[1] if len(operands) > 1 else tile.stride, "u32")
    distance = Integers(builder, stride).resized(64)
    for run in tile.runs():
        line, within = (Integers(builder, _constant(places)) for places in tile.place(run[0]))
        yield run, (base + (distance * line + within) * tile.element_bytes).value


def _constant(places: Indices) -> ir.Constant:
    return each(I64, lambda lane: int(places[lane]))

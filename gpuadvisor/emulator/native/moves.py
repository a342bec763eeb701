"""mov of addresses, special registers and vectors; cvta; isspacep, in native code (PTX ISA 9.7.9)."""

from llvmlite import ir

from gpuadvisor.emulator.layout import WINDOW_BYTES, WINDOWS
from gpuadvisor.emulator.native.cluster_addresses import is_own
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.vectors import I64, MASK, splat_constant
from gpuadvisor.emulator.program import Instruction, Vector
from gpuadvisor.emulator.registers import Unsupported

_END_OF_WINDOWS = max(WINDOWS.values()) + WINDOW_BYTES


def emit_move(lanes: Lanes, instruction: Instruction) -> None:
    """Emit mov: from anything a source can be, packing or unpacking a vector."""
    destination, source = instruction.operands
    kind = instruction.types[0]
    if isinstance(destination, Vector):
        _unpack(lanes, destination, lanes.read(source, kind))
    elif isinstance(source, Vector):
        lanes.write(destination, kind, _packed(lanes, source, width_of(kind)))
    else:
        lanes.write(destination, kind, lanes.read(source, kind))


def _packed(lanes: Lanes, source: Vector, width: int) -> ir.Value:
    """Return the elements side by side, the first one least significant."""
    builder = lanes.builder
    each = _element_width(width, source)
    whole = integer_type(width)
    packed: ir.Value = ir.Constant(whole, None)
    for position, element in enumerate(source.elements):
        wide = builder.zext(lanes.read(element, f"b{each}"), whole)
        moved = builder.shl(wide, splat_constant(each * position, whole.element))
        packed = builder.or_(packed, moved)
    return packed


def _unpack(lanes: Lanes, destination: Vector, value: ir.Value) -> None:
    builder = lanes.builder
    element = value.type.element
    each = _element_width(element.width, destination)
    for position, target in enumerate(destination.elements):
        moved = builder.lshr(value, splat_constant(each * position, element))
        lanes.write(target, f"b{each}", builder.trunc(moved, integer_type(each)))


def _element_width(width: int, vector: Vector) -> int:
    count = len(vector.elements)
    if count < 2 or width % (8 * count) or (width == 128 and count != 2):
        raise Unsupported("this form of mov")
    return width // count


def _space_names(instruction: Instruction) -> list[str]:
    return [modifier.partition("::")[0] for modifier in instruction.modifiers]


def emit_convert_address(lanes: Lanes, instruction: Instruction) -> None:
    """Emit cvta: between the addresses of a state space and generic ones."""
    kind = instruction.types[0]
    value = lanes.read(instruction.operands[1], kind)
    start = next((WINDOWS[name] for name in _space_names(instruction) if name in WINDOWS), 0)
    if start:
        if width_of(kind) != 64:
            raise Unsupported("32-bit generic addresses")
        shift = -start if "to" in instruction.modifiers else start
        value = lanes.builder.add(value, splat_constant(shift, I64))
    lanes.write(instruction.operands[0], kind, value)


def emit_is_space(lanes: Lanes, instruction: Instruction) -> None:
    """Emit isspacep: whether a generic address lies in the window of a state space."""
    builder = lanes.builder
    value = lanes.read(instruction.operands[1], "u64")
    space = _space_names(instruction)[0]
    if space == "global":
        inside = builder.icmp_unsigned(">=", value, splat_constant(_END_OF_WINDOWS, I64))
    elif space in WINDOWS:
        offsets = builder.sub(value, splat_constant(WINDOWS[space], I64))
        inside = builder.icmp_unsigned("<", offsets, splat_constant(WINDOW_BYTES, I64))
        if space == "shared" and "shared::cluster" not in instruction.modifiers:
            inside = builder.and_(inside, is_own(lanes.warp, offsets))
    else:
        inside = ir.Constant(MASK, None)
    lanes.write(instruction.operands[0], "pred", inside)

"""atom and red in native code (PTX ISA 9.7.13): one lane after another, blocks in parallel."""

from collections.abc import Callable, Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.requests import Request, Requester
from gpuadvisor.emulator.native.transfers import spilled, spilled_pointer
from gpuadvisor.emulator.native.vectors import POINTER, constant, each_lane, intrinsic, local
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported

Exchange = Callable[[ir.IRBuilder, ir.Value, Sequence[ir.Value], str], ir.Value]
"""Updates the integer at an address of a space with scalar operands; returns what was there."""

_ORDERING = "monotonic"
_KINDS = ("add", "inc", "dec", "min", "max", "and", "or", "xor", "exch", "cas")
_DIRECT = {
    "add": "add",
    "and": "and",
    "or": "or",
    "xor": "xor",
    "exch": "xchg",
    "inc": "uinc_wrap",
    "dec": "udec_wrap",
}
_FLOATS = {"f32": ir.FloatType(), "f64": ir.DoubleType()}
_CANONICAL_NAN = {"f32": 0x7FFFFFFF, "f64": 0x7FF8000000000000}
_EXPONENT = {"f32": 0x7F800000}


def emit_atomic(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit atom: the destination gets what was in memory."""
    _emit(lanes, requester, instruction, instruction.operands[0], instruction.operands[1:])


def emit_reduction(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit red: an atomic whose result nobody wants."""
    _emit(lanes, requester, instruction, None, instruction.operands)


def _emit(
    lanes: Lanes,
    requester: Requester,
    instruction: Instruction,
    destination: Operand,
    operands: tuple[Operand, ...],
) -> None:
    kind = next((name for name in instruction.modifiers if name in _KINDS), None)
    if kind is None or len(instruction.types) != 1 or "async" in instruction.modifiers:
        raise Unsupported("this form of atomic")
    type_name = instruction.types[0]
    width = width_of(type_name)
    exchange = _exchange(kind, type_name)
    values = [lanes.read(operand, type_name) for operand in operands[1:]]
    builder = lanes.builder
    result = local(builder, integer_type(width))
    copies = [local(builder, integer_type(width)) for _ in values]
    for value, copy in zip(values, copies, strict=True):
        builder.store(value, copy)

    def use(request: Request) -> None:
        places = local(builder, request.places.type)
        builder.store(request.places, places)
        with each_lane(builder, request.mask) as lane:
            place = builder.inttoptr(spilled(builder, places, lane, 64), POINTER)
            scalars = [spilled(builder, copy, lane, width) for copy in copies]
            old = exchange(builder, place, scalars, request.space)
            builder.store(old, spilled_pointer(builder, result, lane, width))

    requester.emit("atomic", width // 8, lanes.address(operands[0]), use)
    lanes.write(destination, type_name, builder.load(result, typ=integer_type(width)))


def _exchange(kind: str, type_name: str) -> Exchange:
    if width_of(type_name) < 32:
        raise Unsupported("atomics on less than 32 bits")
    if kind == "cas":
        return _compare_and_swap
    if kind == "add" and type_name in _FLOATS:
        return _float_sum(type_name)
    if not type_name.lstrip("usb").isdigit() and kind != "exch":
        raise Unsupported("this form of atomic")
    return _direct(_DIRECT.get(kind) or (kind if type_name[0] == "s" else f"u{kind}"))


def _direct(operation: str) -> Exchange:
    def exchange(builder: ir.IRBuilder, place: ir.Value, values: Sequence[ir.Value], space: str) -> ir.Value:
        if space != "shared":
            return builder.atomic_rmw(operation, place, values[0], _ORDERING)
        old = builder.load(place, typ=values[0].type)
        builder.store(_updated(builder, operation, old, values[0]), place)
        return old

    return exchange


def _updated(builder: ir.IRBuilder, operation: str, old: ir.Value, value: ir.Value) -> ir.Value:
    zero, one = constant(0, old.type), constant(1, old.type)
    match operation:
        case "xchg":
            return value
        case "add":
            return builder.add(old, value)
        case "and":
            return builder.and_(old, value)
        case "or":
            return builder.or_(old, value)
        case "xor":
            return builder.xor(old, value)
        case "uinc_wrap":
            wraps = builder.icmp_unsigned(">=", old, value)
            return builder.select(wraps, zero, builder.add(old, one))
        case "udec_wrap":
            empty = builder.icmp_unsigned("==", old, zero)
            wraps = builder.or_(empty, builder.icmp_unsigned(">", old, value))
            return builder.select(wraps, value, builder.sub(old, one))
        case _:
            name = operation if operation[0] == "u" else f"s{operation}"
            function = intrinsic(builder.module, f"llvm.{name}.i{old.type.width}", old.type, [old.type] * 2)
            return builder.call(function, [old, value])


def _compare_and_swap(
    builder: ir.IRBuilder, place: ir.Value, values: Sequence[ir.Value], space: str
) -> ir.Value:
    expected, replacement = values
    if space != "shared":
        pair = builder.cmpxchg(
            _typed(builder, place, expected.type), expected, replacement, _ORDERING, _ORDERING
        )
        return builder.extract_value(pair, 0)
    old = builder.load(place, typ=expected.type)
    equal = builder.icmp_unsigned("==", old, expected)
    builder.store(builder.select(equal, replacement, old), place)
    return old


def _typed(builder: ir.IRBuilder, place: ir.Value, kind: ir.Type) -> ir.Value:
    return builder.bitcast(place, kind.as_pointer())


def _float_sum(type_name: str) -> Exchange:
    """Add floats; those of 32 bits lose subnormals outside shared memory (PTX ISA, atom)."""

    def exchange(builder: ir.IRBuilder, place: ir.Value, values: Sequence[ir.Value], space: str) -> ir.Value:
        kind = values[0].type
        if space == "shared":
            old = builder.load(place, typ=kind)
            builder.store(_sum(builder, old, values[0], type_name, flush=False), place)
            return old
        before = builder.block
        first = builder.load(place, typ=kind)
        retry, done = builder.append_basic_block("retry"), builder.append_basic_block("added")
        builder.branch(retry)
        builder.position_at_end(retry)
        old = builder.phi(kind)
        old.add_incoming(first, before)
        total = _sum(builder, old, values[0], type_name, flush=type_name == "f32")
        pair = builder.cmpxchg(_typed(builder, place, kind), old, total, _ORDERING, _ORDERING)
        old.add_incoming(builder.extract_value(pair, 0), builder.block)
        builder.cbranch(builder.extract_value(pair, 1), done, retry)
        builder.position_at_end(done)
        return old

    return exchange


def _sum(builder: ir.IRBuilder, left: ir.Value, right: ir.Value, type_name: str, *, flush: bool) -> ir.Value:
    number, integer = _FLOATS[type_name], left.type
    terms = [_flushed(builder, term, type_name) if flush else term for term in (left, right)]
    total = builder.fadd(*(builder.bitcast(term, number) for term in terms))
    is_nan = builder.fcmp_unordered("uno", total, total)
    found = builder.select(
        is_nan, constant(_CANONICAL_NAN[type_name], integer), builder.bitcast(total, integer)
    )
    return _flushed(builder, found, type_name) if flush else found


def _flushed(builder: ir.IRBuilder, value: ir.Value, type_name: str) -> ir.Value:
    exponent = builder.and_(value, constant(_EXPONENT[type_name], value.type))
    small = builder.icmp_unsigned("==", exponent, constant(0, value.type))
    sign = builder.and_(value, constant(1 << (value.type.width - 1), value.type))
    return builder.select(small, sign, value)

"""atom and red in native code (PTX ISA 9.7.13): one lane after another, blocks in parallel."""

from collections.abc import Callable, Sequence

from llvmlite import ir

from gpuadvisor.emulator.atomic_forms import atomic_kind
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering import lower_operation
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.requests import Request, Requester
from gpuadvisor.emulator.native.transfers import elements, spilled, spilled_pointer
from gpuadvisor.emulator.native.vectors import (
    LANES,
    MASK,
    POINTER,
    constant,
    each_lane,
    field,
    intrinsic,
    local,
    splat,
)
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported

Exchange = Callable[[ir.IRBuilder, ir.Value, Sequence[ir.Value], str], ir.Value]
"""Updates the integer at an address of a space with scalar operands; returns what was there."""

_ORDERING = "monotonic"
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
    kind = atomic_kind(instruction, operands)
    if len(instruction.types) != 1 or "async" in instruction.modifiers:
        raise Unsupported("this form of atomic")
    type_name = instruction.types[0]
    width = width_of(type_name)
    exchange = _exchange(kind, type_name)
    sources = list(zip(*(elements(operand) for operand in operands[1:]), strict=True))
    targets = elements(destination) if destination is not None else (None,) * len(sources)
    builder, element = lanes.builder, integer_type(width)
    results = [local(builder, element) for _ in sources]
    copies = [[_kept(lanes, operand, type_name) for operand in source] for source in sources]

    def use(request: Request) -> None:
        places = local(builder, request.places.type)
        builder.store(request.places, places)
        for number, (values, result) in enumerate(zip(copies, results, strict=True)):
            with each_lane(builder, request.mask) as lane:
                start = builder.inttoptr(spilled(builder, places, lane, 64), POINTER)
                scalars = [spilled(builder, value, lane, width) for value in values]
                old = exchange(builder, field(builder, start, number * width // 8), scalars, request.space)
                builder.store(old, spilled_pointer(builder, result, lane, width))

    requester.emit("atomic", width // 8 * len(sources), lanes.address(operands[0]), use)
    for target, result in zip(targets, results, strict=True):
        lanes.write(target, type_name, builder.load(result, typ=element))


def _kept(lanes: Lanes, operand: Operand, type_name: str) -> ir.Value:
    """Return where the lanes of an operand lie, one behind the other."""
    value = lanes.read(operand, type_name)
    memory = local(lanes.builder, value.type)
    lanes.builder.store(value, memory)
    return memory


def _exchange(kind: str, type_name: str) -> Exchange:
    if width_of(type_name) == 1:
        raise Unsupported("atomics on predicates")
    if kind == "cas":
        return _compare_and_swap
    if kind == "exch":
        return _direct("xchg")
    if kind == "add" and type_name in _FLOATS:
        return _float_sum(type_name)
    if kind in ("and", "or", "xor") or (type_name.lstrip("usb").isdigit() and type_name != "b128"):
        return _direct(_DIRECT.get(kind) or (kind if type_name[0] == "s" else f"u{kind}"))
    return _computed(kind, type_name)


def _computed(kind: str, type_name: str) -> Exchange:
    """Exchange by the instruction that computes the same from registers; one lane of it is used."""
    modifiers = ("rn",) if kind == "add" else ()
    operation = lower_operation(Instruction(0, kind, modifiers, (type_name,), (None,) * 3, None, None, 0))
    if operation is None or kind in ("inc", "dec") or type_name == "b128":
        raise Unsupported("this form of atomic")

    def updated(builder: ir.IRBuilder, old: ir.Value, value: ir.Value) -> ir.Value:
        vectors = [splat(builder, each) for each in (old, value)]
        (result,) = operation.emit(builder, vectors, ir.Constant(MASK, [1] * LANES))
        return builder.extract_element(result, constant(0))

    return _retried(lambda builder, old, value, _space: updated(builder, old, value))


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

    def updated(builder: ir.IRBuilder, old: ir.Value, value: ir.Value, space: str) -> ir.Value:
        return _sum(builder, old, value, type_name, flush=type_name == "f32" and space != "shared")

    return _retried(updated)


def _retried(update: Callable[[ir.IRBuilder, ir.Value, ir.Value, str], ir.Value]) -> Exchange:
    """Exchange what `update` makes of memory and operand, again where another thread came in between."""

    def exchange(builder: ir.IRBuilder, place: ir.Value, values: Sequence[ir.Value], space: str) -> ir.Value:
        kind = values[0].type
        if space == "shared":
            old = builder.load(place, typ=kind)
            builder.store(update(builder, old, values[0], space), place)
            return old
        before = builder.block
        first = builder.load(place, typ=kind)
        retry, done = builder.append_basic_block("retry"), builder.append_basic_block("added")
        builder.branch(retry)
        builder.position_at_end(retry)
        old = builder.phi(kind)
        old.add_incoming(first, before)
        total = update(builder, old, values[0], space)
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

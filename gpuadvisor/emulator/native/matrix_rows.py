"""ldmatrix, stmatrix and movmatrix in native code: 8x8 matrices of 16 bits (see `instructions.ldmatrix`).

Matrix m of an instruction has the addresses of its rows in lanes 8m to 8m + 7, and is a request of its own.
A kernel has one function that loads rows and one that stores them; every instruction calls it.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.instructions.fragments import registers_of
from gpuadvisor.emulator.instructions.ldmatrix import ROW_BYTES, ROWS, check_count, check_form
from gpuadvisor.emulator.layout import SHARED_WINDOW
from gpuadvisor.emulator.native.abi import SITE, Word
from gpuadvisor.emulator.native.cluster_access import access_cluster
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.functions import call_shared
from gpuadvisor.emulator.native.requests import Requester, named_space
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.vectors import (
    I16,
    I32,
    I64,
    LANES,
    LONGS,
    POINTER,
    WORDS,
    constant,
    counted_loop,
    field,
    local,
    picked,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Instruction, Operand

_WORDS_BYTES = 4 * LANES
_ROW = ir.VectorType(I32, ROW_BYTES // 4)
_HALVES = ir.VectorType(I16, ROWS * ROWS)
_TURNED = [column * ROWS + row for row in range(ROWS) for column in range(ROWS)]


def emit_load_matrix(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit ldmatrix: lane 4r + w gets word w of row r of each matrix."""
    target, address = instruction.operands
    check_form(instruction)
    check_count(instruction, target)
    registers = registers_of(target)
    builder = lanes.builder
    memory = local(builder, ir.ArrayType(WORDS, len(registers)))
    _move_rows(lanes, requester, instruction, address, "load", len(registers), memory)
    for number, register in enumerate(registers):
        words = builder.load(field(builder, memory, number * _WORDS_BYTES), typ=WORDS)
        lanes.write(register, "b32", _arranged(builder, words, instruction))


def emit_store_matrix(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit stmatrix, the way back."""
    address, source = instruction.operands
    check_form(instruction)
    check_count(instruction, source)
    registers = registers_of(source)
    builder = lanes.builder
    memory = local(builder, ir.ArrayType(WORDS, len(registers)))
    for number, register in enumerate(registers):
        words = _arranged(builder, lanes.read(register, "b32"), instruction)
        builder.store(words, field(builder, memory, number * _WORDS_BYTES))
    _move_rows(lanes, requester, instruction, address, "store", len(registers), memory)


def emit_move_matrix(lanes: Lanes, instruction: Instruction) -> None:
    """Emit movmatrix: a matrix in registers, transposed."""
    check_form(instruction)
    target, source = instruction.operands
    lanes.write(target, "b32", _turned(lanes.builder, lanes.read(source, "b32")))


def _move_rows(
    lanes: Lanes,
    requester: Requester,
    instruction: Instruction,
    operand: Operand,
    operation: str,
    count: int,
    memory: ir.Value,
) -> None:
    """Move the rows of matrices between shared memory and `memory`, a register's lanes for each matrix."""
    builder, context = lanes.builder, lanes.warp.context
    addresses = lanes.address(operand)
    if named_space(instruction) is None:
        addresses = builder.sub(addresses, splat_constant(SHARED_WINDOW, I64))
    site, *_ = [requester.site("shared", operation, ROW_BYTES) for _ in range(count)]
    runs = builder.icmp_unsigned("!=", lanes.on, constant(0))
    matrices = builder.select(runs, constant(count, I64), constant(0, I64))
    # Lanes that do not run hold anything: what is checked and what is used must be the same.
    addresses = builder.select(lanes.mask, addresses, ir.Constant(LONGS, None))
    arguments = [context, site, addresses, matrices, memory]

    def body(inside: ir.IRBuilder, given: Sequence[ir.Value]) -> ir.Value:
        return _rows_moved(inside, given, operation, in_clusters=lanes.layout.in_clusters)

    requester.check(call_shared(builder, f"{operation}_rows", I64, arguments, body))


def _rows_moved(
    builder: ir.IRBuilder, arguments: Sequence[ir.Value], operation: str, *, in_clusters: bool
) -> ir.Value:
    """Emit the function (context, first site, addresses, matrices, memory) -> negative after a fault."""
    context, site, addresses, matrices, memory = arguments
    places = local(builder, LONGS)
    builder.store(builder.add(addresses, splat(builder, word(builder, context, Word.SHARED))), places)
    access = declared(builder.module, "access_shared")
    with counted_loop(builder, matrices) as matrix:
        first = builder.mul(matrix, constant(ROWS, I64))
        mask = builder.shl(constant((1 << ROWS) - 1), builder.trunc(first, I32))
        own = field(builder, site, builder.mul(matrix, constant(SITE.itemsize, I64)))
        if in_clusters:
            found = access_cluster(builder, context, own, addresses, mask, places)
        else:
            found = builder.call(access, [context, own, addresses, mask])
        with builder.if_then(builder.icmp_signed("<", found, constant(0, I64)), likely=False):
            builder.ret(found)
        with counted_loop(builder, constant(ROWS, I64)) as row:
            number = builder.add(first, row)
            place = builder.load(field(builder, places, builder.mul(number, constant(8, I64))), typ=POINTER)
            kept = field(builder, memory, builder.mul(number, constant(ROW_BYTES, I64)))
            source, target = (place, kept) if operation == "load" else (kept, place)
            builder.store(builder.load(source, typ=_ROW, align=ROW_BYTES), target, align=ROW_BYTES)
    return constant(0, I64)


def _arranged(builder: ir.IRBuilder, words: ir.Value, instruction: Instruction) -> ir.Value:
    return _turned(builder, words) if "trans" in instruction.modifiers else words


def _turned(builder: ir.IRBuilder, words: ir.Value) -> ir.Value:
    """Return the transpose of a matrix in registers."""
    halves = builder.bitcast(words, _HALVES)
    return builder.bitcast(picked(builder, halves, halves, _TURNED), WORDS)

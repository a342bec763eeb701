"""The word of an mbarrier, changed: the format and the rules of `emulator.instructions.phases`."""

from llvmlite import ir

from gpuadvisor.emulator.instructions.phases import MAXIMUM_ARRIVALS
from gpuadvisor.emulator.native.runtime.signatures import SIGNATURES, defined
from gpuadvisor.emulator.native.vectors import I64, constant

PENDING_BIT, TRANSACTION_BIT, UNTRACKED_BIT, PARITY_BIT = 20, 40, 62, 63
_TRANSACTION_WIDTH = UNTRACKED_BIT - TRANSACTION_BIT
_ABOVE_TRANSACTIONS = 64 - UNTRACKED_BIT


def pending(builder: ir.IRBuilder, word: ir.Value, count_mask: ir.Value, shift: ir.Value) -> ir.Value:
    """Return how many arrivals the phase of a word, or of a vector of words, still waits for."""
    return builder.and_(builder.lshr(word, shift), count_mask)


def define_change_phase(module: ir.Module) -> ir.Function:
    """Define (word, arrivals, transactions, dropped) -> the word after it.

    The transactions are added to those outstanding; where nothing is pending the next phase begins.
    """
    function, builder = defined(module, "change_phase", SIGNATURES["change_phase"])
    word, arrivals, transactions, dropped = function.args
    counts = constant(MAXIMUM_ARRIVALS, I64)
    expected = builder.sub(builder.and_(word, counts), dropped)
    missing = pending(builder, word, counts, constant(PENDING_BIT, I64))
    left = builder.sub(missing, arrivals)
    moved = builder.shl(word, constant(_ABOVE_TRANSACTIONS, I64))
    before = builder.ashr(moved, constant(64 - _TRANSACTION_WIDTH, I64))
    loose = builder.and_(builder.lshr(word, constant(UNTRACKED_BIT, I64)), constant(1, I64))
    tracked = builder.icmp_unsigned("==", loose, constant(0, I64))
    outstanding = builder.select(tracked, builder.add(before, transactions), constant(0, I64))
    arrived = builder.icmp_signed("<=", left, constant(0, I64))
    complete = builder.and_(arrived, builder.icmp_unsigned("==", outstanding, constant(0, I64)))
    left = builder.select(complete, expected, left)
    parity = builder.xor(builder.lshr(word, constant(PARITY_BIT, I64)), builder.zext(complete, I64))
    fields = (
        (left, counts, PENDING_BIT),
        (outstanding, constant((1 << _TRANSACTION_WIDTH) - 1, I64), TRANSACTION_BIT),
        (loose, constant(1, I64), UNTRACKED_BIT),
        (parity, constant(1, I64), PARITY_BIT),
    )
    result = builder.and_(expected, counts)
    for value, mask, bit in fields:
        result = builder.or_(result, builder.shl(builder.and_(value, mask), constant(bit, I64)))
    builder.ret(result)
    return function

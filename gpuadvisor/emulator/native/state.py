"""How machine code reads and writes what it shares with Python."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import SITE, WARP, WORD_BYTES, Word, offset_of
from gpuadvisor.emulator.native.vectors import I64, POINTER, field


def word_pointer(builder: ir.IRBuilder, context: ir.Value, word: int) -> ir.Value:
    """Return the address of a word of a context."""
    return field(builder, context, WORD_BYTES * word)


def word(builder: ir.IRBuilder, context: ir.Value, name: Word) -> ir.Value:
    """Return a word of a context as an integer."""
    return builder.load(word_pointer(builder, context, name), typ=I64)


def pointer(builder: ir.IRBuilder, context: ir.Value, name: Word) -> ir.Value:
    """Return a word of a context as an address."""
    return builder.load(word_pointer(builder, context, name), typ=POINTER)


def warp_at(builder: ir.IRBuilder, context: ir.Value, number: ir.Value) -> ir.Value:
    """Return the address of the state of a warp of the block."""
    offset = builder.mul(number, word(builder, context, Word.WARP_STRIDE))
    return field(builder, pointer(builder, context, Word.WARPS), offset)


def site_pointer(builder: ir.IRBuilder, site: ir.Value, name: str, index: int = 0) -> ir.Value:
    """Return the address of a field of a site, or of the 64-bit element `index` of it."""
    return field(builder, site, offset_of(SITE, name) + WORD_BYTES * index)


def site_field(builder: ir.IRBuilder, site: ir.Value, name: str, kind: ir.Type, index: int = 0) -> ir.Value:
    """Return the value of a field of a site."""
    return builder.load(site_pointer(builder, site, name, index), typ=kind)


def warp_pointer(builder: ir.IRBuilder, warp: ir.Value, name: str) -> ir.Value:
    """Return the address of a field of a warp's state."""
    return field(builder, warp, offset_of(WARP, name))


def warp_field(builder: ir.IRBuilder, warp: ir.Value, name: str, kind: ir.Type) -> ir.Value:
    """Return the value of a field of a warp's state."""
    return builder.load(warp_pointer(builder, warp, name), typ=kind)


def note_fault(
    builder: ir.IRBuilder, context: ir.Value, place: ir.Value, mask: ir.Value, addresses: ir.Value
) -> None:
    """Note for the message where a request failed, its lanes, as bits, and their addresses, <32 x i64>."""
    noted = {
        Word.FAULT_PLACE: place,
        Word.FAULT_MASK: builder.zext(mask, I64),
        Word.FAULT_ADDRESSES: addresses,
    }
    for name, value in noted.items():
        builder.store(value, word_pointer(builder, context, name), align=8)

"""PTX types as NumPy types."""

from typing import Any

import numpy as np

from gpuadvisor.emulator.widths import TYPE_BYTES, Lanes, is_signed

Unsigned = type[np.unsignedinteger[Any]]
Signed = type[np.signedinteger[Any]]

UNSIGNED: dict[int, Unsigned] = {8: np.uint8, 16: np.uint16, 32: np.uint32, 64: np.uint64}
SIGNED: dict[int, Signed] = {8: np.int8, 16: np.int16, 32: np.int32, 64: np.int64}


def width(ptx_type: str) -> int:
    """Return the width of a PTX type in bits."""
    return 8 * TYPE_BYTES[ptx_type]


def is_integer(ptx_type: str) -> bool:
    """Return whether the type is a signed, unsigned or untyped integer of one element."""
    return ptx_type[0] in "sub" and ptx_type[1:].isdigit()


def as_integers(lanes: Lanes, ptx_type: str) -> Lanes:
    """View register bits as the integers that the type says they are."""
    return lanes.view(SIGNED[width(ptx_type)]) if is_signed(ptx_type) else lanes


def as_bits(lanes: Lanes) -> Lanes:
    """View numbers as register bits: the unsigned integers of the same width."""
    return lanes.view(UNSIGNED[lanes.dtype.itemsize * 8])

"""Whether an array holds what a pointer parameter is declared to point to."""

import re

import numpy as np

_QUALIFIERS = re.compile(r"\b(?:const|volatile|restrict|signed)\b|__restrict__|&")
_KINDS = {
    "bool": ("b", 1), "char": ("i", 1), "unsigned char": ("i", 1), "int8_t": ("i", 1), "uint8_t": ("i", 1),
    "short": ("i", 2), "unsigned short": ("i", 2), "int16_t": ("i", 2), "uint16_t": ("i", 2),
    "int": ("i", 4), "unsigned": ("i", 4), "unsigned int": ("i", 4), "int32_t": ("i", 4),
    "uint32_t": ("i", 4),
    "long long": ("i", 8), "unsigned long long": ("i", 8), "int64_t": ("i", 8), "uint64_t": ("i", 8),
    "float": ("f", 4), "double": ("f", 8),
}  # fmt: skip
"""Kind and bytes of the types whose meaning is the same everywhere; signed and unsigned may stand in."""
_SAME_KIND = {"u": "i"}


def holds(declared: str, dtype: np.dtype[np.generic]) -> bool:
    """Return False where `declared` (`const float*`) points to a plain type that `dtype` is not.

    Types that mean something only in their source (structures, typedefs, templates) hold anything.
    """
    pointee = " ".join(_QUALIFIERS.sub(" ", declared).split())
    if not pointee.endswith("*") or pointee[:-1].strip() not in _KINDS:
        return True
    kind, size_bytes = _KINDS[pointee[:-1].strip()]
    found = _SAME_KIND.get(dtype.kind, dtype.kind)
    if size_bytes == 1 and found in "bi":
        return dtype.itemsize == 1
    return (found, dtype.itemsize) == (kind, size_bytes)

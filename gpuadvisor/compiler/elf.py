"""The section headers of a cubin, which is an ELF file (System V ABI, chapter 4)."""

import struct

_SECTION_TABLE_AT = 0x28
_SECTION_COUNTS_AT = 0x3A
_SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")


def section_sizes(cubin: bytes) -> dict[str, int]:
    """Return the size in bytes of every named section of a 64-bit little-endian ELF file."""
    (table,) = struct.unpack_from("<Q", cubin, _SECTION_TABLE_AT)
    entry_bytes, count, names_index = struct.unpack_from("<HHH", cubin, _SECTION_COUNTS_AT)
    headers = [_SECTION_HEADER.unpack_from(cubin, table + index * entry_bytes) for index in range(count)]
    names_at = headers[names_index][4]
    return {_string(cubin, names_at + header[0]): header[5] for header in headers}


def _string(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode()

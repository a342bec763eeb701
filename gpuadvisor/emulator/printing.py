"""printf of device code: the conversions of C, applied to values that lie in memory (C17 7.21.6.1)."""

import re
import struct
from collections.abc import Sequence
from typing import Protocol, TextIO

_CONVERSION = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<length>hh|h|ll|l|j|z|t|L)?"
    r"(?P<kind>[diouxXcsfFeEgGaAp%])"
)
_LONG = frozenset({"l", "ll", "j", "z", "t"})
_SIGNED, _UNSIGNED, _REAL = "di", "uoxX", "fFeEgGaA"
_NARROW_BITS = {"h": 16, "hh": 8}
_WIDEST = 4096
"""Wider fields than this are cut: they are mistakes."""


def write_printed(printed: Sequence[tuple[int, str]], stream: TextIO) -> None:
    """Write what threads printed, (position of the thread, text), thread by thread."""
    stream.writelines(text for _, text in sorted(printed, key=lambda each: each[0]))


class Values(Protocol):
    """Memory as the printing thread sees it."""

    def load(self, address: int, size_bytes: int) -> int:
        """Return an unsigned integer."""

    def string(self, address: int) -> str:
        """Return a text that ends with a zero byte."""


class _Arguments:
    """The values behind the format, each aligned to its size."""

    def __init__(self, address: int, values: Values) -> None:
        self._address = address
        self._values = values
        self.count = 0

    def next(self, size_bytes: int) -> int:
        self._address = -(-self._address // size_bytes) * size_bytes
        value = self._values.load(self._address, size_bytes)
        self._address += size_bytes
        self.count += 1
        return value


def format_text(template: str, address: int, values: Values) -> tuple[str, int]:
    """Return the text of a printf whose arguments lie at `address`, and how many it took."""
    arguments = _Arguments(address, values)
    text = _CONVERSION.sub(lambda match: _convert(match, arguments, values), template)
    return text, arguments.count


def _convert(match: re.Match[str], arguments: _Arguments, values: Values) -> str:
    kind = match["kind"]
    if kind == "%":
        return "%"
    options = match["flags"] + _number(match["width"], arguments)
    if match["precision"] is not None:
        options += "." + _number(match["precision"] or "0", arguments).lstrip("-")
    if kind in _REAL:
        return _real(options, kind, arguments.next(8))
    if kind == "s":
        return f"%{options}s" % values.string(arguments.next(8))
    if kind == "p":
        return f"%{options}s" % hex(arguments.next(8))
    if kind == "c":
        return f"%{options}s" % chr(arguments.next(4) & 0xFF)
    return _integer(options, kind, match["length"] or "", arguments)


def _number(text: str | None, arguments: _Arguments) -> str:
    if text != "*":
        return str(min(int(text), _WIDEST)) if text else ""
    value = _signed(arguments.next(4), 32)
    return str(max(-_WIDEST, min(value, _WIDEST)))


def _real(options: str, kind: str, bits: int) -> str:
    value: float = struct.unpack("<d", bits.to_bytes(8, "little"))[0]
    if kind in "aA":
        text = value.hex()
        return f"%{options.partition('.')[0]}s" % (text.upper() if kind == "A" else text)
    return f"%{options}{kind}" % value


def _integer(options: str, kind: str, length: str, arguments: _Arguments) -> str:
    bits = 64 if length in _LONG else 32
    value = arguments.next(bits // 8)
    bits = _NARROW_BITS.get(length, bits)
    value &= (1 << bits) - 1
    if kind in _SIGNED:
        return f"%{options}d" % _signed(value, bits)
    text = f"%{options}{'d' if kind == 'u' else kind}" % value
    return text.replace("0o", "0", 1) if kind == "o" else text


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value

"""Objects out of a JSON array of any length, a few megabytes at a time.

A block of bytes is cut after its last whole object and decoded at once, which is as fast as the decoder is.
The cut is guessed: before the last `},{` in the block. Where it falls into a string or a nested array, the
decoder refuses the piece, because a bracket or a quote stays open in it, and a scanner finds the right place.
"""

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError

LONGEST_OBJECT_BYTES = 64 * 2**20
_GUESS_BYTES = 2**16
_SEAM = re.compile(rb"\}(?=\s*,\s*\{)")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{}]', re.DOTALL)
_NOT_A_NUMBER = re.compile(rb"([:\[,]\s*)[-+]?(?:nan|inf(?:inity)?)(?=\s*[,}\]])", re.IGNORECASE)
_BETWEEN = b" \t\r\n,"

Element = TypeVar("Element")


class ObjectArray(Generic[Element]):
    """The elements of an array whose `[` has just been read; `rest` is what follows its `]`."""

    def __init__(self, blocks: Iterator[bytes], element: type[Element], where: str) -> None:
        self._blocks = blocks
        self._decoder: msgspec.json.Decoder[list[Element]] = msgspec.json.Decoder(list[element])  # type: ignore[valid-type]
        self._where = where
        self.rest = b""

    def pieces(self, begun: bytes) -> Iterator[list[Element]]:
        """Yield the elements in pieces; `begun` is what has been read after the `[`.

        Raises GpuAdvisorError where the array is damaged or ends too early.
        """
        buffer = begun
        while True:
            buffer = buffer.lstrip(_BETWEEN)
            if buffer.startswith(b"]"):
                self.rest = buffer[1:]
                return
            size, elements = self._decode(buffer)
            if size:
                yield elements
                buffer = buffer[size:]
            block = next(self._blocks, b"")
            if not size and not block:
                raise self._damaged("it ends in the middle of an event")
            if len(buffer) > LONGEST_OBJECT_BYTES:
                raise self._damaged(f"an event is longer than {LONGEST_OBJECT_BYTES >> 20} MiB")
            buffer += block

    def _decode(self, buffer: bytes) -> tuple[int, list[Element]]:
        """Return how many bytes at the beginning are whole elements, and these."""
        guess = guessed_end(buffer)
        if guess:
            try:
                return guess, self._decoder.decode(b"[" + buffer[:guess] + b"]")
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # a wrong guess or a damaged file: the scanner tells
        size = whole_objects(buffer)
        return size, self._decode_for_certain(buffer[:size]) if size else []

    def _decode_for_certain(self, objects: bytes) -> list[Element]:
        """Decode whole elements, mended where they hold what Kineto has written although JSON has it not."""
        try:
            mended = _NOT_A_NUMBER.sub(rb"\1null", objects).decode(errors="replace").encode()
            return self._decoder.decode(b"[" + mended + b"]")
        except msgspec.DecodeError as error:
            raise self._damaged(str(error)) from None
        except RecursionError:
            raise self._damaged("it is nested too deeply") from None

    def _damaged(self, reason: str) -> GpuAdvisorError:
        return GpuAdvisorError(f"damaged trace: {reason}", where=self._where)


def guessed_end(buffer: bytes) -> int:
    """Return the end of what is probably the last whole object with one behind it; 0 if there is none."""
    start = max(0, len(buffer) - _GUESS_BYTES)
    ends = [match.end() for match in _SEAM.finditer(buffer, start)]
    return ends[-1] if ends else 0


def whole_objects(buffer: bytes) -> int:
    """Return the end of the last whole object of the array that goes on at the beginning of `buffer`."""
    depth, end = 0, 0
    for match in _TOKEN.finditer(buffer):
        token = match[0]
        if token in b"{[":
            depth += 1
        elif token in b"}]":
            depth -= 1
            if depth < 0:
                break
            if depth == 0:
                end = match.end()
        elif token == b'"':
            break  # a string that goes on beyond the buffer
    return end

"""The bytes of a file, compressed with gzip or not."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from gpuadvisor.model.errors import GpuAdvisorError

BLOCK_BYTES = 4 * 2**20
_GZIP = b"\x1f\x8b"


def first_bytes(path: Path, count: int) -> bytes:
    """Return what the file begins with, decompressed; raise GpuAdvisorError where it cannot be read."""
    return next(blocks(path, count), b"")


def blocks(path: Path, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield the content in blocks, decompressed; raise GpuAdvisorError where it cannot be read."""
    try:
        with _open(path) as file:
            while block := file.read(size):
                yield block
    except EOFError:
        raise GpuAdvisorError("ends in the middle of its compressed data", where=str(path)) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise GpuAdvisorError(f"damaged compressed data ({error})", where=str(path)) from None
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    return cast("BinaryIO", gzip.open(path) if compressed else path.open("rb"))

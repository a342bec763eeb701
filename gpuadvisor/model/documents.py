"""Read and write the tool's JSON documents: whole or not at all, and only of a version we know."""

import os
import re
import tempfile
from pathlib import Path

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Report
from gpuadvisor.model.timeline import TimelineProfile

Document = MachineProfile | Report | TimelineProfile
KINDS: tuple[type[MachineProfile], type[Report], type[TimelineProfile]] = (
    MachineProfile,
    Report,
    TimelineProfile,
)
MAJOR_VERSION = 1
_CONTROL = re.compile(rb"\\u00(?:0[0-8b-f]|1[0-9a-f]|7f|[89][0-9a-f])|\x7f|\xc2[\x80-\x9f]", re.IGNORECASE)
"""Escaped or (JSON allows those from 0x7f on) as they are; tab and newline are \\t and \\n."""


class _Head(msgspec.Struct):
    schema: str
    version: int


def encode(document: msgspec.Struct) -> bytes:
    """Return the document as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(content: bytes, where: str) -> Document:
    """Return the document in `content`, whichever of ours it is; `where` names it in errors.

    Control characters are refused: what a stranger's document holds is printed on terminals.
    """
    if _CONTROL.search(content):
        raise GpuAdvisorError("the document holds control characters", where=where)
    try:
        head = msgspec.json.decode(content, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GpuAdvisorError(
            f"not a gpuadvisor document ({error})",
            where=where,
            remedy="give a file that `gpuadvisor probe -o` or `gpuadvisor analyze -o` wrote",
        ) from None
    kind = next((kind for kind in KINDS if head.schema == kind.SCHEMA), None)
    if kind is None:
        known = ", ".join(kind.SCHEMA for kind in KINDS)
        raise GpuAdvisorError(f"unknown schema {head.schema!r}; known: {known}", where=where)
    if head.version > MAJOR_VERSION:
        raise GpuAdvisorError(
            f"{head.schema} version {head.version} is newer than this gpuadvisor understands "
            f"({MAJOR_VERSION})",
            where=where,
            remedy="upgrade gpuadvisor",
        )
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise GpuAdvisorError(f"damaged {head.schema} document: {error}", where=where) from None


def read(path: Path) -> Document:
    """Read a document from a file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None
    return decode(content, str(path))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a killed run leaves the old one.

    A link is followed to its file; a device or a pipe is written to as it is. The folder must exist.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None


def _replace(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

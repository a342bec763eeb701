"""Read and write the tool's JSON documents: whole or not at all, and only of a version we know."""

import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Report

Document = MachineProfile | Report
DocumentType = TypeVar("DocumentType", MachineProfile, Report)
KINDS: tuple[type[MachineProfile], type[Report]] = (MachineProfile, Report)
MAJOR_VERSION = 1


class _Head(msgspec.Struct):
    schema: str
    version: int


def encode(document: Document) -> bytes:
    """Return the document as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(content: bytes, where: str) -> Document:
    """Return the document in `content`, whichever of ours it is; `where` names it in errors."""
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
    """Write `content` to `path` through a temporary file, so that a killed run leaves the old file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

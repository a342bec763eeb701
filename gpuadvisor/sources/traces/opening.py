"""Which profiler wrote a file: told by what is in it, not by its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.blocks import first_bytes
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.ncu import read_ncu
from gpuadvisor.sources.traces.nsys import MAGIC as SQLITE
from gpuadvisor.sources.traces.nsys import read_nsys

HEAD_BYTES = 8 * 2**20
"""Enough for what stands before the events of a run of thousands of ranks."""
_OURS = re.compile(rb'"schema"\s*:\s*"gpuadvisor\.')
_EVENTS = re.compile(rb'"traceEvents"\s*:')
_NCU_TABLE = re.compile(rb'^(?:\xef\xbb\xbf)?"[^\n]*"Kernel Name"', re.MULTILINE)
_NCU_REPORT = b"NVR\x00"
_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n"
KNOWN = "give a gpuadvisor document, a PyTorch trace, an SQLite export of nsys or a CSV of ncu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file of another profiler holds."""

    timelines: list[TimelineProfile] = field(default_factory=list)
    kernels: list[KernelProfile] = field(default_factory=list)


def read_trace(path: Path) -> Imported | None:
    """Return what a file holds, None for a document of gpuadvisor's own, or a pipe that can be read once.

    Raises GpuAdvisorError for a file that no reader knows, or that is damaged.
    """
    if path.exists() and not path.is_file():
        return None
    reader = _reader(first_bytes(path, HEAD_BYTES), path)
    return None if reader is None else reader(path)


def trace_files(directory: Path) -> list[Path]:
    """Return the traces in a directory, by name: those of the ranks of one run, say."""
    found = [path for path in sorted(directory.iterdir()) if path.is_file() and _is_trace(path)]
    if not found:
        raise GpuAdvisorError("no traces in this directory", where=str(directory), remedy=KNOWN)
    return found


def _is_trace(path: Path) -> bool:
    head = first_bytes(path, HEAD_BYTES)
    return not _OURS.search(head) and any(recognises(head) for recognises, _ in _READERS)


def _reader(head: bytes, path: Path) -> Callable[[Path], Imported] | None:
    if not head:
        raise GpuAdvisorError("the file is empty", where=str(path), remedy=KNOWN)
    if _OURS.search(head) and not _begins_with_events(head):
        return None
    for recognises, reader in _READERS:
        if recognises(head):
            return reader
    if head.lstrip()[:1] in (b"{", b"["):
        return None  # the reader of documents says what is wrong with it
    raise _refusal(head, path)


def _refusal(head: bytes, path: Path) -> GpuAdvisorError:
    where = str(path)
    if head.startswith(_NCU_REPORT) or path.suffix == ".ncu-rep":
        remedy = f"export it: ncu --import {path} --csv --page raw > {path.with_suffix('.csv').name}"
        return GpuAdvisorError("a report of Nsight Compute in its own format", where=where, remedy=remedy)
    if path.suffix in (".nsys-rep", ".qdrep", ".qdstrm"):
        remedy = f"export it: nsys export --type sqlite -o {path.with_suffix('.sqlite').name} {path}"
        return GpuAdvisorError("a report of Nsight Systems in its own format", where=where, remedy=remedy)
    kind = "text" if not head[:4096].translate(None, _TEXT) else "binary data"
    return GpuAdvisorError(f"{kind} that no reader knows", where=where, remedy=KNOWN)


def _begins_with_events(head: bytes) -> bool:
    events, ours = _EVENTS.search(head), _OURS.search(head)
    return events is not None and ours is not None and events.start() < ours.start()


def _is_kineto(head: bytes) -> bool:
    start = head.lstrip()[:1]
    return start == b"[" or (start == b"{" and _EVENTS.search(head) is not None)


def _timeline(read: Callable[[Path], TimelineProfile]) -> Callable[[Path], Imported]:
    return lambda path: Imported(timelines=[read(path)])


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[Path], Imported]], ...] = (
    (lambda head: head.startswith(SQLITE), _timeline(read_nsys)),
    (_is_kineto, _timeline(read_kineto)),
    (lambda head: _NCU_TABLE.search(head) is not None, lambda path: Imported(kernels=read_ncu(path))),
)

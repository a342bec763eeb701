"""SQLite exports of Nsight Systems: `nsys export --type sqlite`."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineDevice, TimelineProfile
from gpuadvisor.sources.traces.blocks import blocks
from gpuadvisor.sources.traces.nsys_activities import NsysActivities
from gpuadvisor.sources.traces.nsys_database import NsysDatabase
from gpuadvisor.sources.traces.profile import Origin, timeline
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible

MAGIC = b"SQLite format 3\x00"
NANOSECONDS = 1e9
_LONGEST_REASON = 120
"""SQLite quotes what it found, which may be anything."""
_HEAD_BYTES = 100
_LARGEST_PAGE_BYTES = 2**16
"""Which does not fit the field of the page size and is written as 1."""
_OF_NSYS = ("CUPTI_", "NVTX_", "TARGET_INFO_", "META_DATA_", "StringIds")


def read_nsys(path: Path) -> TimelineProfile:
    """Read one export; raise GpuAdvisorError where it is damaged or none."""
    try:
        with _plain(path) as file, closing(_connect(file)) as connection:
            return _read(NsysDatabase(connection), str(path))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        reason = visible(str(error))[:_LONGEST_REASON]
        raise GpuAdvisorError(f"damaged SQLite file ({reason})", where=str(path)) from None


def _read(database: NsysDatabase, where: str) -> TimelineProfile:
    if not any(name.startswith(_OF_NSYS) for name in database.tables):
        raise GpuAdvisorError(
            "an SQLite file, but no export of Nsight Systems",
            where=where,
            remedy="export with `nsys export --type sqlite REPORT.nsys-rep`",
        )
    recording = Recording(NANOSECONDS)
    NsysActivities(database, recording, where).read()
    origin = Origin(
        provenance=Provenance.IMPORTED_NSYS,
        source=where,
        producer=_producer(database),
        devices=_devices(database),
    )
    return timeline(recording, origin)


@contextmanager
def _plain(path: Path) -> Iterator[Path]:
    """Give the file itself, or a decompressed copy of it for as long as it is needed."""
    with path.open("rb") as file:
        compressed = file.read(len(MAGIC)) != MAGIC
    if not compressed:
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        for block in blocks(path):
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def _connect(path: Path) -> sqlite3.Connection:
    """Open a stranger's file: nothing is written to it or beside it, and it runs no code of its own."""
    _check_size(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _check_size(path: Path) -> None:
    """Raise an error where pages are missing at the end, which SQLite notices only if it needs them.

    Source: Database File Format, 1.3: the page size at byte 16, the number of pages at byte 28.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    page_bytes = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    whole = pages * (_LARGEST_PAGE_BYTES if page_bytes == 1 else page_bytes)
    if len(head) < _HEAD_BYTES or path.stat().st_size < whole:
        raise sqlite3.DatabaseError("it ends too early")


def _producer(database: NsysDatabase) -> str:
    described: dict[object, object] = dict(database.rows("META_DATA_EXPORT", ("name", "value")))
    version = described.get("EXPORT_PRODUCT_VERSION")
    return f"Nsight Systems {version}" if version else "Nsight Systems"


def _devices(database: NsysDatabase) -> dict[int, TimelineDevice]:
    columns = ("cuDevice", "id", "name", "computeMajor", "computeMinor", "smCount", "totalMemory")
    found = {}
    for cuda, number, name, major, minor, multiprocessors, memory in database.rows(
        "TARGET_INFO_GPU", columns
    ):
        index = number if cuda is None else cuda
        capability = None if major is None or minor is None else f"{major}.{minor}"
        if type(index) is int:
            found[index] = TimelineDevice(
                index=index,
                name=None if name is None else str(name),
                compute_capability=capability,
                multiprocessors=multiprocessors if type(multiprocessors) is int else None,
                memory_bytes=memory if type(memory) is int else None,
            )
    return found

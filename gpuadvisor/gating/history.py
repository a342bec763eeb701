"""Runs of the gate in a SQLite database: what every fact was, and when it changed.

A run is written in one transaction that waits for other writers, so that gates running at once lose nothing
and a killed one leaves the database as it was.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gpuadvisor.gating.items import Item
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import GateReport, GateValue
from gpuadvisor.model.provenance import Provenance

_VERSION = 1
_WAIT_SECONDS = 60.0
"""For other writers."""
_TABLES = """
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, revision TEXT, tool TEXT NOT NULL, device TEXT NOT NULL,
    compiler TEXT, verdict TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fact (
    run INTEGER NOT NULL REFERENCES run(id), item TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    unit TEXT NOT NULL, provenance TEXT NOT NULL, PRIMARY KEY (run, item, name)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A fact in one run."""

    created: dt.datetime
    revision: str | None
    compiler: str | None
    value: GateValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A fact of an item over all runs, oldest first."""

    item: str
    fact: str
    unit: str
    provenance: Provenance
    points: Sequence[Point]


def append_run(path: Path, report: GateReport, items: Sequence[Item], revision: str | None) -> None:
    """Add a run: the facts of its items, and the times it measured."""
    rows = list(_rows(report, items))
    run = (report.created.isoformat(), revision, report.tool.version, report.device, report.compiler)
    with _database(path) as database, database:
        database.execute("BEGIN IMMEDIATE")
        cursor = database.execute(
            "INSERT INTO run (created, revision, tool, device, compiler, verdict) VALUES (?, ?, ?, ?, ?, ?)",
            (*run, report.verdict),
        )
        values = [(cursor.lastrowid, *row) for row in rows]
        database.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?, ?)", values)


def read_history(path: Path) -> list[Series]:
    """Return every fact of every item; raises GpuAdvisorError where there is no history."""
    if not path.is_file():
        raise GpuAdvisorError(
            "there is no history", where=str(path), remedy="write one with `gpuadvisor gate --history FILE`"
        )
    found: dict[tuple[str, str], Series] = {}
    points: dict[tuple[str, str], list[Point]] = {}
    query = (
        "SELECT item, name, unit, provenance, value, created, revision, compiler "
        "FROM fact JOIN run ON run.id = fact.run ORDER BY item, name, created, run.id"
    )
    with _database(path) as database:
        for item, name, unit, provenance, value, created, revision, compiler in database.execute(query):
            listed = points.setdefault((item, name), [])
            decoded = msgspec.json.decode(value, type=GateValue)
            when = dt.datetime.fromisoformat(created)
            listed.append(Point(created=when, revision=revision, compiler=compiler, value=decoded))
            found[item, name] = Series(
                item=item, fact=name, unit=unit, provenance=Provenance(provenance), points=listed
            )
    return list(found.values())


def _rows(report: GateReport, items: Sequence[Item]) -> Iterator[tuple[str, str, str, str, str]]:
    for item in items:
        for name, known in item.facts.items():
            yield item.name, name, _encoded(known.value), known.unit, known.provenance
    for check in report.checks:
        if check.kind == "time" and check.after is not None:
            yield check.item, check.fact, _encoded(check.after), check.unit, Provenance.MEASURED


def _encoded(value: GateValue) -> str:
    return msgspec.json.encode(value).decode()


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        # Autocommit: transactions begin where they are written.
        with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise GpuAdvisorError(
                    f"a history of version {version}; this gpuadvisor reads {_VERSION}",
                    where=str(path),
                    remedy="upgrade gpuadvisor",
                )
            if version < _VERSION:
                _create(database)
            yield database
    except sqlite3.Error as error:
        raise GpuAdvisorError(f"not a history that can be used: {error}", where=str(path)) from None


def _create(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    for statement in _TABLES.split(";"):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")

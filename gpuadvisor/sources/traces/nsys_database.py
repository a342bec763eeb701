"""The tables of an SQLite export of Nsight Systems: each is optional, and columns vary with versions."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

Row = tuple[Any, ...]


class NsysDatabase:
    """An opened export. What is asked for and is not there is NULL, or no rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.tables = frozenset(name for (name,) in found)
        self._strings: dict[Any, str] = {}

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of a table with these columns; those that it lacks are None."""
        if table not in self.tables:
            return
        present = {row[1] for row in self._connection.execute(f'PRAGMA table_info("{table}")')}
        chosen = ", ".join(f'"{name}"' if name in present else "NULL" for name in columns)
        yield from self._connection.execute(f'SELECT {chosen} FROM "{table}"')

    def string(self, reference: object) -> str:
        """Return the text a column refers to, or holds itself; empty where there is none."""
        if isinstance(reference, str):
            return reference
        if reference not in self._strings:
            known = type(reference) is int and "StringIds" in self.tables
            query = "SELECT value FROM StringIds WHERE id = ?"
            found = self._connection.execute(query, (reference,)).fetchone() if known else None
            self._strings[reference] = str(found[0]) if found else ""
        return self._strings[reference]

    def labels(self, table: str) -> dict[int, str]:
        """Return the names of an enumeration by number; empty where the export does not hold it."""
        return {number: str(name) for number, name in self.rows(table, ("id", "name"))}

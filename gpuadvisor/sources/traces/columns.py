"""Columns of numbers for recorded activities: 40 bytes each, whatever the file says of them."""

from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Table(NamedTuple):
    """The columns as arrays, in the order of recording; times in ticks."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    group: NDArray[np.int64]
    lane: NDArray[np.int64]
    number: NDArray[np.int64]

    def split(self, owner: NDArray[np.int64], owners: int) -> list["Table"]:
        """Return the rows of each owner from 0 to `owners`; `owner` says to whom each lane belongs."""
        if owners == 1:
            return [self]
        owner_of_row = owner[self.lane]
        order = np.argsort(owner_of_row, kind="stable")
        bounds = np.searchsorted(owner_of_row[order], np.arange(1, owners))
        parts = [np.split(column[order], bounds) for column in self]
        return [Table(*rows) for rows in zip(*parts, strict=True)]

    def by_start(self) -> "Table":
        """Return the rows in the order in which the activities began."""
        if np.all(self.start[1:] >= self.start[:-1]):
            return self
        return self.at(np.argsort(self.start, kind="stable"))

    def at(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Table":
        """Return some of the rows: those where a mask holds, or those with these indices."""
        start, end, group, lane, number = self
        return Table(start[rows], end[rows], group[rows], lane[rows], number[rows])


def together(tables: "tuple[Table, ...]") -> Table:
    """Return the rows of all tables."""
    return Table(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))


_ROW = Struct("=ddqqq")
_pack = _ROW.pack
_FIELDS = np.dtype(
    [("start", "f8"), ("end", "f8"), ("group", "i8"), ("lane", "i8"), ("number", "i8")], align=False
)


class Columns:
    """Activities of one sort. `group` says what ran, `lane` where; `number` is a correlation or a size."""

    def __init__(self) -> None:
        self._rows = bytearray()

    def __len__(self) -> int:
        return len(self._rows) // _ROW.size

    def append(self, start: float, end: float, group: int, lane: int, number: int) -> None:
        """Add one activity."""
        self._rows += _pack(start, end, group, lane, number)

    def table(self) -> Table:
        """Return the columns as arrays; nothing may be appended as long as these live."""
        rows = np.frombuffer(self._rows, dtype=_FIELDS)
        return Table(*(rows[name] for name in Table._fields))

"""The launches in a CSV file of Nsight Compute, whichever way round it was written.

`--page raw` writes a column for each metric, with the units in the first row; `--page details`, and what ncu
prints while it profiles, a row for each metric. Around the rows may stand what ncu and the program printed.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.traces.ncu_metrics import WANTED, Reading
from gpuadvisor.sources.traces.ncu_numbers import Separators

NAME, METRIC, VALUE, UNIT = "Kernel Name", "Metric Name", "Metric Value", "Metric Unit"
_VALUES = (VALUE, "Average")
"""`Average`: where a summary over launches was printed."""
_IDENTITY = ("ID", "Process ID", NAME, "Context", "Stream", "Block Size", "Grid Size", "Device", "CC")
_LONGEST_LINE = 2**20


@dataclass
class NcuLaunch:
    """What a file tells of one launch."""

    identity: dict[str, str]
    """The columns that are no metrics."""
    readings: dict[str, Reading] = field(default_factory=dict)


def is_header(line: str) -> bool:
    """Whether a line is the head of a table of Nsight Compute."""
    return f'"{NAME}"' in line and line.lstrip("\ufeff").startswith('"')


def read_launches(lines: Iterable[str], separators: Separators, where: str) -> list[NcuLaunch]:
    """Return the launches in the file's tables; raise GpuAdvisorError where a table is damaged."""
    launches: dict[tuple[str, ...], NcuLaunch] = {}
    tables, rest = 0, iter(lines)
    head = next((line for line in rest if is_header(line)), None)
    while head is not None:
        tables += 1
        delimiter = ";" if '";"' in head else ","
        columns = _columns(head, delimiter, where)
        rows, following = _rows(rest, len(columns), delimiter, where)
        read = _read_long if METRIC in columns else _read_wide
        for launch in read(columns, rows):
            key = (str(tables), *launch.identity.values())
            launches.setdefault(key, launch).readings.update(launch.readings)
            for reading in launch.readings.values():
                separators.learn(reading.text)
        head = following[0] if following else None
    if not launches:
        raise GpuAdvisorError("holds no kernels", where=where)
    return list(launches.values())


def _columns(head: str, delimiter: str, where: str) -> list[str]:
    columns = next(csv.reader([head.lstrip("\ufeff")], delimiter=delimiter))
    if NAME not in columns:
        raise GpuAdvisorError("damaged CSV: its head has no column of names", where=where)
    return columns


def _rows(
    lines: Iterator[str], width: int, delimiter: str, where: str
) -> tuple[Iterator[list[str]], list[str]]:
    """Return the rows up to the end or to another head, which is then put into the second."""
    following: list[str] = []

    def of_table() -> Iterator[str]:
        for line in lines:
            if len(line) > _LONGEST_LINE:
                raise GpuAdvisorError("damaged CSV: a line is too long", where=where)
            if is_header(line):
                following.append(line)
                return
            if line.startswith('"'):
                yield line

    def checked() -> Iterator[list[str]]:
        try:
            for row in csv.reader(of_table(), delimiter=delimiter, strict=True):
                if len(row) != width:
                    raise GpuAdvisorError(f"damaged CSV: a row has {len(row)} of {width} fields", where=where)
                yield row
        except csv.Error as error:
            raise GpuAdvisorError(f"damaged CSV: {error}", where=where) from None

    return checked(), following


def _read_long(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[NcuLaunch]:
    """Yield a launch for each row, with its one metric."""
    value_column = next((name for name in _VALUES if name in columns), VALUE)
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        metric = WANTED.get(cells[METRIC])
        reading = Reading(cells.get(value_column, ""), cells.get(UNIT, ""))
        readings = {} if metric is None or not reading.text else {metric: reading}
        yield NcuLaunch(_identity(cells), readings)


def _read_wide(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[NcuLaunch]:
    """Yield a launch for each row; the first row holds the units, if it names no kernel."""
    units = dict.fromkeys(columns, "")
    kernel = list(columns).index(NAME)
    rows = iter(rows)
    first = next(rows, None)
    if first is not None and not first[kernel]:
        units = dict(zip(columns, first, strict=True))
    elif first is not None:
        rows = chain([first], rows)
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        readings = {
            WANTED[name]: Reading(text, units[name])
            for name, text in cells.items()
            if name in WANTED and name not in _IDENTITY and text
        }
        yield NcuLaunch(_identity(cells), readings)


def _identity(cells: dict[str, str]) -> dict[str, str]:
    return {name: cells[name] for name in _IDENTITY if name in cells}

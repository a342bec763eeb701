"""Kernel profiles out of the CSV that Nsight Compute's command line writes: `ncu --csv`."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, KernelTime, Launch, Occupancy, Resources
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.sources.traces.blocks import blocks
from gpuadvisor.sources.traces.ncu_counters import NcuCounters
from gpuadvisor.sources.traces.ncu_metrics import LIMITERS, scale
from gpuadvisor.sources.traces.ncu_numbers import Separators
from gpuadvisor.sources.traces.ncu_table import NcuLaunch, read_launches
from gpuadvisor.sources.traces.text import visible

COMPILER = ""
"""The file does not tell."""
CLOCKS = "ncu locks the clocks and empties the caches: the time is not that of a plain run"
SIZES = "the file tells the sizes of grid and block, but not their dimensions"
_LARGEST_EXTENT = 2**31
_EXTENTS = re.compile(r"\(?\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)?")


def read_ncu(path: Path) -> list[KernelProfile]:
    """Read one file: a profile for each kernel and shape of launch, with the median of the launches' times.

    Raises GpuAdvisorError where the file is damaged or none.
    """
    separators = Separators()
    launches = read_launches(_lines(path), separators, str(path))
    alike: defaultdict[tuple[object, ...], list[KernelProfile]] = defaultdict(list)
    for launch in launches:
        profile = LaunchFigures(launch, separators, str(path)).profile()
        alike[profile.name, profile.device, str(profile.launch), str(profile.resources)].append(profile)
    return [_together(profiles) for profiles in alike.values()]


def _lines(path: Path) -> Iterator[str]:
    begun = ""
    for block in blocks(path):
        *whole, begun = (begun + block.decode(errors="replace")).splitlines(keepends=True) or [""]
        yield from whole
    yield begun


def _together(profiles: list[KernelProfile]) -> KernelProfile:
    """Return one profile for launches of one kernel in one shape."""
    first = profiles[0]
    seconds = [profile.time.seconds for profile in profiles if profile.time is not None]
    if seconds:
        first.time = KernelTime(provenance=Provenance.IMPORTED_NCU, seconds=median(seconds))
    if len(profiles) > 1:
        first.notes = [*first.notes, f"the time is the median of {len(profiles)} launches"]
    return first


class LaunchFigures:
    """The figures of one launch."""

    def __init__(self, launch: NcuLaunch, separators: Separators, where: str) -> None:
        self._launch = launch
        self._separators = separators
        self._where = where

    def profile(self) -> KernelProfile:
        """Return the launch as a kernel profile; parts that the file does not tell are None."""
        identity = self._launch.identity
        seconds = self._number("duration")
        return KernelProfile(
            name=visible(identity["Kernel Name"]),
            source=visible(self._where),
            device=visible(self._device()),
            launch=self._shape(),
            resources=self._resources(),
            occupancy=self._occupancy(),
            counters=NcuCounters(self._number).counters(self._shape().blocks),
            time=None if seconds is None else KernelTime(provenance=Provenance.IMPORTED_NCU, seconds=seconds),
            notes=[CLOCKS] if self._has_dimensions() else [CLOCKS, SIZES],
        )

    def _device(self) -> str:
        named = self._launch.readings.get("device_name")
        capability = self._launch.identity.get("CC")
        column = self._launch.identity.get("Device", "0")
        name = named.text if named else f"GPU {column}" if column.isdigit() else column
        return f"{name} (compute capability {capability})" if capability else name

    def _shape(self) -> Launch:
        return Launch(
            grid=self._extents("grid"),
            block=self._extents("block"),
            dynamic_shared_bytes=self._whole("dynamic_shared") or 0,
        )

    def _has_dimensions(self) -> bool:
        return all(self._dimensions(what) is not None for what in ("grid", "block"))

    def _extents(self, what: str) -> tuple[int, int, int]:
        """Return a grid or block, as one dimension where the file tells its size alone."""
        dimensions = self._dimensions(what)
        if dimensions is not None:
            return dimensions
        size = self._whole(f"{what}_size")
        if not size:
            raise GpuAdvisorError(
                f"does not tell the {what} of {self._launch.identity['Kernel Name']}",
                where=self._where,
                remedy="export with `ncu --import REPORT.ncu-rep --csv --page raw`",
            )
        return size, 1, 1

    def _dimensions(self, what: str) -> tuple[int, int, int] | None:
        """Return a grid or block, from the launch's columns or else from its metrics."""
        written = _EXTENTS.search(self._launch.identity.get(f"{what.capitalize()} Size", ""))
        if written is not None:
            extents = int(written[1]), int(written[2]), int(written[3])
            if max(extents) >= _LARGEST_EXTENT:
                raise GpuAdvisorError(f"damaged CSV: a {what} of {written[0][:40]}", where=self._where)
            return extents
        x, y, z = (self._whole(f"{what}_{axis}") for axis in "xyz")
        return (x, y, z) if x and y and z else None

    def _resources(self) -> Resources | None:
        registers, static = self._whole("registers"), self._whole("static_shared")
        if registers is None or static is None:
            return None
        return Resources(
            provenance=Provenance.IMPORTED_NCU,
            compiler=COMPILER,
            compute_capability=self._launch.identity.get("CC", ""),
            registers_per_thread=registers,
            static_shared_bytes=static,
            local_bytes=None,
            spill_store_bytes=None,
            spill_load_bytes=None,
            barriers=None,
        )

    def _occupancy(self) -> Occupancy | None:
        theoretical, warps = self._number("theoretical_occupancy"), self._number("theoretical_warps")
        limits = {name: self._whole(metric) for metric, name in LIMITERS.items()}
        known = {name: limit for name, limit in limits.items() if limit is not None}
        if theoretical is None or warps is None or not known:
            return None
        blocks_per_sm = min(known.values())
        return Occupancy(
            provenance=Provenance.IMPORTED_NCU,
            theoretical=theoretical,
            blocks_per_sm=blocks_per_sm,
            warps_per_sm=round(warps),
            limiters=[name for name, limit in known.items() if limit == blocks_per_sm],
            achieved=self._number("achieved_occupancy"),
        )

    def _number(self, metric: str) -> float | None:
        """Return a metric in seconds, bytes, as a fraction or a count; None where it has no value."""
        reading = self._launch.readings.get(metric)
        number = None if reading is None else self._separators.number(reading.text)
        if reading is None or number is None:
            return None
        if not 0 <= number < 2**53:
            raise GpuAdvisorError(f"damaged CSV: {metric} is {reading.text[:40]!r}", where=self._where)
        return number * scale(reading.unit)

    def _whole(self, metric: str) -> int | None:
        number = self._number(metric)
        return None if number is None else round(number)

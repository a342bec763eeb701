"""Patterns of random events against what counting tick by tick finds."""

import random
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import pytest

from gpuadvisor.model.run_patterns import CopyPatterns
from gpuadvisor.sources.traces.copy_patterns import copy_patterns
from gpuadvisor.sources.traces.device_tables import of_devices
from gpuadvisor.sources.traces.groups import CopyGroup, KernelGroup, KernelShape, Lane
from gpuadvisor.sources.traces.kernel_series import kernel_series
from gpuadvisor.sources.traces.recording import Recording

TICKS_PER_SECOND = 1e6
LONGEST = 300
GROUPS = (
    CopyGroup("host-to-device", "pinned"),
    CopyGroup("device-to-host", "pinned"),
    CopyGroup("host-to-device", "pageable"),
    CopyGroup("device-to-device", None),
)
SIZES = (4096, 1 << 20, 2 << 20)


class Event(NamedTuple):
    """A kernel, or a copy of a size; `what` is its kind of kernel or its group."""

    start: int
    end: int
    what: int
    stream: int
    size: int | None


def events(seed: int) -> list[Event]:
    """Return the events of one device by start, no two of which begin at once."""
    chance = random.Random(seed)
    starts = sorted(chance.sample(range(LONGEST), 40))
    return [
        Event(
            start,
            start + chance.randint(1, 14),
            chance.randrange(2 if kernel else len(GROUPS)),
            chance.randrange(3),
            None if kernel else chance.choice(SIZES),
        )
        for start, kernel in ((start, chance.random() < 0.5) for start in starts)
    ]


def recorded(given: list[Event]) -> Recording:
    recording = Recording(TICKS_PER_SECOND)
    for event in given:
        lane = recording.lanes.number(Lane(0, event.stream))
        if event.size is None:
            group = recording.kernel_groups.number(KernelGroup(f"k{event.what}<int>", KernelShape()))
            recording.kernels.append(event.start, event.end, group, lane, 0)
        else:
            group = recording.copy_groups.number(GROUPS[event.what])
            recording.copies.append(event.start, event.end, group, lane, event.size)
    return recording


def ticks(given: list[Event]) -> set[int]:
    return {tick for event in given for tick in range(event.start, event.end)}


@pytest.mark.parametrize("seed", range(40))
def test_bare_copies(seed: int) -> None:
    given = events(seed)
    kernels = [event for event in given if event.size is None]
    large = [event for event in given if event.size and event.size > 65536 and event.what in (0, 1)]
    shared = [event for event in large if event.stream in {kernel.stream for kernel in kernels}]
    running = ticks(kernels)
    window = range(min(running), max(running) + 1)
    found = found_patterns(given)
    assert found.exposed_seconds == pytest.approx(len((ticks(large) - running) & set(window)) / 1e6)
    alone = len((ticks(shared) - running) & set(window))
    assert found.exposed_on_kernel_streams_seconds == pytest.approx(alone / 1e6)


def found_patterns(given: list[Event]) -> CopyPatterns:
    recording = recorded(given)
    return copy_patterns(of_devices(recording).values(), recording.copy_groups.keys(), TICKS_PER_SECOND)


@pytest.mark.parametrize("seed", range(40))
def test_round_trips_and_repeated_uploads(seed: int) -> None:
    given = events(seed)
    running = ticks([event for event in given if event.size is None])
    trips: list[tuple[Event, Event]] = []
    last: Event | None = None
    for event in given:
        if event.size is not None and last is not None and last.size is not None:
            back = last.what == 1 and event.what in (0, 2) and last.size == event.size
            if back and event.start >= last.end:
                trips.append((last, event))
        last = event
    found = found_patterns(given)
    assert found.round_trips == len(trips)
    bare = sum(len(set(range(out.start, back.end)) - running) for out, back in trips)
    assert found.round_trip_seconds == pytest.approx(bare / 1e6)
    assert found.round_trip_bytes == sum(2 * (out.size or 0) for out, _ in trips)
    ways_back = {back for _, back in trips}
    again: defaultdict[int, list[Event]] = defaultdict(list)
    seen: dict[int, int] = {}
    for number, event in enumerate(given):
        if event.size is None or event.size < 65536 or event.what not in (0, 2) or event in ways_back:
            continue
        if event.size in seen and any(each.size is None for each in given[seen[event.size] : number]):
            again[event.size].append(event)
        seen[event.size] = number
    assert {each.size_bytes: each.count for each in found.repeated_uploads} == {
        size: len(uploads) + 1 for size, uploads in again.items()
    }
    for each in found.repeated_uploads:
        bare = sum(len(ticks([event]) - running) for event in again[each.size_bytes])
        assert each.repeated_seconds == pytest.approx(bare / 1e6)


@pytest.mark.parametrize("seed", range(40))
def test_series_of_kernels(seed: int) -> None:
    given = [event for event in events(seed) if event.size is None]
    running = ticks(given)
    series: list[list[Event]] = []
    for stream in range(3):
        row: list[Event] = []
        for event in (event for event in given if event.stream == stream):
            small = event.end - event.start < 10
            follows = row and row[-1].what == event.what and event.start - row[-1].end <= 100
            if not (small and follows):
                series.append(row)
                row = []
            row = [*row, event] if small else []
        series.append(row)
    rows = [row for row in series if len(row) >= 3]
    recording = recorded(given)
    found = kernel_series(of_devices(recording).values(), recording.kernel_groups.keys(), TICKS_PER_SECOND)
    assert sum(each.series for each in found) == len(rows)
    assert sum(each.launches for each in found) == sum(len(row) for row in rows)
    kernel_ticks = sum(event.end - event.start for row in rows for event in row)
    assert sum(each.kernel_seconds for each in found) == pytest.approx(kernel_ticks / 1e6)
    pauses = [range(one.end, two.start) for row in rows for one, two in pairwise(row)]
    idle = sum(len(set(pause) - running) for pause in pauses)
    assert sum(each.idle_seconds for each in found) == pytest.approx(idle / 1e6)

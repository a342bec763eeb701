"""Patterns of copies, worked out by hand from a few events; times in microseconds."""

from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.model.run_patterns import CopyPatterns, RepeatedUpload
from gpuadvisor.sources.traces.kineto import read_kineto
from tests.sources.traces.kineto_traces import Json, copy, kernel, memset, write

PINNED = "Memcpy HtoD (Pinned -> Device)"
BACK = "Memcpy DtoH (Device -> Pinned)"
MIB, KIB = 1 << 20, 1 << 10


def on(stream: int, event: Json) -> Json:
    return event | {"tid": stream, "args": event["args"] | {"stream": stream}}


def pinned(ts: float, dur: float, size: int = MIB) -> Json:
    return copy(ts, dur, PINNED, size)


def back(ts: float, dur: float, size: int = MIB) -> Json:
    return copy(ts, dur, BACK, size)


def patterns(tmp_path: Path, events: list[Json]) -> CopyPatterns:
    found = read_kineto(write(tmp_path / "trace.json", events)).copy_patterns
    assert found is not None
    return found


def seconds(microseconds: float) -> Any:
    return pytest.approx(microseconds * 1e-6)


def test_without_gpu_activity_there_are_none(tmp_path: Path) -> None:
    empty = read_kineto(write(tmp_path / "trace.json", {"traceEvents": []}))
    assert (empty.copy_patterns, empty.launch_patterns) == (None, None)


KERNELS = [kernel(100, 50), kernel(200, 100)]
"""From 100 to 150 and from 200 to 300."""


@pytest.mark.parametrize(
    ("events", "bare"),
    [
        ([pinned(160, 30)], 30),
        ([pinned(140, 30)], 20),  # half beside a kernel
        ([pinned(210, 50)], 0),
        ([pinned(50, 50)], 0),  # before the first kernel
        ([pinned(290, 50)], 0),  # after the last
        ([pinned(160, 30), on(9, pinned(170, 25))], 35),  # two at once
        ([copy(160, 30, size=MIB)], 0),  # pageable
        ([copy(160, 30, "Memcpy DtoD (Device -> Device)", MIB)], 0),
        ([copy(160, 30, "Memcpy HtoD (Managed -> Device)", MIB)], 0),
        ([pinned(160, 30, 64 * KIB - 1)], 0),
        ([pinned(160, 30, 64 * KIB)], 30),
    ],
)
def test_bare_copies(events: list[Json], bare: float, tmp_path: Path) -> None:
    assert patterns(tmp_path, [*KERNELS, *events]).exposed_seconds == seconds(bare)


def test_streams_that_run_kernels_are_told_apart(tmp_path: Path) -> None:
    found = patterns(tmp_path, [*KERNELS, pinned(150, 10), on(9, pinned(160, 30))])
    assert found.exposed_seconds == seconds(40)
    assert found.exposed_on_kernel_streams_seconds == seconds(10)


def test_devices_are_added_up(tmp_path: Path) -> None:
    def elsewhere(event: Json) -> Json:
        return event | {"args": event["args"] | {"device": 1}}

    events = [*KERNELS, pinned(160, 30), memset(155, 3)]
    found = patterns(tmp_path, [*events, *(elsewhere(event) for event in events)])
    assert found.exposed_seconds == seconds(60)
    assert found.exposed_memset_seconds == seconds(6)


def test_bare_memsets(tmp_path: Path) -> None:
    events = [memset(90, 5), memset(148, 4), memset(160, 7), memset(400, 9)]
    assert patterns(tmp_path, [*KERNELS, *events]).exposed_memset_seconds == seconds(2 + 7)


def test_a_series_of_small_copies(tmp_path: Path) -> None:
    """One large copy shows 4 KiB a microsecond; three small ones of 4 KiB follow each other 5 apart."""
    small = [pinned(150 + 5 * k, 3, 4 * KIB) for k in range(3)]
    found = patterns(tmp_path, [pinned(0, 16, 64 * KIB), *KERNELS, *small])
    assert found.small_in_series == 2
    assert found.small_in_series_total_seconds == seconds(10)
    assert found.small_in_series_seconds == seconds(10 - 2)


@pytest.mark.parametrize(
    "events",
    [
        [pinned(150, 3, 4 * KIB), pinned(210, 3, 4 * KIB)],  # a kernel begins between
        [pinned(0, 3, 4 * KIB), pinned(54, 3, 4 * KIB)],  # too long after
        [pinned(150, 3, 4 * KIB), back(155, 3, 4 * KIB)],  # of another kind
        [pinned(150, 3, 4 * KIB), pinned(155, 3, MIB)],  # large
    ],
)
def test_copies_that_are_no_series(events: list[Json], tmp_path: Path) -> None:
    assert patterns(tmp_path, [*KERNELS, *events]).small_in_series == 0


def test_a_round_trip(tmp_path: Path) -> None:
    found = patterns(tmp_path, [*KERNELS, back(150, 10), pinned(180, 15)])
    assert (found.round_trips, found.round_trip_bytes) == (1, 2 * MIB)
    assert found.round_trip_copy_seconds == seconds(25)
    assert found.round_trip_seconds == seconds(45)


@pytest.mark.parametrize(
    "events",
    [
        [back(150, 10), pinned(180, 15, MIB + 1)],  # another size
        [back(150, 10), pinned(210, 15)],  # a kernel begins between
        [pinned(150, 10), back(180, 15)],  # the other way round
        [back(150, 10), pinned(155, 15)],  # both at once
    ],
)
def test_copies_that_are_no_round_trip(events: list[Json], tmp_path: Path) -> None:
    assert patterns(tmp_path, [*KERNELS, *events]).round_trips == 0


def test_repeated_uploads(tmp_path: Path) -> None:
    uploads = [pinned(90, 5), pinned(160, 30), pinned(195, 10), pinned(400, 7), pinned(160, 1, 2 * MIB)]
    found = patterns(tmp_path, [*KERNELS, *uploads])
    # The one at 195 follows that at 160 without a kernel; of that at 400 all is bare.
    assert found.repeated_uploads == [
        RepeatedUpload(size_bytes=MIB, count=3, repeated_seconds=seconds(30 + 7))
    ]


def test_the_way_back_of_a_round_trip_is_no_repeated_upload(tmp_path: Path) -> None:
    trips = [back(155, 5), pinned(165, 5), back(305, 5), pinned(315, 5)]
    assert patterns(tmp_path, [*KERNELS, *trips]).repeated_uploads == []

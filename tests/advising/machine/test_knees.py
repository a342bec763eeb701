"""Knees are said in words, with the level of memory they belong to."""

import msgspec
import pytest

from gpuadvisor.advising.machine.compare import compare
from gpuadvisor.advising.machine.knees import knees
from gpuadvisor.advising.machine.words import change, figure
from gpuadvisor.model.machine import MachineProfile, ProbePoint
from tests.advising.machine.machines import latency, occupancy, point, probe, profile, whole


def texts(machine: MachineProfile | None = None) -> list[str]:
    return [knee.text for knee in knees(whole() if machine is None else machine)]


@pytest.mark.parametrize(
    "expected",
    [
        "DRAM saturates at 31.2 % occupancy with 4 loads in flight",
        "DRAM reaches only 80 % of its best at 100 % occupancy with 1 load in flight",
        "FP32 saturates at 16 warps per multiprocessor with 1 independent instruction per thread",
        "FP32 saturates at 4 warps per multiprocessor with 4 independent instructions per thread",
        "Latency rises from 32 to 280 cycles beyond 192 KiB (L1)",
        "Latency rises from 280 to 500 cycles beyond 24 MiB (near part of L2, 48 MiB)",
        "Latency rises from 500 to 660 cycles beyond 48 MiB (L2, 48 MiB)",
        "Bandwidth of loads through L1 falls from 124 to 40 bytes per clock and multiprocessor "
        "beyond 192 KiB (L1)",
        "Bandwidth of loads past L1 falls from 4 to 2.7 TB/s beyond 48 MiB (L2, 48 MiB)",
    ],
)
def test_it_says(expected: str) -> None:
    assert expected in texts()


def test_a_knee_carries_its_numbers() -> None:
    (found,) = [knee for knee in knees(profile(occupancy())) if knee.curve["loads_in_flight"] == 4]
    assert (found.kind, found.position, found.axis) == ("saturates", 0.3125, "theoretical_occupancy")
    assert (found.before, found.after) == (pytest.approx(2.8e12 / 5), 2.8e12)


def test_suspect_points_take_no_part() -> None:
    """Without its points above 192 KiB the curve has no knee; as suspects they must not make one."""
    measured = latency()
    doubted = [
        msgspec.structs.replace(each, valid=False, reasons=["throttled"]) if large(each) else each
        for each in measured.points
    ]
    machine = profile(msgspec.structs.replace(measured, points=doubted))
    assert texts(machine) == []
    (suspect,) = compare(machine).suspects
    assert (suspect.probe, suspect.suspect, suspect.points) == ("memory_latency", 17, 24)
    assert suspect.reasons == ["throttled"]


def large(each: ProbePoint) -> bool:
    return each.parameters["kib"] > 192  # type: ignore[operator]


def test_address_translation_is_told_from_caches() -> None:
    """Beyond 2 GiB, 43 times the L2 cache of 48 MiB."""
    points = [
        point({"latency": 660.0 if kib <= 2 << 20 else 900.0}, sweep="working_set", kib=kib)
        for kib in (131072, 262144, 524288, 1 << 20, 2 << 20, 4 << 20, 8 << 20, 16 << 20)
    ]
    machine = profile(probe("memory_latency", {"latency": ("cycles", "lower")}, points))
    assert texts(machine) == ["Latency rises from 660 to 900 cycles beyond 2 GiB (address translation)"]


def test_small_kernels_saturate_over_streams() -> None:
    points = [
        point({"kernels_per_second": 1e5 * min(count, 6)}, sweep="streams", streams=count)
        for count in (1, 2, 4, 8, 16)
    ]
    machine = profile(probe("concurrent_kernels", {"kernels_per_second": ("kernels/s", "higher")}, points))
    assert texts(machine) == ["The rate of small kernels saturates over 8 streams"]


def test_two_points_are_no_curve() -> None:
    few = msgspec.structs.replace(occupancy(), points=occupancy().points[:2])
    assert texts(profile(few)) == []


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.3125, "fraction", "31.2 %"),
        (192 * 1024, "bytes", "192 KiB"),
        (40, "bytes", "40 bytes"),
        (2.7e12, "bytes/s", "2.7 TB/s"),
        (4.0, "cycles", "4 cycles"),
        (1234.5, "warps", "1,234 warps"),
    ],
)
def test_figures_are_made_to_be_read(value: float, unit: str, expected: str) -> None:
    assert figure(value, unit) == expected


def test_a_change_of_unit_is_told() -> None:
    assert change(5e9, 2e12, "bytes/s") == "from 5 GB/s to 2 TB/s"


def test_copies_saturate_at_a_size() -> None:
    """A copy takes 10 us and moves 25 GB/s: 95 % of it from 4.75 MB on."""
    points = [
        point({"bandwidth": size / (1e-5 + size / 25e9)}, sweep="pinned_to_device", bytes=size)
        for size in (1 << 10, 1 << 14, 1 << 18, 1 << 20, 1 << 22, 1 << 23, 1 << 26, 1 << 30)
    ]
    machine = profile(probe("transfers", {"bandwidth": ("bytes/s", "higher")}, points))
    assert texts(machine) == ["A copy from pinned memory saturates at 8 MiB"]

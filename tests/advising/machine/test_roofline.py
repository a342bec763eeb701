"""Roofs are what was measured, else what is known, and ridges are their quotients."""

import msgspec
import pytest

from gpuadvisor.advising.machine.roofline import roofline
from gpuadvisor.model.comparison import Roofline
from gpuadvisor.model.provenance import Provenance
from tests.advising.machine.machines import CLOCK_HZ, DEVICE, dram, profile, whole


def memories(found: Roofline) -> dict[str, tuple[float, Provenance]]:
    return {roof.name: (roof.bytes_per_second, roof.provenance) for roof in found.memory}


def computes(found: Roofline) -> dict[str, tuple[float, Provenance]]:
    return {roof.name: (roof.operations_per_second, roof.provenance) for roof in found.compute}


def test_measured_roofs_are_at_the_clock_they_ran_at() -> None:
    found = roofline(whole())
    memory, compute = memories(found), computes(found)
    assert memory["DRAM"] == (2.79e12, Provenance.MEASURED)
    assert memory["L1"] == (pytest.approx(124 * 100 * CLOCK_HZ), Provenance.MEASURED)
    assert compute["FP32"] == (pytest.approx(127 * 2 * 100 * CLOCK_HZ), Provenance.MEASURED)
    assert compute["INT32"] == (pytest.approx(63 * 100 * CLOCK_HZ), Provenance.MEASURED)


def test_what_was_not_measured_is_known_or_left_out() -> None:
    assert memories(roofline(whole()))["shared"] == (128 * 100 * 2e9, Provenance.DATASHEET)
    bare = roofline(profile())
    assert memories(bare)["L2"] == (1e13, Provenance.DATASHEET)
    assert computes(bare)["FP16"] == (256 * 2 * 100 * 2e9, Provenance.DATASHEET)


def test_a_model_is_no_measurement() -> None:
    """An emulated device's bandwidth follows from its data sheet: that is what its roof says."""
    found = roofline(profile(dram(Provenance.MODELLED, read=2.5e12)))
    assert memories(found)["DRAM"] == (3e12, Provenance.DATASHEET)


def test_ridges_are_where_both_roofs_are_equal() -> None:
    found = roofline(whole())
    assert len(found.ridges) == len(found.memory) * len(found.compute)
    (ridge,) = [each for each in found.ridges if (each.memory, each.compute) == ("DRAM", "FP32")]
    assert ridge.operations_per_byte * 2.79e12 == pytest.approx(127 * 2 * 100 * CLOCK_HZ)


def test_roofs_come_by_height() -> None:
    found = roofline(whole())
    assert [roof.name for roof in found.memory] == ["DRAM", "L2", "L1", "shared"]
    assert [roof.name for roof in found.compute] == [
        *("INT32", "FP64", "FP32", "FP16"),
        *("TF32 tensor", "FP16 tensor", "INT8 tensor"),
    ]


@pytest.mark.parametrize(
    ("capability", "multiprocessors", "clock_hz", "name", "teraflops"),
    [
        ("7.0", 80, 1.53e9, "FP16 tensor", 125),
        ("7.5", 40, 1.59e9, "INT8 tensor", 130),
        ("8.0", 108, 1.41e9, "FP16 tensor", 312),
        ("8.0", 108, 1.41e9, "TF32 tensor", 156),
        ("8.0", 108, 1.41e9, "INT8 tensor", 624),
        ("8.6", 72, 1.695e9, "TF32 tensor", 62.5),
        ("8.9", 58, 2.04e9, "FP16 tensor", 121),
        ("9.0", 132, 1.83e9, "FP16 tensor", 989.4),
        ("9.0", 132, 1.83e9, "TF32 tensor", 494.7),
    ],
)
def test_tensor_roofs_are_those_of_the_data_sheets(
    capability: str, multiprocessors: int, clock_hz: float, name: str, teraflops: float
) -> None:
    """V100, T4, A100, A10, L4 and H100 SXM, dense; the last at the clock of its tensor cores."""
    device = msgspec.structs.replace(
        DEVICE, compute_capability=capability, multiprocessors=multiprocessors, sm_clock_hz=clock_hz
    )
    height, provenance = computes(roofline(profile(device=device)))[name]
    assert height == pytest.approx(teraflops * 1e12, rel=0.01)
    assert provenance is Provenance.DATASHEET


def test_an_instance_of_a_split_gpu_has_no_roof_of_the_whole() -> None:
    instance = msgspec.structs.replace(DEVICE, mig_instance="1g.10gb")
    bare = roofline(profile(device=instance))
    assert set(memories(bare)) == {"L1", "shared"}
    measured = roofline(profile(dram(read=3e11), device=instance))
    assert memories(measured)["DRAM"] == (3e11, Provenance.MEASURED)

"""Roofs are what was measured, else what is known, and ridges are their quotients."""

import pytest

from gpuadvisor.advising.machine.roofline import roofline
from gpuadvisor.model.comparison import Roofline
from gpuadvisor.model.provenance import Provenance
from tests.advising.machine.machines import CLOCK_HZ, dram, profile, whole


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
    assert [roof.name for roof in found.compute] == ["INT32", "FP64", "FP32", "FP16"]

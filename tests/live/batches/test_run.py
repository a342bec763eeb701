"""A sweep as a document."""

from pathlib import Path

import msgspec
import pytest

from gpuadvisor.live.batches.child import Answer
from gpuadvisor.live.batches.contract import StepSource
from gpuadvisor.live.batches.run import CPU_SHARE, NOT_CHECKED, ON_CPU, cpu_memory_bytes, sweep_batches
from gpuadvisor.live.batches.sweep import INTERRUPTED, Bounds, Measure
from gpuadvisor.model.batches import BatchPlace
from gpuadvisor.model.errors import GpuAdvisorError
from tests.examining.machines import host
from tests.live.batches.points import CPU, GPU, MIB, answer, measured, refused

SOURCE = StepSource(file=Path("train.py"), function="step")
BOUNDS = Bounds(first=8, last=None, seconds=1.0)


def saturating(limit: int, place: BatchPlace) -> Measure:
    def measure(batch: int) -> Answer:
        rate = 1000.0 * batch / (batch + 16)
        point = measured(batch, rate, memory_bytes=(100 + batch) * MIB)
        return answer(point, place) if batch <= limit else refused(batch)

    return measure


def test_the_document_tells_what_was_found_and_where() -> None:
    found = sweep_batches(SOURCE, BOUNDS, saturating(2000, GPU))
    assert (found.function, found.place, found.provenance) == ("train.py:step", GPU, "measured")
    assert (found.best, found.knee, found.recommended) == (1984, 512, 512)
    assert found.largest is not None
    assert found.smallest_unfit is not None
    assert found.largest <= 2000 < found.smallest_unfit
    assert found.notes == []
    assert not found.interrupted


def test_on_a_cpu_it_says_so() -> None:
    found = sweep_batches(SOURCE, BOUNDS, saturating(100, CPU))
    assert found.notes[0] == ON_CPU
    assert not found.place.is_gpu


def test_a_loss_that_was_not_returned_was_not_checked() -> None:
    def silent(batch: int) -> Answer:
        if batch > 16:
            return refused(batch)
        return answer(msgspec.structs.replace(measured(batch, 10.0 * batch), loss_was_finite=None))

    assert sweep_batches(SOURCE, BOUNDS, silent).notes == [NOT_CHECKED]


def test_where_nothing_runs_the_reasons_are_told() -> None:
    with pytest.raises(GpuAdvisorError, match=r"no batch size could be run \(8: no memory\)"):
        sweep_batches(SOURCE, BOUNDS, refused)


def test_an_interrupted_sweep_is_told_as_far_as_it_went() -> None:
    def interrupted(batch: int) -> Answer:
        if batch == 32:
            raise KeyboardInterrupt
        return answer(measured(batch, 10.0 * batch))

    found = sweep_batches(SOURCE, BOUNDS, interrupted)
    assert found.interrupted
    assert (found.largest, found.recommended) == (16, 16)
    assert INTERRUPTED in found.notes


def test_an_interruption_before_anything_was_measured_is_one() -> None:
    def interrupted(batch: int) -> Answer:
        raise KeyboardInterrupt(batch)

    with pytest.raises(KeyboardInterrupt):
        sweep_batches(SOURCE, BOUNDS, interrupted)


def test_a_cpus_limit_is_a_share_of_what_is_available(tmp_path: Path) -> None:
    machine = host(tmp_path, {"/proc/meminfo": "MemTotal: 2000 kB\nMemAvailable: 1000 kB\n"})
    assert cpu_memory_bytes(machine) == int(CPU_SHARE * 1000 * 1024)
    assert cpu_memory_bytes(host(tmp_path / "other")) is None

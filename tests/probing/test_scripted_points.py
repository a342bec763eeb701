"""Points of a probe on GPUs whose clocks and times are scripted: from samples to what is believed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path

import pytest

from gpuadvisor.devices.device import ONCE, Argument, Kernel, LaunchResult, Timing
from gpuadvisor.devices.sampling import sample
from gpuadvisor.model.kernel import KernelTime, Launch
from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.run import run_probes
from tests.devices.scripted_gpu import FULL_HZ, ScriptedGpu, alternating, rising
from tests.probing.fake_gpu import FakeGpu
from tests.probing.folders import write_probe

ONE_POINT = ("factor = [3, 5], blocks = [1, 2]", "factor = [3], blocks = [1]")


@dataclass
class ScriptedDevice(FakeGpu):
    """Computes as FakeGpu does; its times are samples of a script."""

    script: ScriptedGpu = field(default_factory=ScriptedGpu)

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        super().launch(kernel, launch, arguments, timing)
        found = sample(self.script.take, self.script.look, timing, self.script.passing)
        return LaunchResult(
            times=tuple(KernelTime(provenance=Provenance.MEASURED, seconds=each) for each in found.seconds),
            looks=tuple(found.looks),
            discarded=len(found.discarded),
            discarded_looks=tuple(found.discarded_looks),
        )


def point(script: ScriptedGpu, parent: Path) -> ProbePoint:
    folder = write_probe(parent, replace=ONE_POINT)
    declared = folder / "probe.toml"
    declared.write_text(declared.read_text().replace("samples = 4", "samples = 10"))
    found = run_probes(ScriptedDevice(script=script), ["scale"], [parent]).probes[0].points
    assert len(found) == 1
    return found[0]


def test_a_steady_gpu_gives_a_point_to_believe(tmp_path: Path) -> None:
    found = point(ScriptedGpu(), tmp_path)
    assert found.valid
    assert (found.samples, found.discarded, found.relative_standard_error) == (10, 0, 0.0)
    assert found.conditions is not None
    assert found.conditions.sm_clock_hz == FULL_HZ


def test_noise_gives_an_interval_around_the_value(tmp_path: Path) -> None:
    noisy = alternating(1e-3, 1.01e-3, 0.99e-3, 1.002e-3, 0.997e-3)
    found = point(ScriptedGpu(noisy), tmp_path)
    assert found.valid
    low, high = found.intervals["bandwidth"]
    assert low < found.values["bandwidth"] < high
    assert found.values["bandwidth"] == pytest.approx(2 * 64 * 4 / 1e-3)
    assert "cycles" not in found.intervals, "the kernel reads the same cycles every time"


def test_two_levels_are_not_believed_and_named(tmp_path: Path) -> None:
    found = point(ScriptedGpu(alternating(1e-3, 1.5e-3)), tmp_path)
    assert not found.valid
    assert any("two groups, around 0.001 and 0.0015" in reason for reason in found.reasons)
    assert found.values["bandwidth"] > 0, "shown, though no rule uses it"


def test_a_drift_is_not_believed_and_named(tmp_path: Path) -> None:
    found = point(ScriptedGpu(rising(1e-3, 2e-5)), tmp_path)
    assert not found.valid
    assert any("they grow from sample to sample" in reason for reason in found.reasons)


def test_throttling_that_passes_costs_samples_and_not_the_point(tmp_path: Path) -> None:
    script = ScriptedGpu(
        clock_hz=lambda now: 1e9 if 0.006 <= now < 0.3 else FULL_HZ,
        reasons=lambda now: ["hardware thermal slowdown"] if 0.006 <= now < 0.3 else [],
    )
    found = point(script, tmp_path)
    assert found.valid
    assert found.discarded > 0
    assert found.throttle_reasons == ["hardware thermal slowdown"], "it is told all the same"
    assert found.values["bandwidth"] == pytest.approx(2 * 64 * 4 / 1e-3)


def test_throttling_that_stays_costs_the_point(tmp_path: Path) -> None:
    script = ScriptedGpu(clock_hz=lambda _: 1e9, reasons=lambda _: ["hardware thermal slowdown"])
    found = point(script, tmp_path)
    assert not found.valid
    assert found.reasons == ["the GPU was throttled: hardware thermal slowdown"]
    assert found.throttle_reasons == ["hardware thermal slowdown"]


def test_an_implausible_value_names_what_is_known_of_the_gpu(tmp_path: Path) -> None:
    """The probe's bandwidth may be 1e12 bytes/s at most."""
    found = point(ScriptedGpu(repeat(1e-12), clock_hz=lambda _: 0.5e9), tmp_path)
    assert found.reasons == [
        "bandwidth is suspect: 1.28e+14 bytes/s is above the plausible 1e+12; likely because "
        "the clock was 500 of 1000 MHz and caches are not flushed between launches and may serve what "
        "should come from memory"
    ]


def test_one_outlier_moves_nothing(tmp_path: Path) -> None:
    found = point(ScriptedGpu(chain([9e-3], repeat(1e-3))), tmp_path)
    assert found.valid
    assert found.values["bandwidth"] == pytest.approx(2 * 64 * 4 / 1e-3)

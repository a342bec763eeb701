from functools import partial
from math import inf
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.machine import ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.budget import Budget, time_for
from gpuadvisor.probing.run import Step, run_probes
from tests.probing.fake_gpu import FACTS, Arrays, FakeGpu, failing, forgetful, mistaken, scale
from tests.probing.folders import DECLARATION, SATURATION, write_probe


def probe(device: FakeGpu, parent: Path) -> ProbeResult:
    return run_probes(device, ["scale"], [parent]).probes[0]


def points(device: FakeGpu, parent: Path) -> list[ProbePoint]:
    return probe(device, parent).points


def test_points_come_in_the_order_of_the_declaration(tmp_path: Path) -> None:
    write_probe(tmp_path)
    assert [point.parameters for point in points(FakeGpu(), tmp_path)] == [
        {"sweep": "sizes", "factor": 3, "blocks": 1},
        {"sweep": "sizes", "factor": 3, "blocks": 2},
        {"sweep": "sizes", "factor": 5, "blocks": 1},
        {"sweep": "sizes", "factor": 5, "blocks": 2},
    ]


def test_a_gpu_gives_measured_metrics_and_no_counted_ones(tmp_path: Path) -> None:
    write_probe(tmp_path)
    result = probe(FakeGpu(), tmp_path)
    assert [(metric.name, metric.provenance) for metric in result.metrics] == [
        ("bandwidth", Provenance.MEASURED),
        ("cycles", Provenance.MEASURED),
    ]
    one_block, two_blocks = result.points[:2]
    assert one_block.values == {"bandwidth": pytest.approx(2 * 64 * 4 / 1e-6), "cycles": 500.0}
    assert two_blocks.values["bandwidth"] == pytest.approx(4 * 64 * 4 / 1e-6)
    assert one_block.samples == 4
    assert one_block.relative_spread == 0
    assert one_block.valid


def test_measured_seconds_are_those_of_a_real_clock(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=("/ seconds", "/ measured_seconds"))
    assert points(FakeGpu(), tmp_path)[0].values["bandwidth"] == pytest.approx(2 * 64 * 4 / 1e-6)
    emulated = run_probes(open_device("emulated:h100"), ["scale"], [tmp_path]).probes[0]
    assert all(point.valid and "bandwidth" not in point.values for point in emulated.points)
    assert emulated.metric("bandwidth") is None


def test_scratch_begins_as_zeros_and_stays_on_the_device(tmp_path: Path) -> None:
    scratch = '[[buffer]]\nname = "memory"\ntype = "uint64"\ncount = 8\nfill = "scratch"\n\n[[work]]'
    folder = write_probe(tmp_path)
    text = DECLARATION.replace("[[work]]", scratch, 1)
    argument = '{ buffer = "input" },'
    (folder / "probe.toml").write_text(text.replace(argument, f'{argument} {{ buffer = "memory" }},'))
    seen: list[list[int]] = []

    def work(arrays: Arrays, scalars: list[np.generic], launch: Launch) -> None:
        seen.append(arrays["memory"].tolist())
        arrays["memory"][:] += 1
        scale(arrays, scalars, launch)

    device = FakeGpu(work=work)
    assert all(point.valid for point in points(device, tmp_path))
    assert seen == [[launch] * 8 for launch in range(4 * 6)], "each point: one timed, five more readings"
    assert device.uploads.count("memory") == 1


def test_launches_are_timed_as_declared(tmp_path: Path) -> None:
    write_probe(tmp_path)
    device = FakeGpu()
    points(device, tmp_path)
    first, *rest = device.timings[:6]
    assert (first.samples, first.warmups, first.cold) == (4, 1, False)
    assert first.relative_error == 0.005
    assert first.most_samples
    assert rest == [Timing()] * 5, "readings are repeated until their median is known"


def test_progress_names_probe_and_point(tmp_path: Path) -> None:
    write_probe(tmp_path)
    steps: list[Step] = []
    run_probes(FakeGpu(), ["scale"], [tmp_path], steps.append)
    assert steps[0] == Step("scale", "sizes factor=3 blocks=1", 1, 4)
    assert [(step.number, step.total) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(("work", "said"), [(mistaken, "output[7] is 1234"), (forgetful, "were written")])
def test_the_time_of_a_wrong_answer_is_not_believed(work: object, said: str, tmp_path: Path) -> None:
    write_probe(tmp_path)
    for point in points(FakeGpu(work=work), tmp_path):  # type: ignore[arg-type]
        assert not point.valid
        assert point.values == {}
        assert "wrong answer" in point.reasons[0]
        assert said in point.reasons[0]


def test_a_launch_that_fails_costs_its_point(tmp_path: Path) -> None:
    write_probe(tmp_path)
    found = points(FakeGpu(work=failing), tmp_path)
    assert [point.valid for point in found] == [True, False, True, False]
    assert found[1].reasons == ["an illegal address"]
    assert found[1].values == {}


def test_every_buffer_is_freed_and_inputs_are_uploaded_once(tmp_path: Path) -> None:
    write_probe(tmp_path)
    device = FakeGpu()
    points(device, tmp_path)
    assert device.arrays == {}
    assert device.uploads.count("input") == 2  # one of each size
    assert device.uploads.count("output") == 4


def test_inputs_are_uploaded_again_after_a_failure(tmp_path: Path) -> None:
    write_probe(tmp_path)
    device = FakeGpu(work=failing)
    points(device, tmp_path)
    assert device.arrays == {}
    assert device.uploads.count("input") == 4


def test_macros_select_what_is_compiled(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=('kernel = "scale"', 'kernel = "scale"\nmacros = { F = "factor * 2" }'))
    device = FakeGpu()
    points(device, tmp_path)
    assert device.compiled == [("F=6",), ("F=10",)]


def test_disturbed_points_keep_their_values_and_say_why(tmp_path: Path) -> None:
    write_probe(tmp_path)
    device = FakeGpu(
        seconds=(1e-6, 1e-6, 2e-6, 2e-6),
        before=DeviceConditions(sm_clock_hz=1.9e9),
        after=DeviceConditions(sm_clock_hz=1.2e9, throttle_reasons=["power cap"]),
    )
    point = points(device, tmp_path)[0]
    assert not point.valid
    assert point.values["cycles"] == 500
    assert (point.sm_clock_before_hz, point.sm_clock_after_hz) == (1.9e9, 1.2e9)
    assert point.throttle_reasons == ["power cap"]
    assert [reason.split()[0] for reason in point.reasons] == ["times", "the", "the"]


def test_an_implausible_value_is_marked(tmp_path: Path) -> None:
    write_probe(tmp_path)
    point = points(FakeGpu(seconds=(1e-12,)), tmp_path)[0]
    assert not point.valid
    assert "bandwidth" in point.reasons[0]
    assert "above the plausible 1e+12" in point.reasons[0]


def test_a_metric_that_divides_by_zero_costs_its_point(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=('derived = ["block_cycles"', 'derived = ["block_cycles / (blocks - 1)"'))
    found = points(FakeGpu(), tmp_path)
    assert [point.valid for point in found] == [False, True, False, True]
    assert "division by zero" in found[0].reasons[0]


def test_a_saturation_adds_points_and_a_metric(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    (folder / "probe.toml").write_text(DECLARATION + SATURATION)
    result = probe(FakeGpu(), tmp_path)
    assert [point.parameters for point in result.points[4:]] == [
        {"sweep": "saturation", "factor": 3},
        {"sweep": "saturation", "factor": 5},
    ]
    assert result.points[4].values == {"needed": 500.0}
    needed = result.metric("needed")
    assert needed is not None
    assert (needed.unit, needed.provenance) == ("cycles", Provenance.MEASURED)


def test_a_kernel_without_c_linkage_stops_the_run(tmp_path: Path) -> None:
    folder = write_probe(tmp_path, replace=("scale(", "other("))
    text = (folder / "probe.toml").read_text()
    (folder / "probe.toml").write_text(text.replace('kernel = "scale"', 'kernel = "other"'))
    with pytest.raises(GpuAdvisorError, match="no kernel is called 'other'") as error:
        points(FakeGpu(), tmp_path)
    assert error.value.where == str(folder / "kernel.cu")


class Passing:
    """A clock that moves on by `step` whenever somebody looks at it."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def cut_at(seconds: float, step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = partial(Budget, now=Passing(step))
    monkeypatch.setattr("gpuadvisor.probing.run.Budget", lambda _, points: budget(seconds, points))


def test_a_run_whose_time_is_over_keeps_what_it_has_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_probe(tmp_path)
    (folder / "probe.toml").write_text(DECLARATION + SATURATION)
    cut_at(5.0, 1.0, monkeypatch)
    profile = run_probes(FakeGpu(), ["scale"], [tmp_path])
    assert len(profile.probes[0].points) == 2
    assert profile.probes[0].left_out == 2
    assert profile.cut_short is not None
    assert "2 of 4 points of scale were not measured" in profile.cut_short
    assert profile.probes[0].metric("needed") is None, "half a curve has no height"


def test_a_probe_of_which_nothing_was_measured_has_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_probe(tmp_path)
    cut_at(0.5, 1.0, monkeypatch)
    profile = run_probes(FakeGpu(), ["scale"], [tmp_path])
    assert profile.probes == []
    assert profile.cut_short


def test_the_time_of_a_point_limits_its_sampling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_probe(tmp_path)
    cut_at(1.0, 0.0, monkeypatch)
    device = FakeGpu()
    profile = run_probes(device, ["scale"], [tmp_path])
    assert profile.cut_short is None
    limits = [timing.limit_seconds for timing in device.timings if timing.warmups]
    assert limits == [pytest.approx(0.4 / left) for left in (4, 3, 2, 1)]


def test_only_a_real_clock_is_in_haste() -> None:
    assert time_for(FACTS, quick=True) <= 15
    assert time_for(FACTS, quick=False) <= 180
    assert time_for(msgspec.structs.replace(FACTS, kind="emulated"), quick=True) == inf


def test_a_complete_result_leaves_nothing_out_and_says_when_it_began(tmp_path: Path) -> None:
    write_probe(tmp_path)
    result = probe(FakeGpu(), tmp_path)
    assert result.left_out == 0
    assert result.created

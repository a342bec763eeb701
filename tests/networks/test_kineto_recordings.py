"""What PyTorch's profiler wrote of the networks on a CPU is read, and nobody is told that a GPU took part."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.report import command
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.opening import read_trace

RECORDED = Path(__file__).parents[1] / "recorded" / "kineto-cpu"
TRACES = sorted(RECORDED.glob("*.json.gz"))


def read(path: Path) -> TimelineProfile:
    imported = read_trace(path)
    assert imported is not None
    (timeline,) = imported.timelines
    return timeline


def of(network: str, variant: str) -> TimelineProfile:
    (path,) = RECORDED.glob(f"*-{network}-{variant}.json.gz")
    return read(path)


def operators(timeline: TimelineProfile) -> dict[str, int]:
    assert timeline.workload is not None
    return {each.name: each.count for each in timeline.workload.operators}


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_a_trace_without_a_gpu_says_so(path: Path) -> None:
    timeline = read(path)
    assert timeline.provenance is Provenance.IMPORTED_KINETO
    assert timeline.producer == "PyTorch"
    assert timeline.notes == ["no GPU activity was recorded"]
    assert [timeline.devices, timeline.kernels, timeline.copies, timeline.gaps] == [[], [], [], []]
    assert timeline.busy_fraction is None
    assert timeline.steps is not None
    assert timeline.steps.count == 2
    assert 0 < timeline.steps.total_seconds <= timeline.span_seconds


def test_there_are_recordings_of_both_variants() -> None:
    assert len(TRACES) == 8


def test_the_unrolled_layer_and_the_fused_one_tell_themselves_apart() -> None:
    slow, tuned = operators(of("lstm", "slow")), operators(of("lstm", "tuned"))
    assert slow["aten::lstm_cell"] == 2 * 8  # steps of training, of a sequence
    assert "aten::lstm" not in slow
    assert tuned["aten::lstm"] == 2
    assert "aten::lstm_cell" not in tuned


def test_a_gan_steps_two_optimisers() -> None:
    for network, optimisers in (("gan", 2), ("cnn", 1)):
        workload = of(network, "slow").workload
        assert workload is not None
        assert workload.optimizer is not None
        assert workload.optimizer.steps == 2 * optimisers


def test_the_report_of_a_recording_says_that_no_gpu_took_part() -> None:
    shown = CliRunner().invoke(command, [str(TRACES[0])], standalone_mode=False)
    assert shown.exception is None
    assert "no GPU activity was recorded" in shown.output

"""Programs recorded from beginning to end, with a scripted PyTorch."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pynvml
import pytest

from gpuadvisor.live.program import INTERRUPTED, Program
from gpuadvisor.live.recorders import FRAMEWORKS
from gpuadvisor.live.session import Recording, Run, record
from gpuadvisor.live.steps import StepLimits
from gpuadvisor.live.torch_recorder import NO_GPU_TOOK_PART
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from tests.devices import fake_nvml
from tests.live.fake_torch import write_torch
from tests.live.programs import INTERRUPT, forgotten

STEPS = """
import torch
optimizer = torch.optim.Optimizer()
for _ in range({count}): optimizer.step()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the scripted torch, which programs in it find first."""
    write_torch(tmp_path)
    with forgotten("torch"):
        yield tmp_path


def run(
    folder: Path, text: str, *, wait: int = 2, steps: int = 3, nvml: ModuleType | None = None, **options: Any
) -> Run:
    path = folder / "train.py"
    path.write_text(text)
    recording = Recording(limits=StepLimits(wait=wait, steps=steps), **options)
    return record(Program(name=str(path)), recording, nvml)


def timeline(run: Run) -> TimelineProfile:
    assert run.timeline is not None
    return run.timeline


def log() -> list[str]:
    found: list[str] = sys.modules["torch.autograd.profiler"].log  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(
    ("count", "wait", "steps", "recorded"),
    [(10, 2, 3, 3), (4, 2, 3, 2), (10, 1, 2, 2), (10, 0, 4, 3), (3, 0, 9, 2)],
)
def test_as_many_steps_are_recorded_as_asked_for(
    folder: Path, count: int, wait: int, steps: int, recorded: int
) -> None:
    found = timeline(run(folder, STEPS.format(count=count), wait=wait, steps=steps))
    assert found.steps is not None
    assert found.steps.count == recorded


def test_it_says_who_measured_what_and_where(folder: Path) -> None:
    found = timeline(run(folder, STEPS.format(count=10)))
    assert found.provenance == Provenance.MEASURED
    assert found.source == str(folder / "train.py")
    assert found.producer == "torch.profiler of PyTorch 9.9"
    assert found.notes == [NO_GPU_TOOK_PART]
    (memory,) = found.memory
    assert memory.device is None
    assert memory.peak_allocated_bytes > 2**20


def test_one_profiler_runs_at_a_time_and_all_of_them_end(folder: Path) -> None:
    with forgotten("torch"):
        run(folder, STEPS.format(count=10))
        assert log() == ["start", "stop"]


@pytest.mark.parametrize("shapes", [True, False])
def test_shapes_are_recorded_as_asked_for(folder: Path, shapes: bool) -> None:
    with forgotten("torch"):
        run(folder, STEPS.format(count=4), shapes=shapes)
        assert sys.modules["torch.autograd.profiler"].shapes == [shapes]  # type: ignore[attr-defined]


def test_a_program_without_steps_is_recorded_as_a_whole_if_asked_for(folder: Path) -> None:
    text = "import torch, time; time.sleep(0.01)"
    (remark,) = run(folder, text).remarks
    assert "with --wait 0 it is recorded from the beginning" in remark
    found = timeline(run(folder, text, wait=0))
    assert found.steps is None
    assert found.span_seconds >= 0


def test_a_program_that_ends_within_the_warm_up_says_so(folder: Path) -> None:
    ended = run(folder, STEPS.format(count=3), wait=5)
    assert ended.timeline is None
    assert ended.remarks == ["the program made 3 of the 5 steps that --wait leaves out"]


def test_the_optimizers_of_one_loop_make_one_step(folder: Path) -> None:
    text = """
import torch
one, other = torch.optim.Optimizer(), torch.optim.Optimizer()
for _ in range(6):
    one.step()
    other.step()
    other.step()
"""
    found = timeline(run(folder, text, wait=1, steps=100))
    assert found.steps is not None
    assert found.steps.count == 5  # all but the first; the seventh had begun, but did not end


def test_a_new_optimizer_takes_over_from_one_that_is_gone(folder: Path) -> None:
    text = """
import torch
for _ in range(2):
    optimizer = torch.optim.Optimizer()
    for _ in range(3): optimizer.step()
    del optimizer
"""
    found = timeline(run(folder, text, wait=1, steps=100))
    assert found.steps is not None
    assert found.steps.count == 5


def test_control_c_keeps_what_there_is(folder: Path) -> None:
    ended = run(folder, STEPS.format(count=5) + INTERRUPT, steps=100)
    assert ended.ending.exit_code == INTERRUPTED
    assert timeline(ended).steps is not None


def test_an_error_keeps_what_there_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(folder, STEPS.format(count=5) + "\n1 / 0", steps=100)
    assert ended.ending.exit_code == 1
    assert timeline(ended).steps is not None
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_other_threads_steps_do_not_count(folder: Path) -> None:
    text = """
import threading, torch
optimizer = torch.optim.Optimizer()
thread = threading.Thread(target=lambda: [optimizer.step() for _ in range(9)])
thread.start(); thread.join()
"""
    assert timeline(run(folder, text, wait=0)).steps is None


def test_a_profiler_of_the_programs_own_goes_first(folder: Path) -> None:
    text = STEPS.format(count=4) + "\nwith torch.profiler.profile(): pass\n" + STEPS.format(count=9)
    ended = run(folder, text, steps=100)
    assert ended.remarks == ["the program started a profiler of its own, which ended the recording"]
    steps = timeline(ended).steps
    assert steps is not None
    assert steps.count == 2


def test_after_a_profiler_of_the_programs_own_none_is_started(folder: Path) -> None:
    text = "import torch\ntorch.profiler.profile().start()\n" + STEPS.format(count=9)
    with forgotten("torch"):
        assert timeline(run(folder, text, wait=0)).steps is None
        assert log() == ["start", "stop", "start"]  # the last is the program's


def test_a_profiler_of_the_programs_own_within_the_warm_up_leaves_nothing(folder: Path) -> None:
    text = STEPS.format(count=2) + "torch.profiler.profile().start()\n" + STEPS.format(count=9)
    ended = run(folder, text, wait=4)
    assert ended.timeline is None
    assert ended.remarks == ["the program started a profiler of its own, which ended the recording"]


def test_the_trace_is_kept_whole(folder: Path) -> None:
    trace = folder / "kept.json"
    run(folder, STEPS.format(count=10), trace=trace)
    assert b"ProfilerStep#" in trace.read_bytes()
    assert sorted(path.name for path in folder.glob(".gpuadvisor*")) == []


def test_a_program_without_frameworks_cannot_be_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FRAMEWORKS:  # which other tests may have imported
        monkeypatch.delitem(sys.modules, name, raising=False)
    ended = run(folder, "print(1)")
    assert ended.timeline is None
    assert "imported none of PyTorch, CuPy" in ended.remarks[0]


@pytest.mark.parametrize("wait", [0, 2])
def test_with_a_gpu_recording_waits_for_the_context(
    folder: Path, monkeypatch: pytest.MonkeyPatch, wait: int
) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu("GPU-a", "00000000:3B:00.0"))
    for question in ("nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMemoryInfo"):
        monkeypatch.setattr(pynvml, question, lambda _: _refuse())
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda _: "NVIDIA H100")
    write_torch(folder, cuda="13.0")
    text = "import torch\nassert not torch.autograd.profiler.log\ntorch.cuda.init()\n"
    with forgotten("torch"):
        found = timeline(run(folder, text + STEPS.format(count=9), wait=wait, nvml=pynvml))
        assert log() == ["start cuda", "stop"]
    (memory,) = found.memory
    assert (memory.device, memory.peak_allocated_bytes, memory.peak_reserved_bytes) == (0, 3000, 4096)
    assert (memory.capacity_bytes, memory.allocation_retries) == (2**30, 1)
    assert NO_GPU_TOOK_PART not in found.notes


def test_with_a_gpu_that_is_not_used_the_steps_are_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu("GPU-a", "00000000:3B:00.0"))
    for question in ("nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMemoryInfo"):
        monkeypatch.setattr(pynvml, question, lambda _: _refuse())
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda _: "NVIDIA H100")
    write_torch(folder, cuda="13.0")
    with forgotten("torch"):
        found = timeline(run(folder, STEPS.format(count=9), wait=0, nvml=pynvml))
        assert log() == ["start", "stop"]
    assert found.steps is not None
    assert found.steps.count == 2  # the first had ended when it was seen that there is no context
    assert NO_GPU_TOOK_PART in found.notes


def _refuse() -> object:
    raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

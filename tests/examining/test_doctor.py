"""The whole examination: every part has its line, whatever becomes of the looks."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.examining.answers import answers
from gpuadvisor.examining.doctor import LOOKS, judged
from gpuadvisor.examining.looks.compiler import Compiler
from gpuadvisor.examining.looks.cupti import Cupti
from gpuadvisor.examining.looks.llvmlite import Native
from gpuadvisor.examining.looks.profilers import Profiler, Profilers
from gpuadvisor.examining.outcome import Absent, Broken, Ended, Late, Outcome, Seen
from gpuadvisor.model.doctor import PART_NAMES, Part
from tests.examining.machines import gpu, host, nvidia, sight


def seen(value: object) -> Seen:
    return Seen(msgspec.Raw(msgspec.json.encode(value)))


WELL: Mapping[str, Outcome] = {
    "nvidia": seen(nvidia(gpu())),
    "compiler": seen(
        Compiler(
            nvrtc="13.0",
            compute_capabilities=["7.5", "12.1"],
            nvccs=["13.0"],
            host_compiler="g++",
            cuobjdump="x",
        )
    ),
    "profilers": seen(Profilers(ncu=Profiler(path="/ncu", on_path=True, version="2025.3"))),
    "cupti": seen(Cupti(version="13.4.0", library=130400)),
    "llvmlite": seen(Native(llvmlite="0.50.0", llvm="22.1", processor="znver5")),
    **{name: seen(sight()) for name in ("cupy", "torch", "tensorflow", "jax", "numba", "triton")},
}
EVERYBODY = {"/proc/driver/nvidia/params": "RmProfilingAdminOnly: 0\n"}


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path))
    return tmp_path


def judge(root: Path, changes: Mapping[str, Outcome]) -> dict[str, Part]:
    ended = {name: Ended(outcome=outcome) for name, outcome in {**WELL, **changes}.items()}
    return {part.name: part for part in judged(ended, host(root, EVERYBODY))}


def test_every_look_is_judged() -> None:
    assert {look.name for look in LOOKS} == set(WELL)


def test_the_parts_come_in_their_order(root: Path) -> None:
    parts = judge(root, {})
    assert [name for name in parts if not name.startswith("gpu:")] == list(PART_NAMES)
    assert {name for name, part in parts.items() if part.status != "ok"} == {"nsys", "memory"}


@pytest.mark.parametrize("outcome", [Absent(), Broken("it crashes (SIGSEGV)"), Late(9.0)])
def test_no_outcome_of_any_look_stops_the_others(root: Path, outcome: Outcome) -> None:
    parts = judge(root, dict.fromkeys(WELL, outcome))
    assert list(parts) == list(PART_NAMES)
    for name in ("driver", "gpu", "cupy", "torch", "nvrtc", "nvcc", "cuobjdump", "llvmlite"):
        assert parts[name].status == "missing"


def test_a_driver_that_does_not_answer_is_said_to(root: Path) -> None:
    assert judge(root, {"nvidia": Late(9.0)})["driver"].summary == "did not answer within 9 s"


def test_a_gpu_too_old_for_what_is_installed_is_told_by_name(root: Path) -> None:
    old = nvidia(gpu(compute_capability=(7, 0)))
    part = judge(root, {"nvidia": seen(old), "jax": seen(sight(cuda="13"))})["gpu:0"]
    assert part.status == "warning"
    assert "JAX needs 7.5" in part.summary
    assert "Triton needs 8.0" in part.summary
    assert "NVRTC needs 7.5" in part.summary
    assert "PyTorch" not in part.summary


def test_what_is_built_for_cuda_is_gathered(root: Path) -> None:
    changes = {"torch": seen(sight(cuda="14.0")), "jax": seen(sight(has_cuda=False, cuda=None))}
    part = judge(root, changes)["cuda"]
    assert part.status == "warning"
    assert part.summary == "the driver supports 13.0, too old for PyTorch (for 14.0)"
    assert "NVRTC 13.0" in (part.facts["built_for"] or [])


def test_questions_are_answered_by_the_parts_they_take(root: Path) -> None:
    well = {answer.command: answer for answer in answers(list(judge(root, {}).values()))}
    assert (well["gpuadvisor probe"].status, well["gpuadvisor probe"].lacks) == ("ok", [])
    assert (well["nsys"].status, well["nsys"].lacks) == ("missing", ["nsys"])
    limited = judge(root, {"cupy": seen(sight(problem='Failure finding "libnvrtc.so.12"'))})
    by_command = {answer.command: answer for answer in answers(list(limited.values()))}
    assert (by_command["gpuadvisor probe"].status, by_command["gpuadvisor probe"].lacks) == (
        "warning",
        ["cupy"],
    )
    ill = judge(root, {"nvidia": seen(nvidia(cuda_version=None, driver_version=None)), "cupy": Absent()})
    by_command = {answer.command: answer for answer in answers(list(ill.values()))}
    assert by_command["gpuadvisor probe"].lacks == ["driver", "gpu", "cuda", "cupy"]
    assert by_command["gpuadvisor analyze FILE.cu"].status == "ok"

"""What is said of a framework, in each way in which it can be well or ill."""

import pytest

from gpuadvisor.examining.frameworks import BY_NAME, Framework
from gpuadvisor.examining.looks.sight import Sight
from gpuadvisor.examining.parts.framework import OTHER_LIBRARIES, Place, absent, broken, late, seen
from gpuadvisor.model.doctor import Part
from tests.examining.machines import GIB, gpu, sight

TORCH, TENSORFLOW, JAX, CUPY, TRITON = (
    BY_NAME[name] for name in ("torch", "tensorflow", "jax", "cupy", "triton")
)
H100 = Place(supported=13000, gpus=[gpu()])
NO_DRIVER = Place(supported=None)


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed where the tests run."""
    monkeypatch.setattr(Framework, "installed_version", lambda _: None)
    monkeypatch.setattr(Framework, "required_cuda_major", lambda _: None)


WHOLE = "reinstall it with all that it needs: pip install"


def said(part: Part) -> tuple[str, str, str | None]:
    return part.status, part.summary, part.remedy


def test_a_framework_that_sees_the_gpu_is_ok() -> None:
    part = seen(TORCH, sight(architectures=["sm_80", "sm_90"]), "", H100)
    assert said(part) == ("ok", "2.9.0 for CUDA 12.8, sees the GPU", None)
    assert part.facts == {
        "version": "2.9.0",
        "cuda": "12.8",
        "devices": 1,
        "architectures": ["sm_80", "sm_90"],
    }


def test_a_build_newer_by_a_minor_version_is_ok_and_says_so() -> None:
    part = seen(TORCH, sight(cuda="13.2", devices=2), "", Place(supported=13000, gpus=[gpu(), gpu(1)]))
    assert part.status == "ok"
    assert part.summary == "2.9.0 for CUDA 13.2 (newer than the driver's by a minor version), sees 2 GPUs"


@pytest.mark.parametrize(
    ("place", "remedy"),
    [
        (H100, "pip install 'jax[cuda13]'"),
        (Place(supported=12080, gpus=[gpu()]), "pip install 'jax[cuda12]'"),
        (Place(supported=11080, gpus=[gpu()]), "pip install 'jax[cuda12]'"),
        (NO_DRIVER, None),
    ],
)
def test_a_build_for_the_cpu_is_replaced_where_there_is_a_gpu(place: Place, remedy: str | None) -> None:
    part = seen(JAX, Sight(version="0.10.2", has_cuda=False, problem="Unknown backend"), "", place)
    assert said(part) == ("warning", "0.10.2, a build for the CPU: uses no NVIDIA GPU", remedy)


def test_a_build_for_rocm_is_called_so() -> None:
    part = seen(TORCH, Sight(version="2.9", has_cuda=False, problem="built for AMD's ROCm 6.4"), "", H100)
    assert part.summary == "2.9, built for AMD's ROCm 6.4: uses no NVIDIA GPU"


def test_without_a_driver_there_is_nothing_to_see() -> None:
    part = seen(TORCH, sight(devices=0), "", NO_DRIVER)
    assert said(part) == ("warning", "2.9.0 for CUDA 12.8, sees no GPU: there is no driver", None)


def test_a_driver_that_is_too_old_is_told_with_both_cures() -> None:
    part = seen(TORCH, sight(cuda="13.0", devices=0), "", Place(supported=12040, gpus=[gpu()]))
    assert said(part) == (
        "warning",
        "2.9.0 for CUDA 13.0, which the driver does not run: it supports CUDA 12.4",
        "update the NVIDIA driver to 580 or newer, or install a build for CUDA 12",
    )


def test_a_library_missing_by_the_log_is_named_with_its_wheel() -> None:
    log = "I0000 dso_loader.cc:55] Could not load dynamic library 'libcudnn.so.9'; dlerror: libcudnn.so.9"
    part = seen(TENSORFLOW, sight(version="2.20.0", cuda="12.5.1", devices=0), log, H100)
    assert said(part) == (
        "warning",
        "2.20.0 for CUDA 12.5.1, sees no GPU: libcudnn.so.9 is missing",
        f"pip install nvidia-cudnn-cu12, or {WHOLE} 'tensorflow[and-cuda]'",
    )


def test_a_log_is_not_blamed_where_the_gpu_is_seen() -> None:
    log = "Could not load dynamic library 'libcudnn.so.8'"
    assert seen(TENSORFLOW, sight(), log, H100).status == "ok"


def test_a_compiler_that_cupy_misses_is_named_though_it_sees_the_gpu() -> None:
    problem = 'Failure finding "libnvrtc.so.12": No such file'
    part = seen(CUPY, sight(version="14.2.0", cuda="12.9", problem=problem), "", H100)
    assert said(part) == (
        "warning",
        "14.2.0 for CUDA 12.9, cannot build kernels: libnvrtc.so.12 is missing",
        f"pip install nvidia-cuda-nvrtc-cu12, or {WHOLE} 'gpuadvisor[cuda12]'",
    )


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place(supported=13000, gpus=[gpu()], hidden=True), "CUDA_VISIBLE_DEVICES hides all"),
        (Place(supported=13000), "there is none"),
        (H100, "CUDA unknown error"),
    ],
)
def test_why_no_gpu_is_seen(place: Place, reason: str) -> None:
    part = seen(TORCH, sight(devices=0, problem="CUDA unknown error"), "", place)
    assert part.status == "warning"
    assert part.summary == f"2.9.0 for CUDA 12.8, sees no GPU: {reason}"


@pytest.mark.parametrize(
    ("framework", "architectures", "capability"),
    [
        (TORCH, ["sm_75", "sm_90"], (6, 1)),
        (TORCH, ["sm_75", "sm_90"], (12, 0)),
        (TRITON, [], (7, 5)),
        (JAX, [], (3, 5)),
    ],
)
def test_a_gpu_that_the_build_has_no_code_for_is_told(
    framework: Framework, architectures: list[str], capability: tuple[int, int]
) -> None:
    gpus = [gpu(), gpu(1, compute_capability=capability)]
    place = Place(supported=13000, gpus=gpus, working=frozenset({"torch"}))
    part = seen(framework, sight(architectures=architectures), "", place)
    assert part.status == "warning"
    text = f"{capability[0]}.{capability[1]}"
    assert part.summary == f"2.9.0 for CUDA 12.8, has no code for GPU 1, compute capability {text}"


def test_triton_launches_through_pytorch() -> None:
    alone = seen(TRITON, sight(version="3.9.0", cuda=None), "", H100)
    assert said(alone) == (
        "warning",
        "3.9.0, launches kernels through PyTorch, which has no working CUDA build here",
        "pip install torch",
    )
    both = Place(supported=13000, gpus=[gpu()], working=frozenset({"torch"}))
    assert seen(TRITON, sight(version="3.9.0", cuda=None), "", both).status == "ok"


def test_what_is_not_installed_is_no_fault_of_the_machine() -> None:
    part = absent(CUPY, Place(supported=12080, gpus=[gpu(memory_bytes=8 * GIB)]))
    assert said(part) == ("missing", "not installed", "pip install 'gpuadvisor[cuda12]'")
    assert part.optional


def test_what_cannot_be_imported_for_a_library_names_it() -> None:
    part = broken(TORCH, "ImportError: libcudnn.so.9: cannot open shared object file", H100)
    assert said(part) == (
        "missing",
        "installed, does not start: libcudnn.so.9 is missing",
        f"pip install nvidia-cudnn-cu13, or {WHOLE} torch",
    )
    assert not part.optional


def test_the_wheel_is_for_the_cuda_that_the_framework_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Framework, "installed_version", lambda _: "2.9.0")
    monkeypatch.setattr(Framework, "required_cuda_major", lambda _: 12)
    part = broken(TORCH, "ImportError: libcudnn.so.9: cannot open shared object file", H100)
    assert part.summary == "2.9.0, does not start: libcudnn.so.9 is missing"
    assert part.remedy == f"pip install nvidia-cudnn-cu12, or {WHOLE} torch"


def test_libraries_of_another_release_are_told() -> None:
    reason = "ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkGetErrorLogSize_12_9"
    part = broken(TORCH, reason, H100)
    assert said(part) == ("missing", f"installed, does not start: {reason}", OTHER_LIBRARIES)


def test_a_crash_is_told_and_a_long_reason_is_cut() -> None:
    crash = broken(TORCH, "it crashes (SIGSEGV)", NO_DRIVER)
    assert said(crash) == (
        "missing",
        "installed, does not start: it crashes (SIGSEGV)",
        f"{WHOLE} torch",
    )
    assert broken(TORCH, "x" * 1000, NO_DRIVER).summary.endswith("x...")


def test_what_does_not_answer_is_missing_unless_its_files_say_it_is_for_the_cpu() -> None:
    assert said(late(TORCH, None, 9.0, H100)) == (
        "missing",
        "installed, did not start within 9 s",
        "give it more time: gpuadvisor doctor --limit 60",
    )
    assert late(TORCH, sight(), 9.0, H100).summary == "2.9.0 for CUDA 12.8, did not start within 9 s"
    for_cpu = late(TORCH, Sight(version="2.9.0+cpu", has_cuda=False), 9.0, NO_DRIVER)
    assert for_cpu.status == "warning"
    assert (
        for_cpu.summary == "2.9.0+cpu, a build for the CPU: uses no NVIDIA GPU; it did not start within 9 s"
    )

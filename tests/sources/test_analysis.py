"""A source through compiler, device and emulator, where the pieces' own tests do not reach."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import ONCE, Argument, Kernel, LaunchResult, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, KernelTime, Launch
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source, kernels_without_launch
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.launches import launch_file

Analysis = Callable[..., list[KernelProfile]]

DATA = """
import numpy as np

def make():
    return {"n": np.int32(64), "in": np.arange(64, dtype=np.float32), "out": np.zeros(64, np.float32)}

def ordered():
    return [np.zeros(64, np.float32), np.arange(64, dtype=np.float32), np.int32(64)]
"""
SCALE = """\
#include "factor.cuh"

__global__ void scale(float* out, const float* in, int n)
{
    extern __shared__ float staged[];
    staged[threadIdx.x] = FACTOR * in[threadIdx.x];
    __syncthreads();
    if (threadIdx.x < n)
        out[threadIdx.x] = staged[threadIdx.x];
}
"""
LAUNCH = """
[[launch]]
kernel = "scale"
grid = 1
block = 64
shared = 256
"""
COMPILE = '[compile]\ndefines = ["FACTOR=2.0f"]\ninclude = ["headers"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "headers").mkdir()
    (tmp_path / "headers" / "factor.cuh").write_text("#ifndef FACTOR\n#error FACTOR is not defined\n#endif\n")
    (tmp_path / "data.py").write_text(DATA)
    (tmp_path / "scale.cu").write_text(SCALE)
    return tmp_path


@pytest.fixture
def analyzed(folder: Path) -> Analysis:
    """Analyse scale.cu with the given launch file."""

    def analysis(text: str, device: EmulatedDevice | None = None, **options: object) -> list[KernelProfile]:
        (folder / "scale.toml").write_text(text)
        source = folder / "scale.cu"
        launches = launch_file(source, None)
        compilation = CompileSettings().options(launches, "9.0")
        settings = replace(AnalysisOptions(), **options)  # type: ignore[arg-type]
        return analyze_source(
            source, launches.requests, device or EmulatedDevice("h100"), compilation, settings
        )

    return analysis


@pytest.mark.parametrize(
    "arguments",
    [
        'inputs = "data.py:ordered"\n',
        'inputs = "data.py:make"\n'
        'args = [{ name = "out", type = "float32" }, { name = "in" }, { name = "n" }]\n',
        'inputs = "data.py:make"\n'
        'args = [{ name = "out" }, { name = "in" }, { name = "n", type = "int32", value = 32 }]\n',
    ],
)
def test_inputs_compile_options_and_dynamic_shared_memory(analyzed: Analysis, arguments: str) -> None:
    (profile,) = analyzed(COMPILE + LAUNCH + arguments)
    assert profile.launch == Launch(grid=(1, 1, 1), block=(64, 1, 1), dynamic_shared_bytes=256)
    assert profile.counters is not None
    assert profile.counters.shared_store_requests == 2
    assert profile.line == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COMPILE + LAUNCH + 'inputs = "data.py:make"\n', "does not fit"),
        (COMPILE + LAUNCH + 'args = [{ name = "out" }]\n', "'out' has neither fill nor value"),
        (
            COMPILE + LAUNCH + 'inputs = "data.py:make"\nargs = [{ name = "n", type = "int64" }]\n',
            "'n' is int64, but the inputs function returns int32",
        ),
        (
            COMPILE + LAUNCH.replace("shared = 256", "shared = 128") + 'inputs = "data.py:ordered"\n',
            "scale.cu:6",
        ),
        (COMPILE.replace("FACTOR=", "OTHER=") + LAUNCH, "FACTOR is not defined"),
        (COMPILE + LAUNCH.replace('"scale"', '"skale"'), "skale"),
        (COMPILE, "no launch is given"),
    ],
)
def test_mistakes_are_named(analyzed: Analysis, text: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        analyzed(text)


def test_a_wanted_kernel_without_launch_is_told_apart_from_an_unknown_one(analyzed: Analysis) -> None:
    with pytest.raises(GpuAdvisorError, match="has no kernel other"):
        analyzed(COMPILE + LAUNCH + 'inputs = "data.py:ordered"\n', wanted=("scale", "other"))


class _Timer(EmulatedDevice):
    """Stands for a GPU: it measures times and counts nothing."""

    def launch(
        self,
        kernel: Kernel,
        launch: Launch,
        arguments: Sequence[Argument],
        timing: Timing = ONCE,
    ) -> LaunchResult:
        result = super().launch(kernel, launch, arguments, timing)
        assert result.observation is not None
        times = tuple(KernelTime(provenance=Provenance.MEASURED, seconds=each) for each in (3e-6, 1e-6, 2e-6))
        return replace(result, times=times, observation=None)


def test_what_a_gpu_times_the_emulator_counts(analyzed: Analysis) -> None:
    text = COMPILE + LAUNCH + 'inputs = "data.py:ordered"\n'
    (emulated,), (timed,) = analyzed(text), analyzed(text, _Timer("h100"))
    assert timed.counters == emulated.counters
    assert timed.accesses == emulated.accesses
    assert timed.time == KernelTime(provenance=Provenance.MEASURED, seconds=2e-6)


def test_a_card_older_than_the_compiler_says_what_was_compiled(folder: Path) -> None:
    (folder / "scale.toml").write_text(COMPILE + LAUNCH + 'inputs = "data.py:ordered"\n')
    launches = launch_file(folder / "scale.cu", None)
    device = EmulatedDevice("v100")
    options = CompileSettings().options(launches, device.facts.compute_capability)
    (profile,) = analyze_source(folder / "scale.cu", launches.requests, device, options)
    assert profile.resources is not None
    assert profile.resources.compute_capability != "7.0"
    assert any("7.0" in note and profile.resources.compute_capability in note for note in profile.notes)


STRUCTURE = """\
struct Box { int low; float step; float high; };
__global__ void spread(float* out, Box box) { out[box.low + threadIdx.x] = box.step * threadIdx.x; }
"""


def test_a_structure_by_value(tmp_path: Path) -> None:
    source = tmp_path / "spread.cu"
    source.write_text(STRUCTURE)
    (tmp_path / "data.py").write_text(
        "import numpy as np\n"
        "def make():\n"
        "    box = np.zeros(1, [('low', np.int32), ('step', np.float32), ('high', np.float32)])\n"
        "    box['low'] = 11\n"
        "    return {'out': np.zeros(64, np.float32), 'box': box}\n"
    )
    source.with_suffix(".toml").write_text(
        '[[launch]]\nkernel = "spread"\ngrid = 1\nblock = 32\ninputs = "data.py:make"\n'
    )
    options = CompileOptions(compute_capability="9.0")
    requests = launch_file(source, None).requests
    (profile,) = analyze_source(source, requests, EmulatedDevice("h100"), options)
    assert profile.counters is not None
    assert profile.counters.global_store_sectors == 5  # 11 floats behind a boundary


OVERLOADS = """\
__global__ void fill(float* out) { out[threadIdx.x] = 1.0f; }

__global__ void fill(int* out, int value) { out[threadIdx.x] = value; }

template <typename T>
__global__ void copy(T* out, const T* in) { out[threadIdx.x] = in[threadIdx.x]; }
"""


def test_overloads_are_named_by_their_mangled_names(tmp_path: Path) -> None:
    source = tmp_path / "fill.cu"
    source.write_text(OVERLOADS)
    toml = source.with_suffix(".toml")
    toml.write_text(
        '[[launch]]\nkernel = "_Z4fillPii"\ngrid = 1\nblock = 32\n'
        'args = [{ name = "out", type = "int32", shape = 32, fill = "zeros" },\n'
        '        { name = "value", type = "int32", value = 3 }]\n'
    )
    requests = launch_file(source, None).requests
    options = CompileOptions(compute_capability="9.0")
    (profile,) = analyze_source(source, requests, EmulatedDevice("h100"), options)
    assert (profile.name, profile.line) == ("fill", 3)
    toml.write_text(toml.read_text().replace("_Z4fillPii", "fill"))
    with pytest.raises(GpuAdvisorError, match="_Z4fillPii"):
        analyze_source(source, launch_file(source, None).requests, EmulatedDevice("h100"), options)


def test_a_template_instance_without_launch_is_shown_under_its_own_name(tmp_path: Path) -> None:
    source = tmp_path / "fill.cu"
    source.write_text(OVERLOADS)
    with pytest.raises(GpuAdvisorError, match=r'(?s)no launch is given for copy<int>.*kernel = "copy<int>"'):
        analyze_source(
            source, [], EmulatedDevice("h100"), CompileOptions(compute_capability="9.0"),
            AnalysisOptions(wanted=("copy<int>",)),
        )  # fmt: skip


def test_kernels_without_launch(tmp_path: Path) -> None:
    source = tmp_path / "fill.cu"
    source.write_text(OVERLOADS)
    source.with_suffix(".toml").write_text('[[launch]]\nkernel = "copy<float>"\ngrid = 1\nblock = 32\n')
    assert kernels_without_launch(source, launch_file(source, None).requests) == ["fill", "fill"]

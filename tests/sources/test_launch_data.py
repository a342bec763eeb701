"""Arguments of every kind, run in the emulator and compared with NumPy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources import analysis
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.launch_data import shared_buffers
from gpuadvisor.sources.launches import launch_file
from gpuadvisor.sources.requests import InlineLaunch, choose_requests

SOURCE = """
#include <cuda_bf16.h>
#include <cuda_fp16.h>

struct Box { char tag; float low[3]; double scale; const float* data; };
struct Particle { float x; int id; };

namespace settings { __constant__ float weights[4]; }
__device__ unsigned total = 5;

extern "C" __global__ void boxed(float* out, Box box)
{
    out[threadIdx.x] = box.low[threadIdx.x % 3] * box.scale + box.data[threadIdx.x] + box.tag;
}

extern "C" __global__ void vectors(float* out, float4 v, const float4* many, __half h, __nv_bfloat16 b)
{
    int i = threadIdx.x;
    out[i] = v.x + v.w * many[i].z + __half2float(h) + __bfloat162float(b);
}

extern "C" __global__ void particles(float* out, const Particle* all)
{
    out[threadIdx.x] = all[threadIdx.x].x + all[threadIdx.x].id;
}

extern "C" __global__ void shifted(float* out, const float* in, const float* mask)
{
    out[threadIdx.x] = mask ? -1.0f : in[threadIdx.x] + in[-1];
}

extern "C" __global__ void weighted(float* out)
{
    out[threadIdx.x] = settings::weights[threadIdx.x % 4] + total;
    __syncthreads();
    if (threadIdx.x == 0)
        total += 1;
}

extern "C" __global__ void doubled(float* out, const float* in) { out[threadIdx.x] = 2 * in[threadIdx.x]; }
"""
BUFFERS = """
[[buffer]]
name = "out"
type = "float32"
shape = 32
fill = "zeros"

[[buffer]]
name = "in"
type = "float32"
shape = 64
fill = "arange"
"""
LANES = np.arange(32)
Run = Callable[..., dict[str, NDArray[np.generic]]]


def launch(kernel: str, arguments: str, more: str = "") -> str:
    return f'[[launch]]\nkernel = "{kernel}"\ngrid = 1\nblock = 32\nargs = [ {arguments} ]\n{more}\n'


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes: list[str]) -> Run:
    """Analyse the source with a launch file; give the shared buffers as they are afterwards."""

    def run_file(text: str, kernels: tuple[str, ...] = ()) -> dict[str, NDArray[np.generic]]:
        (tmp_path / "kernels.cu").write_text(SOURCE)
        (tmp_path / "kernels.toml").write_text(text)
        launches = launch_file(tmp_path / "kernels.cu", None)
        kept = shared_buffers(launches.requests)
        monkeypatch.setattr(analysis, "shared_buffers", lambda _: kept)
        requests = choose_requests(launches.requests, kernels, InlineLaunch())
        profiles: list[KernelProfile] = analyze_source(
            tmp_path / "kernels.cu",
            requests,
            EmulatedDevice("h100"),
            CompileSettings().options(launches, "9.0"),
        )
        assert all(profile.counters for profile in profiles)
        notes.extend(note for profile in profiles for note in profile.notes)
        assert [each.name for each in profiles] == [each.kernel for each in requests if each.reported]
        return kept

    return run_file


OUT = '{ name = "out", pointer = "out" }'


def test_a_structure_with_a_pointer_is_passed_by_value(run: Run) -> None:
    box = (
        '{ name = "box", fields = [ { name = "tag", type = "int8", value = 3 }, '
        '{ name = "low", type = "float32", shape = 3, fill = "arange" }, '
        '{ name = "scale", type = "float64", value = 0.5 }, { name = "data", pointer = "in+16" } ] }'
    )
    out = run(BUFFERS + launch("boxed", f"{OUT}, {box}"))["out"]
    assert np.array_equal(out, (LANES % 3) * 0.5 + (LANES + 16) + 3)


def test_vectors_half_and_bfloat16(run: Run) -> None:
    arguments = (
        f'{OUT}, {{ name = "v", type = "float4", value = [1, 2, 3, 4] }}, '
        '{ name = "many", type = "float4", shape = 32, fill = "arange" }, '
        '{ name = "h", type = "float16", value = 0.25 }, { name = "b", type = "bfloat16", value = 1.5 }'
    )
    out = run(BUFFERS + launch("vectors", arguments))["out"]
    assert np.array_equal(out, 1 + 4 * (4 * LANES + 2) + 0.25 + 1.5)


def test_an_array_of_structures(run: Run) -> None:
    particles = (
        '{ name = "all", shape = 32, fields = [ { name = "x", type = "float32", value = 0.5 }, '
        '{ name = "id", type = "int32", fill = "arange" } ] }'
    )
    assert np.array_equal(run(BUFFERS + launch("particles", f"{OUT}, {particles}"))["out"], LANES + 0.5)


def test_pointers_into_the_middle_and_null(run: Run) -> None:
    arguments = f'{OUT}, {{ name = "x", pointer = "in+11" }}, {{ name = "mask", pointer = "null" }}'
    assert np.array_equal(run(BUFFERS + launch("shifted", arguments))["out"], LANES + 11 + 10)


def test_several_pointers_into_one_argument(run: Run) -> None:
    arguments = (
        f'{OUT}, {{ name = "x", pointer = "y + 1" }}, '
        '{ name = "y", type = "float32", shape = 33, fill = "ones" }'
    )
    assert np.array_equal(run(BUFFERS + launch("shifted", arguments))["out"], np.full(32, -1))


def test_bytes_by_value(run: Run) -> None:
    arguments = f'{OUT}, {{ name = "v", bytes = "{np.arange(4, dtype="<f4").tobytes().hex(" ")}" }}, ' + (
        '{ name = "many", pointer = "in" }, { name = "h", bytes = "0000" }, { name = "b", bytes = "0000" }'
    )
    out = run(BUFFERS.replace("shape = 64", "shape = 128") + launch("vectors", arguments))["out"]
    assert np.array_equal(out, 3 * (4 * LANES + 2))


def test_symbols_are_set_and_live_on(run: Run) -> None:
    weights = 'symbols = [ { name = "weights", type = "float32", shape = 4, fill = "arange" } ]'
    out = run(BUFFERS + launch("weighted", OUT, weights) + launch("weighted", OUT))["out"]
    assert np.array_equal(out, LANES % 4 + 6)
    single = 'symbols = [ { name = "total", type = "uint32", value = 40 } ]'
    assert np.array_equal(run(BUFFERS + launch("weighted", OUT, single))["out"], np.full(32, 40))


def test_launches_run_in_order_over_the_same_buffers(run: Run) -> None:
    there = launch("doubled", f'{OUT}, {{ name = "x", pointer = "in" }}')
    back = launch("doubled", '{ name = "y", pointer = "in" }, { name = "z", pointer = "out" }')
    buffers = run(BUFFERS + there + back)
    assert np.array_equal(buffers["out"], 2 * LANES)
    assert np.array_equal(buffers["in"][:32], 4 * LANES)
    assert np.array_equal(buffers["in"][32:], np.arange(32, 64))


def test_what_a_sampled_launch_left_is_told(run: Run, notes: list[str]) -> None:
    there = launch("doubled", f'{OUT}, {{ name = "x", pointer = "in" }}')
    run(BUFFERS + there.replace("grid = 1\n", "grid = 200_000\n") + there)
    assert len(notes) == 1
    assert "sample of the blocks wrote of doubled" in notes[0]


def test_a_wanted_launch_is_prepared_by_those_before_it(run: Run) -> None:
    first = launch("doubled", f'{OUT}, {{ name = "x", pointer = "in" }}')
    second = launch("particles", '{ name = "y", pointer = "in" }, { name = "all", pointer = "out" }')
    wide = BUFFERS.replace("shape = 32", "shape = 64")
    buffers = run(wide + first + second + first, ("particles",))
    x, numbers = np.float32([0, 4, 8]), np.float32([2, 6, 10]).view(np.int32)
    assert np.array_equal(buffers["in"][:3], x + numbers.astype(np.float32))
    assert np.array_equal(buffers["out"][:32], 2 * LANES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            launch("doubled", f'{OUT}, {{ name = "x", pointer = "inn" }}'),
            "no array 'inn' to point into.*\n.*in",
        ),
        (launch("doubled", f'{OUT}, {{ name = "x", pointer = "in*2" }}'), "'in\\*2' is not a pointer"),
        (launch("weighted", OUT, 'symbols = [{ name = "weigths", type = "float32", value = 1 }]'), "weigths"),
        (
            launch("weighted", OUT, 'symbols = [{ name = "total", type = "float64", value = 1 }]'),
            "'total' holds 4 bytes, its launch gives 8",
        ),
        (
            launch("doubled", f'{OUT}, {{ name = "x", pointer = "in", type = "int8" }}'),
            "neither type nor shape",
        ),
        (launch("doubled", f'{OUT}, {{ name = "x", type = "float4", value = 1 }}'), "a list of 4"),
        (launch("doubled", f'{OUT}, {{ name = "x", bytes = "0g" }}'), "'x'.*hexadecimal"),
    ],
)
def test_mistakes_are_named(run: Run, text: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        run(BUFFERS + text)

"""PTX files: run, counted and attributed, with or without line information and ptxas."""

from pathlib import Path

import numpy as np
import pytest

from gpuadvisor.compiler import ptxas
from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.argument_text import parse_argument
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.ptx import with_own_lines

WRITTEN = """\
.version 7.0
.target sm_70
.address_size 64
.const .align 4 .b32 table[2] = {
    1,
    2};
.visible .entry add(   // adds
    .param .u64 add_out)
{
    .reg .b32 %r<4>;
    .reg .b64 %rd<3>;
    .reg .pred %p;
    ld.param.u64 %rd1, [add_out];
    mov.u32 %r1, %tid.x; mul.wide.u32 %rd2, %r1, 4;
    add.u64 %rd1, %rd1, %rd2;
    setp.lt.u32 %p, %r1,
        16;
    @%p bra low;
    mov.u32 %r1, 100;
low:
    st.global.u32 [%rd1], %r1;
    ret;
}
"""
NVRTC = "__global__ void twice(float* out, const float* in)\n{ out[threadIdx.x] = 2 * in[threadIdx.x]; }\n"
OPTIONS = CompileOptions(compute_capability="9.0")


def analyzed(path: Path, text: str, kernel: str, *arguments: str, device: str = "h100") -> KernelProfile:
    path.write_text(text)
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    request = LaunchRequest(kernel=kernel, launch=launch, arguments=tuple(map(parse_argument, arguments)))
    (profile,) = analyze_source(path, [request], EmulatedDevice(device), OPTIONS)
    return profile


def test_instructions_belong_to_the_lines_of_the_file(tmp_path: Path) -> None:
    profile = analyzed(tmp_path / "add.ptx", WRITTEN, "add", "out=uint32[32]:zeros")
    assert profile.line == 13
    (store,) = profile.accesses
    assert (Path(store.file).name, store.line, store.sectors) == ("add.ptx", 21, 4)
    executed = {line.line: line.thread_instructions for line in profile.lines}
    assert executed == {13: 32, 14: 64, 15: 32, 16: 32, 18: 32, 19: 16, 21: 32, 22: 32}
    (branch,) = profile.branches
    assert (branch.line, branch.divergent) == (18, 1)


def test_ptxas_tells_the_resources(tmp_path: Path) -> None:
    profile = analyzed(tmp_path / "add.ptx", WRITTEN, "add", "out=uint32[32]:zeros")
    assert profile.resources is not None
    assert profile.resources.compiler.startswith("ptxas ")
    assert 0 < profile.resources.registers_per_thread < 32
    assert profile.occupancy is not None
    assert profile.time is not None
    assert profile.notes == []


def test_without_ptxas_the_counts_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptxas, "find_tool", lambda _: None)
    profile = analyzed(tmp_path / "add.ptx", WRITTEN, "add", "out=uint32[32]:zeros")
    assert (profile.resources, profile.occupancy, profile.time) == (None, None, None)
    assert profile.counters is not None
    assert profile.counters.global_store_sectors == 4
    (note,) = profile.notes
    assert "ptxas is not installed" in note


def test_what_ptxas_refuses_is_still_counted(tmp_path: Path) -> None:
    profile = analyzed(tmp_path / "add.ptx", WRITTEN.replace("7.0", "99.9"), "add", "out=uint32[32]:zeros")
    assert profile.resources is None
    (note,) = profile.notes
    assert "refuses it" in note
    assert "99.9" in note


def test_a_module_for_a_newer_gpu_is_assembled_for_that_one(tmp_path: Path) -> None:
    newer = WRITTEN.replace("sm_70", "sm_100").replace("7.0", "9.0")
    profile = analyzed(tmp_path / "add.ptx", newer, "add", "out=uint32[32]:zeros", device="t4")
    assert profile.resources is not None
    assert profile.resources.compute_capability == "10.0"
    assert any("compiled for compute capability 10.0" in note for note in profile.notes)


def test_a_gpu_older_than_the_assembler_gets_the_oldest_target(tmp_path: Path) -> None:
    profile = analyzed(tmp_path / "add.ptx", WRITTEN, "add", "out=uint32[32]:zeros", device="v100")
    assert profile.resources is not None
    assert profile.resources.compute_capability == "7.5"
    assert any("nearest to the device's 7.0" in note for note in profile.notes)


def test_features_of_one_architecture_are_no_other_target(tmp_path: Path) -> None:
    specific = WRITTEN.replace("sm_70", "sm_90a").replace("7.0", "8.0")
    profile = analyzed(tmp_path / "add.ptx", specific, "add", "out=uint32[32]:zeros")
    assert profile.resources is not None
    assert profile.resources.compute_capability == "9.0a"
    assert profile.notes == []


def test_line_information_of_the_compiler_is_kept(tmp_path: Path) -> None:
    module = compile_source(NVRTC, "twice.cu", OPTIONS)
    arguments = ("out=float32[32]:zeros", "in=float32[32]:random")
    profile = analyzed(tmp_path / "twice.ptx", module.ptx, "twice", *arguments)
    assert {(Path(access.file).name, access.line) for access in profile.accesses} == {("twice.cu", 2)}
    assert profile.name == "twice"


def test_own_lines_change_nothing_but_the_places() -> None:
    plain, located = decode(WRITTEN), decode(with_own_lines(WRITTEN, 'a "quoted" name.ptx'))
    assert [each.text for each in located.functions["add"].instructions] == [
        each.text for each in plain.functions["add"].instructions
    ]
    assert located.variables == plain.variables
    assert np.frombuffer(located.variables["table"].initial or b"", np.uint32).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [("not PTX", "add.ptx|PTX"), (".version 7.0\n.target sm_70\n", r"has no kernel \(.entry\)")],
)
def test_files_without_kernels_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        analyzed(tmp_path / "add.ptx", text, "add")

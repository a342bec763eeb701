"""Buffers filled with nothing: a check reports who reads them before anything is written."""

from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.launches import read_launch_file

SOURCE = """
__global__ void write(int* out) { out[threadIdx.x] = threadIdx.x; }
__global__ void add(int* out, const int* in) { out[threadIdx.x] += in[threadIdx.x]; }
"""
BUFFERS = """
[[buffer]]
name = "kept"
type = "int32"
shape = 32
fill = "empty"
"""
WRITE = '[[launch]]\nkernel = "write"\ngrid = 1\nblock = 32\nargs = [ { name = "out", pointer = "kept" } ]\n'
ADD = """
[[launch]]
kernel = "add"
grid = 1
block = 32
args = [ { name = "out", pointer = "kept" }, { name = "in", type = "int32", shape = 32, fill = "FILL" } ]
"""


def unwritten(folder: Path, launches: str) -> list[list[str | None]]:
    """Return, for each launch, the variables that are read before they are written."""
    (folder / "k.toml").write_text(launches)
    (folder / "k.cu").write_text(SOURCE)
    device = EmulatedDevice("h100", check=True)
    requests = read_launch_file(folder / "k.toml").requests
    profiles = analyze_source(
        folder / "k.cu", requests, device, CompileOptions(compute_capability=device.facts.compute_capability)
    )
    return [[finding.variable for finding in profile.findings or []] for profile in profiles]


def test_a_shared_buffer_read_by_the_first_launch(tmp_path: Path) -> None:
    assert unwritten(tmp_path, BUFFERS + ADD.replace("FILL", "ones")) == [["kept"]]


def test_a_shared_buffer_written_by_an_earlier_launch(tmp_path: Path) -> None:
    assert unwritten(tmp_path, BUFFERS + WRITE + ADD.replace("FILL", "ones")) == [[], []]


def test_an_empty_argument_of_a_later_launch(tmp_path: Path) -> None:
    assert unwritten(tmp_path, BUFFERS + WRITE + ADD.replace("FILL", "empty")) == [[], ["in"]]

"""The fixture `gpu_kernel`, in a test run of its own."""

import subprocess
import sys

import pytest

from tests.cli.test_gate import LAUNCH, SOURCE

TESTS = """
import numpy as np
import pytest

ARRAYS = [np.zeros(1024, np.float32), np.zeros(1024, np.float32)]

def test_facts_that_hold(gpu_kernel):
    kernel = gpu_kernel("tile.cu:reverse").expect(spill_bytes=0, registers_per_thread__le=64)
    kernel.expect(global_load__sectors_per_request__lt=4.1, sectors_per_request=4)
    kernel.expect_no_advice("shared-memory/*")
    assert kernel.facts["threads_per_block"].value == 1024

def test_a_launch_of_its_own(gpu_kernel):
    gpu_kernel("tile.cu:reverse", grid=1, block=(32, 32), args=ARRAYS).expect(barriers=32)

def test_a_fact_that_does_not_hold(gpu_kernel):
    kernel = gpu_kernel("worse.cu")
    kernel.expect(shared_load__wavefronts_per_request__lt=2, spill_bytes=0)

def test_advice_that_may_not_appear(gpu_kernel):
    gpu_kernel("worse.cu").expect_no_advice("shared-memory/*")

def test_an_unknown_fact(gpu_kernel):
    gpu_kernel("tile.cu").expect(spill_byte=0)

def test_a_missing_file(gpu_kernel):
    gpu_kernel("none.cu").expect(spill_bytes=0)
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints for `TESTS`."""
    folder = tmp_path_factory.mktemp("user")
    for name, source in (("tile", SOURCE), ("worse", SOURCE.replace("[33]", "[32]"))):
        (folder / f"{name}.cu").write_text(source)
        (folder / f"{name}.toml").write_text(LAUNCH)
    (folder / "test_kernels.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "test_kernels.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_what_holds_passes_and_nothing_else(output: str) -> None:
    assert "4 failed, 2 passed" in output
    assert "FAILED test_kernels.py::test_facts_that_hold" not in output
    assert "FAILED test_kernels.py::test_a_launch_of_its_own" not in output


def test_a_failure_shows_facts_lines_and_advice(output: str) -> None:
    report = output.partition("_ test_a_fact_that_does_not_hold _")[2].partition("_ test_advice")[0]
    assert "shared_load.wavefronts_per_request is 32 wavefronts per request, expected < 2" in report
    assert "out[threadIdx.y * 32 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];" in report
    assert "shared-memory/bank-conflicts" in report
    assert "spill_bytes is" not in report


def test_advice_that_may_not_appear(output: str) -> None:
    report = output.partition("_ test_advice_that_may_not_appear _")[2].partition("_ test_an_unknown")[0]
    assert "shared-memory/bank-conflicts: " in report


@pytest.mark.parametrize("words", ["did you mean spill_bytes?", "no such file"])
def test_mistakes_are_named(output: str, words: str) -> None:
    assert words in output

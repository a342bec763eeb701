"""Kernels that synchronise in less usual ways, and are right: nothing is found in them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.findings import Finding
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source
from gpuadvisor.sources.launches import read_launch_file
from tests.emulator.checking.harness import row
from tests.emulator.corpus import harness
from tests.emulator.corpus.harness import integers
from tests.examples.running import EXAMPLES

VALUES = integers(1, 256, -100, 100)
OUT = np.zeros_like(VALUES)
COUNT = np.int32(256)
CORPUS: list[tuple[str, str, int, int, Sequence[Any], int]] = [
    ("reductions.cu", "sum_interleaved", 4, 256, [np.zeros(1, np.int32), VALUES, COUNT], 1024),
    ("reductions.cu", "sum_cooperative", 4, 256, [np.zeros(1, np.int32), VALUES, COUNT], 1024),
    ("reductions.cu", "sum_last_block", 8, 32, [np.zeros(1, np.int32), VALUES, COUNT], 0),
    ("scans.cu", "scan_hillis_steele", 1, 256, [OUT, VALUES, COUNT], 2048),
    ("scans.cu", "scan_blelloch<1>", 1, 128, [OUT, VALUES, COUNT], 1056),
    ("scans.cu", "scan_chained", 8, 32, [OUT, VALUES], 0),
    ("control.cu", "producer_consumer", 1, 64, [np.zeros(10, np.int32), np.int32(10)], 0),
]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Lets the corpus run on devices that check; collects what they find."""
    findings: list[Finding] = []

    class Checking(EmulatedDevice):
        def __init__(self, name: str, *, all_blocks: bool = False) -> None:
            super().__init__(name, all_blocks=all_blocks, check=True)

        def launch(self, *arguments: Any) -> LaunchResult:
            result = super().launch(*arguments)
            assert result.observation is not None
            assert result.observation.findings is not None
            findings.extend(result.observation.findings)
            return result

    monkeypatch.setattr(harness, "EmulatedDevice", Checking)
    return findings


@pytest.mark.parametrize(("file", "kernel", "grid", "block", "arguments", "shared"), CORPUS)
def test_corpus(
    found: list[Finding],
    file: str,
    kernel: str,
    grid: int,
    block: int,
    arguments: Sequence[Any],
    shared: int,
) -> None:
    harness.run_kernel(file, kernel, grid, block, *arguments, shared_bytes=shared)
    assert found == []


def test_warp_synchronous_code_of_the_corpus_is_not_clean(found: list[Finding]) -> None:
    arguments = [np.zeros(1, np.int32), VALUES, COUNT]
    harness.run_kernel("reductions.cu", "sum_unrolled", 1, 256, *arguments, shared_bytes=1024)
    assert {row(each)[0] for each in found} == {"missing-syncwarp"}


@pytest.mark.parametrize("example", ["histogram.cu", "reduction.cu"])
def test_examples(example: str) -> None:
    path: Path = EXAMPLES / example
    device = EmulatedDevice("h100", check=True)
    launches = read_launch_file(path.with_suffix(".toml"))
    compilation = CompileOptions(
        compute_capability=device.facts.compute_capability,
        defines=launches.compile.defines,
        include_directories=tuple(EXAMPLES / each for each in launches.compile.include),
    )
    profiles = analyze_source(path, launches.requests, device, compilation, AnalysisOptions())
    assert [each.findings for each in profiles] == [[]] * len(profiles)

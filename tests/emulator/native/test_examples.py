"""Every example, in native code and in the interpreter: the same profiles but for what is sampled."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

import gpuadvisor.emulator.run as emulator
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.launches import LaunchRequest, read_launch_file
from tests.emulator.harness import SAMPLED, assert_described_alike

EXAMPLES = Path(__file__).parents[3] / "examples"
LAUNCHES = [
    pytest.param(file.with_suffix(".cu"), request, id=f"{file.stem}-{number}-{request.kernel}")
    for file in sorted(EXAMPLES.glob("*.toml"))
    if file.with_suffix(".cu").exists()
    for number, request in enumerate(read_launch_file(file).requests)
]


def _profile(path: Path, request: LaunchRequest) -> KernelProfile:
    options = CompileOptions(compute_capability="9.0")
    return analyze_source(path, [request], EmulatedDevice("h100"), options)[0]


def _counted(profile: KernelProfile) -> Any:
    accesses = [msgspec.structs.replace(access, **dict.fromkeys(SAMPLED)) for access in profile.accesses]
    return profile.counters, profile.lines, profile.branches, accesses


@pytest.mark.parametrize(("path", "request_"), LAUNCHES)
def test_both_executors_count_the_same(
    path: Path, request_: LaunchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(emulator, "_interpret", None)
        found = _profile(path, request_)
    monkeypatch.setattr(emulator, "find_spec", lambda _name: None)
    interpreted = _profile(path, request_)
    assert _counted(found) == _counted(interpreted)
    assert_described_alike(found.accesses, interpreted.accesses)

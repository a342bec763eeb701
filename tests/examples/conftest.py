from collections import defaultdict
from pathlib import Path

import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.files import source_files
from gpuadvisor.sources.launches import launch_file
from tests.examples.running import EXAMPLES

Profiles = dict[str, list[KernelProfile]]


@pytest.fixture(scope="session")
def profiles() -> Profiles:
    """Every launch of every example on an emulated H100, by kernel name."""
    device = EmulatedDevice("h100")
    found: Profiles = defaultdict(list)
    for source in source_files([EXAMPLES]):
        for profile in analyze_source(source, launch_file(source, None).requests, device, options(source)):
            found[profile.name].append(profile)
    return found


def options(source: Path) -> CompileOptions:
    return CompileSettings().options(launch_file(source, None), "9.0")

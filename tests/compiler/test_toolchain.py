from importlib.metadata import version

import pytest

from gpuadvisor.compiler.toolchain import (
    OLDER_COMPUTE_CAPABILITIES,
    architecture,
    nvrtc_version,
    supported_compute_capabilities,
    target_for,
)


def test_the_version_is_that_of_the_wheel() -> None:
    assert nvrtc_version() == ".".join(version("nvidia-cuda-nvrtc").split(".")[:2])


def test_targets_come_oldest_first() -> None:
    numbers = [tuple(map(int, target.split("."))) for target in supported_compute_capabilities()]
    assert numbers == sorted(set(numbers))
    assert {"7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0"} <= set(supported_compute_capabilities())


@pytest.mark.parametrize("older", OLDER_COMPUTE_CAPABILITIES)
def test_every_older_gpu_has_a_target(older: str) -> None:
    assert target_for(older) in supported_compute_capabilities()


@pytest.mark.parametrize(("given", "spelled"), [("9.0", "sm_90"), ("12.1", "sm_121"), ("10.0f", "sm_100f")])
def test_architectures_are_spelled_as_the_compiler_does(given: str, spelled: str) -> None:
    assert architecture(given) == spelled

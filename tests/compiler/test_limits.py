import re

import pytest

from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.limits import LIMITS, limits_of
from gpuadvisor.model.errors import GpuAdvisorError

SHARED_KIBIBYTES_OF_L1 = {
    "7.0": (0, 8, 16, 32, 64, 96),
    "7.5": (32, 64),
    "8.0": (0, 8, 16, 32, 64, 100, 132, 164),
    "8.6": (0, 8, 16, 32, 64, 100),
    "8.7": (0, 8, 16, 32, 64, 100, 132, 164),
    "8.9": (0, 8, 16, 32, 64, 100),
    "9.0": (0, 8, 16, 32, 64, 100, 132, 164, 196, 228),
    "10.0": (0, 8, 16, 32, 64, 100, 132, 164, 196, 228),
    "12.0": (0, 8, 16, 32, 64, 100),
}
"""CUDA Programming Guide 13, table 33."""


@pytest.mark.parametrize("compute_capability", SHARED_KIBIBYTES_OF_L1)
def test_carve_outs_are_those_of_the_programming_guide(compute_capability: str) -> None:
    expected = tuple(size * 1024 for size in SHARED_KIBIBYTES_OF_L1[compute_capability])
    assert limits_of(compute_capability).carve_outs_bytes == expected


class ArchitectureTraits:
    """NVIDIA's C++ table of architectures, as far as it is written `__traits.field = expression;`."""

    def __init__(self, text: str) -> None:
        functions = re.findall(r"arch_traits<arch_id::sm_(\d+)>\(\) noexcept\n\{(.*?)\n\}", text, re.DOTALL)
        self.bodies = {f"{name[:-1]}.{name[-1]}": body for name, body in functions}

    def value(self, compute_capability: str, field: str) -> int:
        body = self.bodies[compute_capability]
        assigned = re.search(rf"{field}\s*=\s*(\d+)(?: \* (\d+))?;", body)
        if assigned:
            return int(assigned[1]) * int(assigned[2] or 1)
        like = re.search(r"arch_traits<arch_id::sm_(\d+)>\(\);", body)
        assert like, f"{field} of {compute_capability} is not in the header"
        return self.value(f"{like[1][:-1]}.{like[1][-1]}", field)


@pytest.fixture(scope="module")
def traits() -> ArchitectureTraits:
    for directory in toolkit_include_directories():
        for header in (directory, directory / "cccl"):
            path = header / "cuda" / "__device" / "arch_traits.h"
            if path.is_file():
                return ArchitectureTraits(path.read_text())
    pytest.skip("no cuda/__device/arch_traits.h: the nvidia-cuda-cccl wheel is not installed")


@pytest.mark.parametrize("compute_capability", LIMITS)
def test_capacities_are_those_of_the_traits_in_cccl(
    traits: ArchitectureTraits, compute_capability: str
) -> None:
    limits = limits_of(compute_capability)
    if compute_capability not in traits.bodies:
        pytest.skip(f"this CCCL does not list {compute_capability}")
    assert limits.threads == traits.value(compute_capability, "max_threads_per_multiprocessor")
    assert limits.blocks == traits.value(compute_capability, "max_blocks_per_multiprocessor")
    assert limits.shared_bytes == traits.value(compute_capability, "max_shared_memory_per_multiprocessor")


def test_an_unknown_compute_capability_is_answered_with_the_known_ones() -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        limits_of("6.1")
    assert "6.1" in raised.value.what
    assert raised.value.remedy is not None
    assert all(known in raised.value.remedy for known in LIMITS)

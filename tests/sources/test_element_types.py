import numpy as np
import pytest

from gpuadvisor.sources.element_types import bfloat16_bits, element_type

# CUDA C++ Programming Guide, "Built-in Vector Types": size and alignment.
CUDA_TYPES = [
    ("char1", 1, 1), ("uchar3", 3, 1), ("char4", 4, 4), ("short2", 4, 4), ("ushort3", 6, 2), ("int2", 8, 8),
    ("uint3", 12, 4), ("int4", 16, 16), ("longlong2", 16, 16), ("float2", 8, 8), ("float3", 12, 4),
    ("float4", 16, 16), ("double2", 16, 16), ("double3", 24, 8), ("double4", 32, 16), ("half2", 4, 4),
    ("bfloat162", 4, 4), ("float32x4", 16, 16), ("bfloat16", 2, 2), ("complex64", 8, 8),
]  # fmt: skip


@pytest.mark.parametrize(("name", "size_bytes", "alignment_bytes"), CUDA_TYPES)
def test_sizes_and_alignments_are_cudas(name: str, size_bytes: int, alignment_bytes: int) -> None:
    element = element_type(name)
    assert (element.size_bytes, element.alignment_bytes) == (size_bytes, alignment_bytes)


@pytest.mark.parametrize("name", ["int", "float5", "float128", "boolx", "bfloat16x", "4float"])
def test_unknown_types_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="unknown type"):
        element_type(name)


def test_bfloat16_rounds_to_the_nearest_even() -> None:
    """1 + 2**-8 lies between 1 and 1 + 2**-7: the even one is 1; 1 + 3 * 2**-8 goes up to 1 + 2**-6."""
    values = np.array([1, 1 + 2**-8, 1 + 3 * 2**-8, -2.5, np.inf, 3.4e38, 0.0, -0.0], np.float32)
    bits = [0x3F80, 0x3F80, 0x3F82, 0xC020, 0x7F80, 0x7F80, 0x0000, 0x8000]
    assert bfloat16_bits(values).tolist() == bits
    (nan,) = bfloat16_bits(np.array([np.nan], np.float32)).tolist()
    assert nan & 0x7F80 == 0x7F80
    assert nan & 0x007F

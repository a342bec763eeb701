import numpy as np
import pytest

from gpuadvisor.sources.pointees import holds


@pytest.mark.parametrize(
    ("declared", "dtype", "expected"),
    [
        ("float*", "float32", True),
        ("const float* __restrict__", "float32", True),
        ("float const*", "float64", False),
        ("float*", "int32", False),
        ("double*", "float32", False),
        ("unsigned*", "int32", True),
        ("const unsigned long long*", "uint64", True),
        ("int*", "int64", False),
        ("unsigned char*", "uint8", True),
        ("char*", "bool", True),
        ("char*", "int16", False),
        ("void*", "float64", True),
        ("T*", "float64", True),
        ("float4*", "float32", True),
        ("__half*", "float16", True),
        ("float**", "uint64", True),
        ("float", "float64", True),
    ],
)
def test_an_array_holds_what_its_pointer_is_declared_to_point_to(
    declared: str, dtype: str, expected: bool
) -> None:
    assert holds(declared, np.dtype(dtype)) is expected

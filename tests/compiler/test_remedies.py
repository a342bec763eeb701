import pytest

from gpuadvisor.compiler.remedies import remedy
from gpuadvisor.model.errors import GpuAdvisorError
from tests.compiler.compiling import compiled


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        (
            'could not open source file "cublas_v2.h" (no directories in search list)',
            "pip install nvidia-cublas, or",
        ),
        ("curand_kernel.h: No such file or directory", "pip install nvidia-curand, or"),
        ('cannot open source file "mine.h"', "name the header's folder with -I DIR"),
        ('identifier "cudaThreadSynchronize" is undefined', "-D cudaThreadSynchronize=cudaDeviceSynchronize"),
        ('identifier "speed" is undefined', None),
        ('class "cudaDeviceProp" has no member "clockRate"', "-D clockRate=multiProcessorCount"),
        ("'struct cudaDeviceProp' has no member named 'computeMode'", "-D computeMode=multiProcessorCount"),
        (
            "kernel launch from __device__ or __global__ functions requires separate compilation mode",
            "to a file of their own",
        ),
        ("texture is not a template", "pass the kernel a cudaTextureObject_t"),
        ('class "body" has no member "speed"', None),
        ('expected a ";"', None),
    ],
)
def test_remedies(message: str, advice: str | None) -> None:
    found = remedy(message)
    assert found is None if advice is None else found is not None and advice in found


def test_a_program_with_a_dropped_function_is_told_the_macro_and_compiles_with_it() -> None:
    source = "__global__ void k(int* a) { a[0] = 1; }\nint main() { cudaThreadSynchronize(); }\n"
    with pytest.raises(GpuAdvisorError) as raised:
        compiled(source)
    assert raised.value.remedy is not None
    assert "-D cudaThreadSynchronize=cudaDeviceSynchronize" in raised.value.remedy
    module = compiled(source, defines=("cudaThreadSynchronize=cudaDeviceSynchronize",))
    assert list(module.names.values()) == ["k"]


def test_a_program_that_asks_for_the_clock_is_told_the_macro_and_compiles_with_it() -> None:
    source = """#include <cstdio>
__global__ void k(int* a) { a[0] = 1; }
int main() { cudaDeviceProp p; cudaGetDeviceProperties(&p, 0); printf("%d", p.clockRate); }
"""
    with pytest.raises(GpuAdvisorError) as raised:
        compiled(source)
    assert raised.value.remedy is not None
    assert "-D clockRate=multiProcessorCount" in raised.value.remedy
    module = compiled(source, defines=("clockRate=multiProcessorCount",))
    assert list(module.names.values()) == ["k"]

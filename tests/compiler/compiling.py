"""Shorthands for tests that compile."""

from typing import Any

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompiledModule, CompileOptions

FILL = "__global__ void fill(float* out, float value) { out[threadIdx.x] = value; }\n"


def compiled(source: str, path: str = "kernel.cu", **options: Any) -> CompiledModule:
    """Compile for compute capability 9.0 unless told otherwise."""
    return compile_source(source, path, CompileOptions(**{"compute_capability": "9.0", **options}))

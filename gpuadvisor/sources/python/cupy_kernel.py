"""CuPy's RawKernel: its CUDA C++ text is taken as it is; constructing one does not ask the driver."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from gpuadvisor.sources.python.kernels import is_from
from gpuadvisor.sources.python.messages import Answer, KernelListing, Question


def cupy_kernel(name: str, value: Any) -> KernelListing | None:  # noqa: ANN401 - the user's object
    """Return what is known of a kernel, if `value` is one; its text tells the line."""
    is_kernel = is_from(value, "cupy") and type(value).__name__ == "RawKernel"
    return KernelListing(name=name, line=0) if is_kernel else None


def compile_cupy(value: Any, question: Question) -> Answer:  # noqa: ANN401, ARG001
    """Return the source, the name in it and the options, for this project's own compiler."""
    headers = Path(inspect.getfile(import_module("cupy"))).parent / "_core" / "include"
    return Answer(
        cuda_source=value.code,
        cuda_name=value.name,
        cuda_options=(*value.options, f"-I{headers}"),
    )

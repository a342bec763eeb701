"""The files that an analysis depends on."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gpuadvisor.compiler.includes import places_of_headers
from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.sources.files import CUDA_SUFFIXES
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.unit import read_source


def files_of_analysis(
    source: Path, requests: Sequence[LaunchRequest], compilation: CompileOptions
) -> list[Path] | None:
    """Return the files behind a source's profiles; None where they cannot be told.

    They cannot where programs of the user's are run: kernels in Python, functions that supply the inputs.
    """
    if source.suffix == ".py" or any(request.inputs for request in requests):
        return None
    data = list(_data(requests))
    if source.suffix not in CUDA_SUFFIXES:
        return [source, *data]
    headers = places_of_headers(Job(read_source(source), str(source), compilation, ""))
    return None if headers is None else [source, *headers, *data]


def _data(requests: Sequence[LaunchRequest]) -> Iterator[Path]:
    for request in requests:
        for spec in (*request.arguments, *request.symbols, *request.buffers):
            if spec.fill is not None and spec.fill.strip().endswith(".npy"):
                yield request.directory / spec.fill.strip()

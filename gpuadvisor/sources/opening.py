"""Open a file of kernels by its kind: CUDA C++, PTX, Python, or a binary."""

from collections.abc import Sequence
from pathlib import Path

from gpuadvisor.compiler.cuobjdump import nearest, read_device_code, runnable_ptx
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.sources.compiled import CompiledSource
from gpuadvisor.sources.files import CUDA_SUFFIXES
from gpuadvisor.sources.machine_code import MachineCodeSource
from gpuadvisor.sources.ptx import ptx_unit
from gpuadvisor.sources.python.source import PythonSource
from gpuadvisor.sources.source import Source
from gpuadvisor.sources.unit import compile_file, read_source


def open_source(path: Path, kernels: Sequence[str], device: Device, options: CompileOptions) -> Source:
    """Compile, assemble or read the file for the device; `kernels` names the template instances wanted."""
    match path.suffix:
        case suffix if suffix in CUDA_SUFFIXES:
            return CompiledSource(path=path, units=[compile_file(path, kernels, device, options)])
        case ".ptx":
            unit = ptx_unit(path, read_source(path), device.facts.compute_capability, path)
            return CompiledSource(path=path, units=[unit])
        case ".py":
            return PythonSource(path=path, device=device, options=options)
        case _:
            return _open_binary(path, device.facts.compute_capability)


def _open_binary(path: Path, compute_capability: str) -> Source:
    code = read_device_code(path)
    if not code.ptx:
        return MachineCodeSource(path=path, resources=nearest(code.resources, compute_capability))
    listing = path.with_name(f"{path.name}.ptx")
    modules = runnable_ptx(code.ptx, compute_capability)
    units = [ptx_unit(path, ptx, compute_capability, listing) for ptx in modules]
    return CompiledSource(path=path, units=units)

"""CuPy: the CUDA it was built for, the GPUs it sees, and whether it finds its compiler."""

from importlib import import_module

from gpuadvisor.devices.driver import version_text
from gpuadvisor.examining.looks.sight import Sight


def look() -> Sight:
    """Ask CuPy; none of it makes a CUDA context."""
    runtime = import_module("cupy").cuda.runtime
    try:
        devices, problem = runtime.getDeviceCount(), _compiler_problem()
    except runtime.CUDARuntimeError as error:
        devices, problem = 0, str(error)
    return Sight(
        version=import_module("cupy").__version__,
        has_cuda=not runtime.is_hip,
        cuda=version_text(runtime.runtimeGetVersion()),
        devices=devices,
        problem=problem,
    )


def _compiler_problem() -> str | None:
    """Return what CuPy says where NVRTC, which builds almost every one of its kernels, is not found."""
    nvrtc = import_module("cupy_backends.cuda.libs.nvrtc")
    try:
        nvrtc.getVersion()
    except RuntimeError as error:  # cuda.pathfinder.DynamicLibNotFoundError is one
        return str(error)
    return None

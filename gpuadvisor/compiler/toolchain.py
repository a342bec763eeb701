"""Which compiler is here: NVRTC from the Python wheels, its version and its targets.

NVRTC is loaded through cuda-bindings, which finds the library with cuda-pathfinder (wheel, conda or
toolkit) and, unlike CuPy's and cuda-core's helpers, never asks the driver.
"""

import re
import sys
from functools import cache
from types import ModuleType

from gpuadvisor.model.errors import GpuAdvisorError

OLDER_COMPUTE_CAPABILITIES = ("5.0", "5.2", "5.3", "6.0", "6.1", "6.2", "7.0", "7.2")
"""Real GPUs that newer compilers dropped (CUDA C++ Programming Guide, "Compute Capabilities")."""


@cache
def nvrtc() -> ModuleType:
    """Return the module `cuda.bindings.nvrtc` with its library loaded, or say which wheels are missing."""
    try:
        from cuda import pathfinder
        from cuda.bindings import nvrtc as bindings
    except ModuleNotFoundError as error:
        raise _missing_wheels() from error
    try:
        pathfinder.load_nvidia_dynamic_lib("nvrtc")
    except pathfinder.DynamicLibNotFoundError as error:
        raise _missing_wheels() from error
    module: ModuleType = bindings
    return module


@cache
def nvrtc_version() -> str:
    """Return NVRTC's version, as `13.5`."""
    _, major, minor = nvrtc().nvrtcVersion()
    return f"{major}.{minor}"


def supported_compute_capabilities() -> list[str]:
    """Return what NVRTC can compile for, oldest first, as `7.5`."""
    _, count = nvrtc().nvrtcGetNumSupportedArchs()
    _, architectures = nvrtc().nvrtcGetSupportedArchs()
    return [f"{number // 10}.{number % 10}" for number in sorted(architectures[:count])]


def target_for(compute_capability: str) -> str:
    """Return what to compile for: the capability itself, or NVRTC's oldest for a GPU older than that.

    `9.0a` and `10.0f` (architecture- and family-specific) pass where the plain capability does.
    Raises GpuAdvisorError naming the supported ones for anything else.
    """
    supported = supported_compute_capabilities()
    plain = re.fullmatch(r"(\d+\.\d)[af]?", compute_capability)
    if plain and plain[1] in supported:
        return compute_capability
    if compute_capability in OLDER_COMPUTE_CAPABILITIES:
        return supported[0]
    raise GpuAdvisorError(
        f"the compiler (nvrtc {nvrtc_version()}) knows no compute capability {compute_capability!r}",
        remedy=f"it knows {', '.join(supported)}; older GPUs are compiled for {supported[0]}",
    )


def architecture(compute_capability: str) -> str:
    """Return the compiler's spelling: `9.0` is `sm_90`."""
    return "sm_" + compute_capability.replace(".", "")


def _missing_wheels() -> GpuAdvisorError:
    remedy = "pip install 'gpuadvisor[compile]'"
    if sys.platform == "darwin":
        remedy = "NVIDIA ships it for Linux and Windows only"
    return GpuAdvisorError("NVRTC, NVIDIA's runtime compiler, is not installed", remedy=remedy)

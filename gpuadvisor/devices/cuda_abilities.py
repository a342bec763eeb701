"""What a real GPU and its driver can do for host code besides copies, launches and streams."""

from importlib.util import find_spec
from typing import Any

from gpuadvisor.devices.cuda_facts import CudaAttributes
from gpuadvisor.devices.cuda_places import peer_of
from gpuadvisor.devices.cuda_products import has_matrix_library

PROGRAMMATIC_SINCE = 9
"""The major compute capability (CUDA C++ Programming Guide, Programmatic Dependent Launch)."""


def abilities(cupy: Any, attributes: CudaAttributes) -> list[str]:  # noqa: ANN401 - the module CuPy
    """Return the names that `DeviceFacts.abilities` lists.

    Pages move by touch only where host and GPU may use managed memory at the same time: on Linux.
    """
    found = {
        "peer": peer_of(cupy.cuda.runtime, attributes.index) is not None,
        "managed": bool(attributes.get("ConcurrentManagedAccess")),
        "cooperative": bool(attributes.get("CooperativeLaunch")),
        "programmatic": _major(attributes) >= PROGRAMMATIC_SINCE and find_spec("cuda.bindings") is not None,
        "matrix_library": has_matrix_library(cupy),
    }
    return [name for name, can in found.items() if can]


def _major(attributes: CudaAttributes) -> int:
    return int(attributes.compute_capability.partition(".")[0])

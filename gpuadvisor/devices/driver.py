"""The NVIDIA driver library: is it there, and up to which CUDA does it go."""

import ctypes
import sys

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def driver_cuda_version() -> int | None:
    """Return the newest CUDA the driver supports as 1000 * major + 10 * minor; None without a driver.

    `cuDriverGetVersion` is the one call that needs no `cuInit` (CUDA Driver API, Version Management).
    """
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    version = ctypes.c_int()
    status = library.cuDriverGetVersion(ctypes.byref(version))
    return version.value if status == 0 else None


def version_text(version: int) -> str:
    """Return 13020 as `13.2`."""
    return f"{version // 1000}.{version % 1000 // 10}"

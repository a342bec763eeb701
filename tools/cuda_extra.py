"""Print the pip extra that brings the CuPy which fits this machine's driver: ',cuda13', ',cuda12' or nothing.

Runs before anything is installed, so it uses the standard library alone.
"""

import ctypes


def driver_cuda_version() -> int | None:
    """Return the newest CUDA the driver supports, as 1000 * major + 10 * minor; None without a driver."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    version = ctypes.c_int()
    return version.value if driver.cuDriverGetVersion(ctypes.byref(version)) == 0 else None


def main() -> None:
    """Print the extra."""
    version = driver_cuda_version()
    if version is not None and version >= 12000:
        print(",cuda13" if version >= 13000 else ",cuda12", end="")  # noqa: T201


if __name__ == "__main__":
    main()

"""Whether a driver runs what was built for a CUDA version.

CUDA Compatibility, "Minor Version Compatibility": from CUDA 11 on, what was built with a release runs on the
driver of any release of the same major version, but a driver compiles no PTX of a newer release than its own;
newer drivers run everything older.
"""

import re
from collections.abc import Iterable
from enum import Enum

from gpuadvisor.examining.thresholds import LEAST_OF_CUDA, Capability

OLDEST_DRIVERS = {11: "450.80.02", 12: "525.60.13", 13: "580"}
"""The oldest Linux driver of each (CUDA Compatibility, table 1; CUDA Toolkit Release Notes, table 2)."""

_ARCHITECTURE = re.compile(r"(?P<kind>sm|compute)_(?P<major>\d+)(?P<minor>\d)(?P<suffix>[af]?)")


class Fit(Enum):
    """How a driver takes it."""

    FULL = "full"
    MINOR = "minor"
    """By minor-version compatibility: without PTX of the newer release."""
    NONE = "none"


def fit(built: str, supported: int) -> Fit:
    """Return how a driver of CUDA `supported`, 1000 * major + 10 * minor, takes what was built for `built`.

    `built` is `12.8`, or `12` where the minor version does not matter or is not known.
    """
    major, minor = release(built)
    if major * 1000 + minor * 10 <= supported:
        return Fit.FULL
    same_major = major == supported // 1000
    return Fit.MINOR if same_major and major >= min(OLDEST_DRIVERS) else Fit.NONE


def release(version: str) -> tuple[int, int]:
    """Return the two numbers of a CUDA release, `12.8`, `12.5.1` or `12`, or of a compute capability."""
    major, _, rest = version.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


def newest(versions: Iterable[str]) -> str:
    """Return the newest of some CUDA versions."""
    return max(versions, key=release)


def newer_driver(built: str) -> str:
    """Return the remedy where the driver is too old for `built`."""
    oldest = OLDEST_DRIVERS.get(release(built)[0])
    return f"update the NVIDIA driver to {oldest} or newer" if oldest else "update the NVIDIA driver"


def least_capability(built: str | None) -> Capability | None:
    """Return the oldest GPUs that CUDA `built` serves; None where that is not known."""
    return LEAST_OF_CUDA.get(release(built)[0]) if built else None


def oldest_target(architectures: Iterable[str]) -> Capability | None:
    """Return the oldest GPU among `sm_90` and the like; None where there is none."""
    matches = filter(None, map(_ARCHITECTURE.fullmatch, architectures))
    return min(((int(match["major"]), int(match["minor"])) for match in matches), default=None)


def has_code_for(architectures: list[str], capability: Capability) -> bool:
    """Return whether some of the code runs on the GPU.

    CUDA C++ Programming Guide, "Binary Compatibility" and "PTX Compatibility": machine code (`sm_86`) runs
    on its own and later minor versions of the same major version, PTX (`compute_80`) on all later GPUs;
    `90a` on that one alone, `100f` within its family.
    """
    return any(_runs_on(architecture, capability) for architecture in architectures)


def _runs_on(architecture: str, capability: Capability) -> bool:
    match = _ARCHITECTURE.fullmatch(architecture)
    if match is None:
        return False
    target = int(match["major"]), int(match["minor"])
    if match["suffix"] == "a":
        return target == capability
    is_within_major = match["kind"] == "sm" or match["suffix"] == "f"
    return target <= capability and (not is_within_major or target[0] == capability[0])

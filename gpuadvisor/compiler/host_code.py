"""Why NVRTC refused a source: because it has code for the CPU, which nvcc takes, or because it is wrong."""

import re

_HOST_FUNCTION = "is considered a host function"
_MISSING_HEADER = re.compile(r"(?:could not|cannot) open source file")
_FOREIGN_OPTION = "unrecognized option"


def may_need_nvcc(log: str) -> bool:
    """Tell from NVRTC's log whether nvcc could do better: host functions or headers, nvcc's own options."""
    return _HOST_FUNCTION in log or bool(_MISSING_HEADER.search(log)) or _FOREIGN_OPTION in log


def launches_kernels(source: str) -> bool:
    """Tell whether the text launches kernels itself, as only host code does."""
    return "<<<" in source

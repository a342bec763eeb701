"""Why NVRTC refused a source: because it has code for the CPU, which nvcc takes, or because it is wrong."""

import re

from gpuadvisor.compiler.diagnostics import parse_diagnostics

_HOST_FUNCTION = "is considered a host function"
_MISSING_HEADER = re.compile(r'(?:could not|cannot) open source file "(?P<name>[^"]+)"')
_UNDEFINED = re.compile(r"is undefined|has no member")
_FOREIGN_OPTION = "unrecognized option"


def may_need_nvcc(log: str) -> bool:
    """Tell from NVRTC's log whether nvcc could do better: host functions or headers, nvcc's own options."""
    return _HOST_FUNCTION in log or _FOREIGN_OPTION in log or _MISSING_HEADER.search(log) is not None


def has_errors_of_its_own(log: str, source: str) -> bool:
    """Tell whether NVRTC's log shows errors that host code does not explain.

    Host code explains host functions, names of host libraries, and missing headers in angle brackets.
    """
    missing = _MISSING_HEADER.search(log)
    if missing:
        return f'"{missing["name"]}"' in source
    messages = [found.message for found in parse_diagnostics(log) if found.is_error]
    return any(_HOST_FUNCTION not in message and not _UNDEFINED.search(message) for message in messages)


def launches_kernels(source: str) -> bool:
    """Tell whether the text launches kernels itself, as only host code does."""
    return "<<<" in source

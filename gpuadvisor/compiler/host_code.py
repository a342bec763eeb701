"""Why NVRTC refused a source: because it has code for the CPU, which nvcc takes, or because it is wrong."""

import re
from pathlib import Path

from gpuadvisor.compiler.diagnostics import Diagnostic, parse_diagnostics
from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.invocation import CompilerOutput, Job

_HOST_FUNCTION = re.compile(r"is considered a host function")
_MISSING_HEADER = re.compile(r'(?:could not|cannot) open source file "(?P<name>[^"]+)"')
_UNKNOWN_NAME = re.compile(r"is undefined|has no member|must be a class or namespace name")
"""Names that nvcc knows without an include: `uint32_t`, `INFINITY`, the CUDA runtime."""
_UNKNOWN_OPTION = re.compile(r"unrecognized option")


def needs_nvcc(job: Job, output: CompilerOutput) -> bool:
    """Tell whether nvcc may compile what NVRTC refused, or found no kernel in."""
    if output.succeeded:
        return ".entry" not in output.ptx and "<<<" in job.source
    reasons = (_HOST_FUNCTION, _MISSING_HEADER, _UNKNOWN_NAME, _UNKNOWN_OPTION)
    return any(reason.search(output.log) for reason in reasons) or _toolkit_header_refused(output.log)


def errors_of_its_own(job: Job, output: CompilerOutput) -> list[Diagnostic]:
    """Return the errors in NVRTC's log that host code does not explain.

    Host code explains host functions and, in a source that has some, unknown names; and headers that are
    missing, unless they are included in quotes, as one's own are, or that are not made for NVRTC.
    """
    if _toolkit_header_refused(output.log):
        return []
    explained = [_HOST_FUNCTION, _UNKNOWN_OPTION]
    if _HOST_FUNCTION.search(output.log):
        explained.append(_UNKNOWN_NAME)
    missing = _MISSING_HEADER.search(output.log)
    if missing and f'"{missing["name"]}"' not in job.source:
        explained.append(_MISSING_HEADER)
    errors = [found for found in parse_diagnostics(output.log) if found.is_error]
    return [error for error in errors if not any(reason.search(error.message) for reason in explained)]


def _toolkit_header_refused(log: str) -> bool:
    """Tell whether the first error lies in a header of the toolkit: `cub/cub.cuh`, say, is for nvcc only."""
    first = next((found.file for found in parse_diagnostics(log) if found.is_error), None)
    return first is not None and any(
        Path(first).is_relative_to(place) for place in toolkit_include_directories()
    )

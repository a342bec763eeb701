"""Compilations that failed, as errors the user can mend."""

import re
from collections.abc import Sequence

from gpuadvisor.compiler.demangle import written_name
from gpuadvisor.compiler.diagnostics import Diagnostic
from gpuadvisor.compiler.instances import templates_of
from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.nvcc import INSTANCES_FILE
from gpuadvisor.compiler.remedies import remedy
from gpuadvisor.model.errors import GpuAdvisorError

SHOWN_ERRORS = 3
_MANGLED = re.compile(r"\b_Z\w+")
_GENERATED_FILES = (INSTANCES_FILE, "__nv_name_map")
"""Where nvcc's and NVRTC's messages about instances wanted by name are placed."""


def compile_error(job: Job, compiler: str, diagnostics: Sequence[Diagnostic]) -> GpuAdvisorError:
    """Return the error that shows the compiler's first few, each with file, line, source line and caret."""
    errors = [found for found in diagnostics if found.is_error]
    if not errors:
        return GpuAdvisorError(f"{compiler} failed without saying why", where=job.path)
    if errors[0].file in _GENERATED_FILES:
        return _instance_error(job, errors[0])
    texts = [_text(job, errors[0])]
    texts += [f"{error.place or job.path}: {_text(job, error)}" for error in errors[1:SHOWN_ERRORS]]
    if len(errors) > SHOWN_ERRORS:
        texts.append(f"and {len(errors) - SHOWN_ERRORS} more")
    return GpuAdvisorError(
        "\n".join(texts), where=errors[0].place or job.path, remedy=remedy(errors[0].message)
    )


def no_kernels(job: Job) -> GpuAdvisorError:
    """Return the error for a source that compiles to no kernel."""
    templates = templates_of(job)
    if not templates:
        return GpuAdvisorError("the file has no kernel (__global__ function)", where=job.path)
    return GpuAdvisorError(
        f"the kernels are templates and none is instantiated: {', '.join(templates)}",
        where=job.path,
        remedy=f"name the instance you want: --kernel '{templates[0]}<...>'",
    )


def _text(job: Job, error: Diagnostic) -> str:
    text = error.text(job.source if error.file == job.path else "")
    return _MANGLED.sub(lambda found: written_name(found[0]), text)


def _instance_error(job: Job, error: Diagnostic) -> GpuAdvisorError:
    """Return the error for an instance that the source cannot give; the generated line shows which."""
    excerpt = " ".join(error.excerpt)
    wanted = [name for name in job.options.instantiate if name in excerpt]
    return GpuAdvisorError(
        f"the kernel {' or '.join(wanted)} cannot be instantiated: {error.message}",
        where=job.path,
        remedy=f"kernel templates in the file: {', '.join(templates_of(job)) or 'none'}",
    )

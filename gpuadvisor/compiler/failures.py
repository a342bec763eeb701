"""Compilations that failed, as errors the user can mend."""

from collections.abc import Sequence

from gpuadvisor.compiler.diagnostics import Diagnostic, parse_diagnostics
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.nvcc import INSTANCES_FILE
from gpuadvisor.compiler.templates import kernel_templates
from gpuadvisor.model.errors import GpuAdvisorError

SHOWN_ERRORS = 3
_GENERATED_FILES = (INSTANCES_FILE, "__nv_name_map")
"""Where nvcc's and NVRTC's messages about instances wanted by name are placed."""


def compile_error(job: Job, output: CompilerOutput, *, remedy: str | None = None) -> GpuAdvisorError:
    """Return the error that shows the compiler's first few, each with file, line, source line and caret."""
    errors = [found for found in parse_diagnostics(output.log) if found.is_error]
    if not errors:
        return GpuAdvisorError(f"{output.compiler} failed without saying why", where=job.path, remedy=remedy)
    if errors[0].file in _GENERATED_FILES:
        return _instance_error(job, errors[0])
    texts = [_text(job, errors[0])]
    texts += [f"{error.place or job.path}: {_text(job, error)}" for error in errors[1:SHOWN_ERRORS]]
    if len(errors) > SHOWN_ERRORS:
        texts.append(f"and {len(errors) - SHOWN_ERRORS} more")
    return GpuAdvisorError("\n".join(texts), where=errors[0].place or job.path, remedy=remedy)


def nvcc_missing(job: Job, installed: Sequence[str]) -> GpuAdvisorError:
    """Return the error for host code without an nvcc that compiles for the target."""
    unable = f"{' and '.join(installed)} cannot compile for {job.target}"
    return GpuAdvisorError(
        f"the file has host code, which takes nvcc to read, and {unable if installed else 'there is none'}",
        where=job.path,
        remedy="pip install 'gpuadvisor[nvcc]'",
    )


def no_kernels(job: Job) -> GpuAdvisorError:
    """Return the error for a source that compiles to no kernel."""
    templates = kernel_templates(job.source)
    if not templates:
        return GpuAdvisorError("the file has no kernel (__global__ function)", where=job.path)
    return GpuAdvisorError(
        f"the kernels are templates and none is instantiated: {', '.join(templates)}",
        where=job.path,
        remedy=f"name the instance you want: --kernel '{templates[0]}<...>'",
    )


def _text(job: Job, error: Diagnostic) -> str:
    return error.text(job.source if error.file == job.path else "")


def _instance_error(job: Job, error: Diagnostic) -> GpuAdvisorError:
    """Return the error for an instance that the source cannot give; the generated line shows which."""
    templates = ", ".join(kernel_templates(job.source)) or "none"
    return GpuAdvisorError(
        f"a kernel wanted by name cannot be instantiated: {error.text('')}",
        where=job.path,
        remedy=f"kernel templates in the file: {templates}",
    )

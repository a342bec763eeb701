"""Template instances wanted by name: written `scan<float,4>`, meant `ops::scan<float, 4>`."""

from dataclasses import replace

from gpuadvisor.compiler.includes import included_files
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.lookup import base_name, matching_kernels
from gpuadvisor.compiler.templates import kernel_templates


def templates_of(job: Job) -> tuple[str, ...]:
    """Return the kernel templates in the source and in the headers it reaches."""
    headers = included_files(job) or {}
    return kernel_templates([job.source, *(content.decode(errors="replace") for content in headers.values())])


def with_qualified_instances(job: Job) -> Job:
    """Return the job with a namespace before each wanted instance whose template lies in just one."""
    if not job.options.instantiate:
        return job
    templates = templates_of(job)
    names = tuple(_qualified(name, templates) for name in job.options.instantiate)
    return replace(job, options=replace(job.options, instantiate=names))


def instances_of(job: Job, output: CompilerOutput, names: dict[str, str]) -> dict[str, str]:
    """Return the mangled name of each wanted instance, as the compiler told it or as the kernels' names tell.

    `scan<real>` was asked for and compiled, so the only instance of `scan` is meant even where `real` is an
    alias that the demangled name does not show.
    """
    found = dict(output.instances)
    for wanted in job.options.instantiate:
        matches = matching_kernels(names, wanted) or matching_kernels(names, base_name(wanted))
        if wanted not in found and len(matches) == 1:
            found[wanted] = matches[0]
    return found


def _qualified(name: str, templates: tuple[str, ...]) -> str:
    base = base_name(name).strip()
    candidates = [template for template in templates if template.endswith(f"::{base}")]
    if base in templates or len(candidates) != 1:
        return name
    return candidates[0].removesuffix(base) + name

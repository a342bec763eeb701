"""CUDA C++ to PTX, machine code and resources: NVRTC first, nvcc for files with host code; cached on disk."""

from gpuadvisor.compiler import cache
from gpuadvisor.compiler.cache_key import cache_key
from gpuadvisor.compiler.demangle import written_names
from gpuadvisor.compiler.diagnostics import warnings_of
from gpuadvisor.compiler.failures import compile_error, no_kernels, nvcc_missing
from gpuadvisor.compiler.host_code import has_errors_of_its_own, launches_kernels, may_need_nvcc
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.lookup import instances_by_name
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.compiler.nvcc import compile_with_nvcc, installed_nvccs, nvcc_for
from gpuadvisor.compiler.nvrtc import compile_with_nvrtc
from gpuadvisor.compiler.resources import parse_resources
from gpuadvisor.compiler.templates import kernel_templates
from gpuadvisor.compiler.toolchain import target_for


def compile_source(source: str, path: str, options: CompileOptions) -> CompiledModule:
    """Compile CUDA C++ without a GPU; `path` names the source in messages and line information.

    Quoted includes are looked for in the folder of `path`. A repeated call answers from the disk. Raises
    GpuAdvisorError with file, line and caret where the source is wrong, and where wheels, nvcc or a host
    compiler are missing or the compute capability is unknown.
    """
    job = Job(source, path, options, target_for(options.compute_capability))
    key = cache_key(job)
    known = cache.load(key) if key else None
    if known is not None:
        return known
    module = _module(job, _compile(job))
    if key:
        cache.store(key, module)
    return module


def _compile(job: Job) -> CompilerOutput:
    """Compile with NVRTC, or where that cannot, with nvcc."""
    output = compile_with_nvrtc(job)
    if _wants_nvcc(job, output):
        output = _compile_host_code(job, output)
    if not output.succeeded:
        raise compile_error(job, output)
    return output


def _wants_nvcc(job: Job, output: CompilerOutput) -> bool:
    if not output.succeeded:
        return may_need_nvcc(output.log)
    return ".entry" not in output.ptx and launches_kernels(job.source)


def _compile_host_code(job: Job, refused: CompilerOutput) -> CompilerOutput:
    """Compile with nvcc; without one, say so, after the errors that NVRTC did see."""
    nvcc = nvcc_for(job.target)
    if nvcc is not None:
        return compile_with_nvcc(nvcc, job)
    missing = nvcc_missing(job, [nvcc.label for nvcc in installed_nvccs()])
    if has_errors_of_its_own(refused.log, job.source):
        raise compile_error(job, refused, remedy=f"{missing.what}: {missing.remedy}")
    raise missing


def _module(job: Job, output: CompilerOutput) -> CompiledModule:
    resources = parse_resources(output.log, output.cubin, output.compiler, job.target)
    if not resources:
        raise no_kernels(job)
    names = written_names(resources)
    return CompiledModule(
        ptx=output.ptx,
        cubin=output.cubin,
        compiler=output.compiler,
        compute_capability=job.target,
        resources=resources,
        names=names,
        instances=output.instances or instances_by_name(names, job.options.instantiate),
        templates=kernel_templates(job.source),
        warnings=warnings_of(output.log),
    )

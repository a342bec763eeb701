"""CUDA C++ to PTX, machine code and resources: NVRTC first, nvcc for files with host code; cached on disk."""

from gpuadvisor.compiler import cache
from gpuadvisor.compiler.cache_key import cache_key
from gpuadvisor.compiler.demangle import written_names
from gpuadvisor.compiler.diagnostics import parse_diagnostics, warnings_of
from gpuadvisor.compiler.failures import compile_error, no_kernels
from gpuadvisor.compiler.host_code import errors_of_its_own, needs_nvcc
from gpuadvisor.compiler.instances import instances_of, templates_of, with_qualified_instances
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.compiler.nvcc import NvccUnavailableError, compile_with_any_nvcc
from gpuadvisor.compiler.nvrtc import compile_with_nvrtc
from gpuadvisor.compiler.resources import parse_resources
from gpuadvisor.compiler.toolchain import target_for


def compile_source(source: str, path: str, options: CompileOptions) -> CompiledModule:
    """Compile CUDA C++ without a GPU; `path` names the source in messages and line information.

    Quoted includes are looked for in the folder of `path`. A repeated call answers from the disk. Raises
    GpuAdvisorError with file, line and caret where the source is wrong, and where wheels, nvcc or a host
    compiler are missing or the compute capability is unknown.
    """
    job = _job(source, path, options)
    key = cache_key(job)
    known = cache.load(key) if key else None
    if known is not None:
        return known
    module = _module(job, _compile(job))
    if key:
        cache.store(key, module)
    return module


def is_compiled(source: str, path: str, options: CompileOptions) -> bool:
    """Return whether `compile_source` would answer from the disk."""
    key = cache_key(_job(source, path, options))
    return key is not None and cache.load(key) is not None


def _job(source: str, path: str, options: CompileOptions) -> Job:
    target = target_for(options.compute_capability)
    return with_qualified_instances(Job(source, path, options, target))


def _compile(job: Job) -> CompilerOutput:
    """Compile with NVRTC, or where that cannot, with nvcc."""
    output = compile_with_nvrtc(job)
    if needs_nvcc(job, output):
        output = _compile_host_code(job, output)
    if not output.succeeded:
        raise compile_error(job, output.compiler, parse_diagnostics(output.log))
    return output


def _compile_host_code(job: Job, refused: CompilerOutput) -> CompilerOutput:
    """Compile with nvcc; where that cannot run, report what NVRTC found wrong, if anything is."""
    try:
        return compile_with_any_nvcc(job)
    except NvccUnavailableError as missing:
        if own := errors_of_its_own(job, refused):
            raise compile_error(job, refused.compiler, own) from missing
        raise


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
        instances=instances_of(job, output, names),
        templates=templates_of(job),
        warnings=warnings_of(output.log),
    )

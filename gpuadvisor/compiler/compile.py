"""CUDA C++ to PTX, machine code and resources: NVRTC first, nvcc for files with host code."""

from gpuadvisor.compiler.demangle import written_names
from gpuadvisor.compiler.diagnostics import compile_error, parse_diagnostics, warnings_of
from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.host_code import launches_kernels, may_need_nvcc
from gpuadvisor.compiler.invocation import CompilerOutput, common_options
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.compiler.nvcc import compile_with_nvcc, nvcc_for
from gpuadvisor.compiler.nvrtc import compile_with_nvrtc
from gpuadvisor.compiler.resources import parse_resources
from gpuadvisor.compiler.templates import kernel_templates
from gpuadvisor.compiler.toolchain import architecture, nvrtc_version, target_for
from gpuadvisor.model.errors import GpuAdvisorError


def compile_source(source: str, path: str, options: CompileOptions) -> CompiledModule:
    """Compile CUDA C++ without a GPU; `path` names the source in messages and line information.

    Raises GpuAdvisorError with file, line and caret where the source is wrong, and where wheels, nvcc or a
    host compiler are missing or the compute capability is unknown.
    """
    target = target_for(options.compute_capability)
    output, compiler = _compile(source, path, options, target)
    if not output.succeeded:
        raise compile_error(parse_diagnostics(output.log), path, compiler)
    resources = parse_resources(output.log, output.cubin, compiler, target)
    if not resources:
        raise _no_kernels(source, path)
    return CompiledModule(
        ptx=output.ptx,
        cubin=output.cubin,
        compiler=compiler,
        compute_capability=target,
        resources=resources,
        names=written_names(resources),
        instances=output.instances,
        templates=kernel_templates(source),
        warnings=warnings_of(output.log),
    )


def _compile(source: str, path: str, options: CompileOptions, target: str) -> tuple[CompilerOutput, str]:
    """Return what the compiler that suits the source left, and its name and version."""
    flags = common_options(options, target)
    headers = [f"-I{directory}" for directory in toolkit_include_directories()]
    output = compile_with_nvrtc(source, path, [*flags, *headers], options.instantiate)
    compiler = f"nvrtc {nvrtc_version()}"
    if not _wants_nvcc(source, output):
        return output, compiler
    nvcc = nvcc_for(architecture(target))
    if nvcc is None:
        raise _nvcc_missing(path, target)
    return compile_with_nvcc(nvcc, source, path, flags, options.instantiate), nvcc.label


def _wants_nvcc(source: str, output: CompilerOutput) -> bool:
    if not output.succeeded:
        return may_need_nvcc(output.log)
    return ".entry" not in output.ptx and launches_kernels(source)


def _nvcc_missing(path: str, target: str) -> GpuAdvisorError:
    return GpuAdvisorError(
        f"the file has host code, and no nvcc that compiles for {target} is on PATH or in a wheel",
        where=path,
        remedy="pip install 'gpuadvisor[nvcc]'",
    )


def _no_kernels(source: str, path: str) -> GpuAdvisorError:
    templates = kernel_templates(source)
    if not templates:
        return GpuAdvisorError("the file has no kernel (__global__ function)", where=path)
    return GpuAdvisorError(
        f"the kernels are templates and none is instantiated: {', '.join(templates)}",
        where=path,
        remedy=f"name the instance you want: --kernel '{templates[0]}<...>'",
    )

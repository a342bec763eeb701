"""The error for a source whose kernels have no launch: it shows the launch to write."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.emulator.program import Parameter, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.declarations import DeclaredParameter, KernelDeclaration
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launch_template import inline_template, launch_name, toml_template

_C_TYPES = {
    "u64": "float*", "s64": "long long", "u32": "int", "s32": "int", "f32": "float", "f64": "double",
    "u16": "unsigned short", "s16": "short", "u8": "unsigned char", "s8": "char",
}  # fmt: skip


def all_kernels(
    declared: Sequence[KernelDeclaration], module: CompiledModule, program: Program
) -> list[KernelDeclaration]:
    """Return the declared kernels and those that only the compiled module shows (headers, macros)."""
    hidden = [
        KernelDeclaration(
            name=module.names.get(mangled, mangled), line=0, parameters=_guessed(kernel.parameters)
        )
        for mangled, kernel in program.kernels.items()
        if not any(matches(known.name, module.names.get(mangled, mangled)) for known in declared)
    ]
    return [*declared, *hidden]


def missing_launch(
    path: Path, kernels: Sequence[KernelDeclaration], wanted: Sequence[str]
) -> GpuAdvisorError:
    """Return the error; `wanted` are the kernels that were asked for by name, if any were."""
    listing = "".join(f"\n  {_signature(kernel)}" for kernel in kernels)
    unknown = [name for name in wanted if not any(_means(name, kernel) for kernel in kernels)]
    if unknown:
        return GpuAdvisorError(f"has no kernel {', '.join(unknown)}; it has{listing}", where=str(path))
    return GpuAdvisorError(
        f"no launch is given for {', '.join(wanted) or 'its kernels'}; it has{listing}",
        where=str(path),
        remedy=_remedy(path, _shown(kernels, wanted)),
    )


def _shown(kernels: Sequence[KernelDeclaration], wanted: Sequence[str]) -> KernelDeclaration:
    """Return the kernel to show a launch of: the first, or the first wanted one under its wanted name."""
    if not wanted:
        return kernels[0]
    kernel = next(kernel for kernel in kernels if _means(wanted[0], kernel))
    return replace(kernel, name=wanted[0], template=None if "<" in wanted[0] else kernel.template)


def _remedy(path: Path, kernel: KernelDeclaration) -> str:
    return (
        f"write {path.with_suffix('.toml')}, with your sizes and values:\n\n{toml_template(kernel)}\n\n"
        f"  or say it in the command:\n\ngpuadvisor analyze {path} {inline_template(kernel)}"
    )


def _guessed(parameters: Sequence[Parameter]) -> tuple[DeclaredParameter, ...]:
    return tuple(
        DeclaredParameter(_C_TYPES.get(parameter.type, parameter.type), f"argument{position}")
        for position, parameter in enumerate(parameters)
    )


def _means(wanted: str, kernel: KernelDeclaration) -> bool:
    bare = wanted.partition("<")[0] if kernel.template is not None else wanted
    return matches(kernel.name, bare) or matches(bare, kernel.name)


def _signature(kernel: KernelDeclaration) -> str:
    parameters = ", ".join(str(parameter) for parameter in kernel.parameters)
    place = f"  (line {kernel.line})" if kernel.line else ""
    return f"{launch_name(kernel)}({parameters}){place}"

"""A Python file as a source of kernels: each launch is compiled for its own arguments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.sources.declarations import DeclaredParameter, KernelDeclaration
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.ptx import ptx_unit
from gpuadvisor.sources.python.child import ask
from gpuadvisor.sources.python.describe import described
from gpuadvisor.sources.python.messages import Answer, Passing, Question
from gpuadvisor.sources.task import Task, task
from gpuadvisor.sources.unit import Unit, compile_text, read_source
from gpuadvisor.sources.values import LaunchData, Pointer, Value


@dataclass(frozen=True, kw_only=True)
class PythonSource:
    """A file, and what to compile its kernels for."""

    path: Path
    device: Device
    options: CompileOptions

    def kernels(self) -> list[KernelDeclaration]:
        """Return the kernels that the module holds once it is imported."""
        return self._listed

    @cached_property
    def _listed(self) -> list[KernelDeclaration]:
        answer = ask(Question(file=str(self.path.resolve())), self.path)
        return [
            KernelDeclaration(
                name=kernel.name,
                line=kernel.line,
                parameters=tuple(DeclaredParameter("", name) for name in kernel.parameters),
            )
            for kernel in answer.kernels
        ]

    def prepare(self, requests: Sequence[LaunchRequest], device: Device) -> None:
        """Do nothing: what a kernel is compiled to depends on its arguments."""

    def task(self, request: LaunchRequest, data: LaunchData) -> Task:
        """Compile the kernel for the launch's arguments."""
        arguments = described(request, data)
        question = Question(
            file=str(self.path.resolve()),
            kernel=request.kernel,
            compute_capability=self.device.facts.compute_capability,
            threads_per_block=request.launch.threads_per_block,
            blocks=request.launch.blocks,
            arguments=arguments,
        )
        answer = ask(question, self.path)
        if answer.cuda_source:
            return task(self._cuda_unit(request, answer), replace(request, kernel=answer.cuda_name), data)
        return self._ptx_task(request, data, answer)

    def _cuda_unit(self, request: LaunchRequest, answer: Answer) -> Unit:
        """Compile CuPy's text with the lines that it has in the Python file, where it stands there."""
        before, found, _ = read_source(self.path).partition(answer.cuda_source)
        path = self.path if found else self.path.with_name(f"{self.path.name}:{request.kernel}")
        text = "\n" * (before.count("\n") if found else 0) + answer.cuda_source
        options = _with(self.options, answer.cuda_options)
        return compile_text(path, text, [answer.cuda_name], self.device, options)

    def _ptx_task(self, request: LaunchRequest, data: LaunchData, answer: Answer) -> Task:
        unit = ptx_unit(self.path, answer.ptx, self.device.facts.compute_capability, self.path)
        (kernel,) = unit.program.kernels
        (listed,) = answer.kernels
        declaration = KernelDeclaration(
            name=request.kernel,
            line=listed.line,
            parameters=tuple(DeclaredParameter("", each.name) for each in answer.passing),
        )
        named = replace(unit.module, names={kernel: request.kernel})
        shared = request.launch.dynamic_shared_bytes + answer.dynamic_shared_bytes
        launch = msgspec.structs.replace(request.launch, dynamic_shared_bytes=shared)
        return task(
            replace(unit, module=named, declared=[declaration]),
            replace(request, launch=launch),
            replace(data, arguments=_passed(answer.passing, list(data.arguments.values()))),
        )


def _with(options: CompileOptions, given: Sequence[str]) -> CompileOptions:
    """Return the options with those of a RawKernel."""
    folders = tuple(Path(option[2:]) for option in given if option.startswith("-I"))
    others = tuple(option for option in given if not option.startswith("-I"))
    return replace(
        options,
        include_directories=(*options.include_directories, *folders),
        extra=(*options.extra, *others),
    )


def _passed(passing: Sequence[Passing], values: Sequence[Value]) -> dict[str, Value]:
    return {each.name: _value(each, values) for each in passing}


def _value(passing: Passing, values: Sequence[Value]) -> Value:
    if passing.argument is not None:
        value = values[passing.argument]
        if passing.type is None or not isinstance(value, bool | int | float):
            return value
        typed: np.generic = np.dtype(passing.type).type(value)
        return typed
    if passing.integer is not None:
        return np.int64(passing.integer)
    return np.zeros(passing.scratch_bytes, np.uint8) if passing.scratch_bytes else Pointer(None)

"""What the three kinds of kernels have in common, in the process that compiles them."""

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from gpuadvisor.sources.python.messages import Answer, KernelListing, Question

FoundKernel = Callable[[str, Any], KernelListing | None]
Compile = Callable[[Any, Question], Answer]


class NotCompiledError(Exception):
    """The kernel cannot be compiled for this launch; the message says why."""


class MissingPackageError(Exception):
    """A package that the kernel's compiler needs is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


def is_from(value: object, package: str) -> bool:
    """Whether the type of `value` is defined in `package`; asks no package that was not imported."""
    return type(value).__module__.partition(".")[0] == package


def listing(name: str, function: FunctionType) -> KernelListing:
    """Return the name, the line of the `def` and the parameters of a Python function."""
    lines, first = inspect.getsourcelines(function)
    offset = next((number for number, line in enumerate(lines) if line.lstrip().startswith("def ")), 0)
    parameters = tuple(inspect.signature(function).parameters)
    return KernelListing(name=name, line=first + offset, parameters=parameters)


def check_count(question: Question, parameters: tuple[str, ...], needed: int) -> None:
    """Raise NotCompiledError where the launch has fewer or more arguments than the kernel takes."""
    given = len(question.arguments)
    if not needed <= given <= len(parameters):
        raise NotCompiledError(
            f"{question.kernel} takes {len(parameters)} arguments ({', '.join(parameters)}), "
            f"its launch gives {given}"
        )

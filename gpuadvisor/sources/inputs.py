"""Arguments from the user's own Python: `inputs = "file.py:function"`."""

import contextlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError

RETURNS = "return NumPy arrays and scalars (np.int32(4), not 4): a dict by name, or a sequence in order"


def load_inputs(reference: str, directory: Path) -> dict[str, NDArray[np.generic] | np.generic]:
    """Call the function that `reference` names, found from `directory`; return its values in order.

    The values of a sequence are named by their position: `argument 0`, `argument 1`.
    """
    file, separator, function_name = reference.partition(":")
    path = directory / file
    if not separator or not path.is_file():
        raise GpuAdvisorError(
            f"inputs = {reference!r} names no file and function",
            where=str(path),
            remedy="write file.py:function",
        )
    function = getattr(_load(path), function_name, None)
    if not callable(function):
        raise GpuAdvisorError(f"has no function {function_name!r}", where=str(path))
    return _checked(_called(function, f"{path}:{function_name}"), f"{path}:{function_name}")


def _load(path: Path) -> object:
    spec = importlib.util.spec_from_file_location(f"gpuadvisor_inputs_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise GpuAdvisorError("is not a Python file", where=str(path), remedy="write file.py:function")
    loader, module = spec.loader, importlib.util.module_from_spec(spec)
    _called(lambda: loader.exec_module(module), str(path))
    return module


def _called(function: Callable[[], object], where: str) -> object:
    try:
        with contextlib.redirect_stdout(sys.stderr):  # standard output is the report's
            return function()
    except (Exception, SystemExit) as error:
        # The user's code may raise anything, and the mistake is theirs to mend.
        raise GpuAdvisorError(f"raised {type(error).__name__}: {error}", where=where) from error


def _checked(returned: object, where: str) -> dict[str, NDArray[np.generic] | np.generic]:
    if isinstance(returned, Mapping):
        named = dict(returned)
    elif isinstance(returned, Sequence):
        named = {f"argument {position}": value for position, value in enumerate(returned)}
    else:
        raise GpuAdvisorError(f"returned {type(returned).__name__}", where=where, remedy=RETURNS)
    for name, value in named.items():
        if not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "biufcV":
            raise GpuAdvisorError(f"{name!r} is {type(value).__name__}", where=where, remedy=RETURNS)
    return {str(name): np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value
            for name, value in named.items()}  # fmt: skip

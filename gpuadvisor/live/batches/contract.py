"""FILE:FUNCTION, the training step of the user's.

FUNCTION takes a batch size and returns a function without arguments that runs one training step on data of
that size.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from gpuadvisor.model.errors import GpuAdvisorError

Step = Callable[[], object]
MakeStep = Callable[[int], Step]


@dataclass(frozen=True, kw_only=True)
class StepSource:
    """A function in a file."""

    file: Path
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"


def parse_source(text: str) -> StepSource:
    """Return what FILE:FUNCTION names; raise GpuAdvisorError where it names nothing."""
    file, colon, function = text.rpartition(":")
    if not colon or not function.isidentifier():
        raise GpuAdvisorError(
            f"{text!r} is not FILE:FUNCTION", remedy="name a Python file and a function in it: train.py:step"
        )
    if not Path(file).is_file():
        raise GpuAdvisorError("no such file", where=file)
    return StepSource(file=Path(file), function=function)


def load(source: StepSource) -> MakeStep:
    """Run the file as a module, its folder first on the path, and return its function.

    Raises GpuAdvisorError where the file has no such function; whatever the file raises is let through.
    """
    path = source.file.resolve()
    sys.path.insert(0, str(path.parent))
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise GpuAdvisorError("not a Python file", where=str(source.file))
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    function: Any = getattr(module, source.function, None)
    if not callable(function):
        raise GpuAdvisorError(f"no function {source.function!r}", where=str(source.file))
    make: MakeStep = function
    return make

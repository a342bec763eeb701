"""Checks a kernel of the suite and tells what was found."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.demangle import variable_name
from gpuadvisor.compiler.headers import is_library_header
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.findings import Finding
from gpuadvisor.model.kernel import Launch

KERNELS = Path(__file__).parent / "kernels"
REDZONE_BYTES = 1 << 20


@cache
def suite(name: str, *, fixed: bool) -> Program:
    """Compile one file of the suite, the defective kernels or their corrected twins."""
    options = CompileOptions(compute_capability="9.0", defines=("FIXED",) if fixed else ())
    path = KERNELS / f"{name}.cu"
    return decode(compile_source(path.read_text(), str(path), options).ptx, is_library_header)


def check(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[NDArray[Any] | np.generic],
    *,
    empty: Sequence[int] = (),
    memory: GlobalMemory | None = None,
) -> list[Finding]:
    """Return the findings of a launch with arrays as buffers `array0`, ...; those at `empty` hold nothing."""
    memory = memory or GlobalMemory(largest_guard_bytes=REDZONE_BYTES)
    values: list[np.generic] = []
    for position, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            address = memory.allocate(argument.nbytes, f"array{position}")
            memory.write(address, argument.tobytes())
            if position in empty:
                memory.forget(address)
            values.append(np.uint64(address))
        else:
            values.append(argument)
    observation = run(program, kernel, launch, values, memory, RunOptions(check=True))
    assert observation.findings is not None
    return observation.findings


Row = tuple[str, int | None, int | None, str | None]


def row(finding: Finding) -> Row:
    """Return kind, line, other line and variable."""
    name = variable_name(finding.variable) if finding.variable else None
    return finding.kind, finding.line, finding.other_line, name

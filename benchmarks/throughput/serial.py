"""Seconds of the same work as plain C at -O3, on as many threads as the emulator uses."""

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.throughput.problems import Benchmark, Problem

ROUNDS = 7
_SOURCE = Path(__file__).with_name("serial.c")


@contextmanager
def compiled_loops() -> Iterator[ctypes.CDLL | None]:
    """Yield the loops, compiled for this machine; None where there is no C compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as directory:
        library = Path(directory) / "serial.so"
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, _SOURCE]
        subprocess.run(command, check=True)
        yield ctypes.CDLL(str(library))


def loop_seconds(loops: ctypes.CDLL, benchmark: Benchmark, problem: Problem) -> tuple[float, bool]:
    """Return the seconds of the fastest of some rounds, and whether the first answer was right."""
    function = loops[benchmark.kernel]
    values = {name: np.copy(value) for name, value in problem.arguments.items()}
    arguments = [_argument(value) for value in values.values()]
    parts = os.cpu_count() or 1
    with ThreadPoolExecutor(parts) as pool:
        _seconds(pool, parts, function, arguments)
        solved = problem.is_solved_by(values[problem.output])
        return min(_seconds(pool, parts, function, arguments) for _ in range(ROUNDS)), solved


def _argument(value: Any) -> Any:  # noqa: ANN401 - ctypes has no common type
    if value.ndim:
        return ctypes.c_void_p(value.ctypes.data)
    return ctypes.c_float(value) if value.dtype == np.float32 else ctypes.c_int(value)


def _seconds(
    pool: ThreadPoolExecutor, parts: int, function: Callable[..., Any], arguments: list[Any]
) -> float:
    start = time.perf_counter()
    list(pool.map(lambda part: function(part, parts, *arguments), range(parts)))
    return time.perf_counter() - start

"""Runs a Python program in this process, as if Python had been started with it."""

import gc
import runpy
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from gpuadvisor.model.errors import GpuAdvisorError

INTERRUPTED = 130
"""Of a program that Ctrl-C ended: 128 + SIGINT, as shells have it."""
FAILED = 1
"""Of a program that an exception ended, as Python has it."""
_RUNNERS = (runpy.__file__, "<frozen runpy>", __file__)


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is run, and with which arguments."""

    name: str
    """A file, or with `is_module` what follows `python -m`."""
    arguments: Sequence[str] = ()
    is_module: bool = False


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a program ended."""

    exit_code: int
    interrupted: bool = False


def run_program(program: Program, collector: tuple[int, int, int]) -> Ending:
    """Run it to its end; `collector` is the threshold of garbage collection that it gets.

    What it raises is shown as Python would show it, without the frames above the program's own. Raises
    GpuAdvisorError where there is no such program.
    """
    if not program.is_module and not Path(program.name).is_file():
        raise GpuAdvisorError("no such file", where=program.name, remedy="name a Python program")
    with _started_with(program, collector):
        try:
            _run(program)
        except SystemExit as end:
            return Ending(exit_code=_exit_code(end))
        except KeyboardInterrupt:
            return Ending(exit_code=INTERRUPTED, interrupted=True)
        except BaseException as error:  # noqa: BLE001 - whatever the program raises is the program's
            _show(error)
            return Ending(exit_code=FAILED)
    return Ending(exit_code=0)


def _run(program: Program) -> None:
    if program.is_module:
        runpy.run_module(program.name, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(program.name, run_name="__main__")


@contextmanager
def _started_with(program: Program, collector: tuple[int, int, int]) -> Iterator[None]:
    """Give the program the arguments, import path and garbage collection that Python would give it."""
    arguments, path, threshold = sys.argv, sys.path[:], gc.get_threshold()
    sys.argv = [program.name, *program.arguments]
    if not sys.flags.safe_path:
        sys.path[:1] = [str(Path.cwd() if program.is_module else Path(program.name).resolve().parent)]
    gc.set_threshold(*collector)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        sys.argv, sys.path[:] = arguments, path


def _exit_code(end: SystemExit) -> int:
    """Return the code of `sys.exit`; print what it holds instead of a number, as Python does."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    sys.stdout.flush()
    sys.stderr.write(f"{end.code}\n")
    return FAILED


def _show(error: BaseException) -> None:
    """Show the traceback of an error through the program's own `sys.excepthook`, if it has one."""
    sys.stdout.flush()
    shown = _own_frames(error.__traceback__)
    try:
        sys.excepthook(type(error), error.with_traceback(shown), shown)
    except Exception as failure:  # noqa: BLE001 - Python falls back in the same way
        traceback.print_exception(failure)
        traceback.print_exception(error)


def _own_frames(frames: TracebackType | None) -> TracebackType | None:
    """Return the frames of the program: those behind the last one that runs it."""
    own = frames
    while frames is not None:
        if frames.tb_frame.f_code.co_filename in _RUNNERS:
            own = frames.tb_next
        frames = frames.tb_next
    return own

"""Programs that are run and recorded in tests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpuadvisor.live.program import Ending, Program, run_program

COLLECTOR = (700, 10, 10)
INTERRUPT = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let processes in the background ignore it
os.kill(os.getpid(), signal.SIGINT)
time.sleep(60)
"""


def run_text(folder: Path, text: str, *arguments: str) -> Ending:
    """Run a program with this text."""
    path = folder / "program.py"
    path.write_text(text)
    return run_program(Program(name=str(path), arguments=arguments), COLLECTOR)


@contextmanager
def forgotten(*names: str) -> Iterator[None]:
    """Let modules of these names, and those in them, be imported anew, and put the old ones back."""

    def of_them() -> dict[str, object]:
        return {
            module: sys.modules[module] for module in list(sys.modules) if module.partition(".")[0] in names
        }

    kept = of_them()
    for module in kept:
        del sys.modules[module]
    try:
        yield
    finally:
        for module in of_them():
            del sys.modules[module]
        sys.modules.update(kept)  # type: ignore[arg-type]

"""In the child process: look at one thing and write what was seen to a file."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import msgspec

from gpuadvisor.examining.outcome import Absent, Broken, Late, Outcome, Seen, encode

LOOKS = "gpuadvisor.examining.looks"


def main(name: str, module: str, file: str) -> None:
    """Look at `name`; `module` is what must be importable for that, or empty.

    What could be told before the look is written first, and what the look gave over it.
    Any other failure than of an import ends the process with a traceback, which the parent reads.
    """
    if module and not find_spec(module):
        _write(Absent(), file)
        return
    looker = import_module(f"{LOOKS}.{name}")
    if hasattr(looker, "glance"):
        _write(Late(glimpse=_raw(looker.glance())), file)
    _write(_look(looker), file)


def _look(looker: ModuleType) -> Outcome:
    try:
        return Seen(_raw(looker.look()))
    except (ImportError, OSError) as error:
        return Broken(f"{type(error).__name__}: {error}")


def _raw(seen: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(seen))


def _write(outcome: Outcome, file: str) -> None:
    Path(file).write_bytes(encode(outcome))

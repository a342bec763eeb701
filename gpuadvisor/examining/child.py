"""In the child process: look at one thing and write what was seen to a file."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import msgspec

from gpuadvisor.examining.outcome import Absent, Broken, Outcome, Seen, encode

LOOKS = "gpuadvisor.examining.looks"


def main(name: str, module: str, file: str) -> None:
    """Look at `name`; `module` is what must be importable for that, or empty.

    What is written last is what counts: until the look ends, that it was begun. Any other failure than
    of an import ends the process with a traceback, which the parent reads.
    """
    outcome = _look(name) if not module or find_spec(module) else Absent()
    Path(file).write_bytes(encode(outcome))


def _look(name: str) -> Outcome:
    try:
        seen = import_module(f"{LOOKS}.{name}").look()
    except (ImportError, OSError) as error:
        return Broken(reason=f"{type(error).__name__}: {error}")
    return Seen(value=msgspec.Raw(msgspec.json.encode(seen)))


if __name__ == "__main__":
    main(*sys.argv[1:])

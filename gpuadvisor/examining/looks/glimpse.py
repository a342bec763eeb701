"""What a package's own files tell of it before it is imported, which may take longer than there is time."""

from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any


def variables_of(package: str, file: str) -> dict[str, Any]:
    """Return what one file of an installed package defines; nothing where there is no such file.

    The file is run by itself, so it must be one that imports nothing of its package.
    """
    spec = find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    return run_path(str(path)) if path and path.is_file() else {}

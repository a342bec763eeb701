"""cupti-python, by which programs are recorded that do not use PyTorch."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import msgspec


class Cupti(msgspec.Struct, frozen=True, kw_only=True):
    """The package, and the library of NVIDIA's behind it."""

    version: str
    library: int
    """As `cuptiGetVersion` numbers it."""


def look() -> Cupti:
    """Load the library; raises ImportError, OSError or cupti-python's own errors where that fails."""
    cupti = import_module("cupti.cupti")
    try:
        installed = version("cupti-python")
    except PackageNotFoundError:
        installed = "of unknown version"
    return Cupti(version=installed, library=cupti.get_version())

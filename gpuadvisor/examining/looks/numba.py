"""Numba: whether it has its CUDA target, and the GPUs that sees. Makes no CUDA context."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from gpuadvisor.examining.looks.sight import Sight


def look() -> Sight:
    """Ask Numba; its CUDA target is the package numba-cuda, or in older installations Numba's own."""
    version: str = import_module("numba").__version__
    if find_spec("numba.cuda") is None:
        return Sight(version=version, has_cuda=False)
    cuda = import_module("numba.cuda")
    if not cuda.is_available():
        return Sight(version=version, has_cuda=True, problem=_one_line(cuda.cuda_error()))
    toolkit, problem = _toolkit(cuda)
    return Sight(version=version, has_cuda=True, cuda=toolkit, devices=len(cuda.gpus), problem=problem)


def _toolkit(cuda: ModuleType) -> tuple[str | None, str | None]:
    """Return the version of the toolkit it compiles with, else what it says of the library it misses.

    That is an ImportError, OSError or RuntimeError, by the release and by the library.
    """
    try:
        major, minor = cuda.runtime.get_version()
    except (ImportError, OSError, RuntimeError) as error:
        return None, _one_line(str(error))
    return f"{major}.{minor}", None


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None

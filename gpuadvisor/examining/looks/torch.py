"""PyTorch: its build, and the GPUs it sees. Makes no CUDA context."""

import warnings
from importlib import import_module

from gpuadvisor.examining.looks.glimpse import variables_of
from gpuadvisor.examining.looks.sight import Sight


def glance() -> Sight | None:
    """Return what `torch/version.py` tells of the build."""
    told = variables_of("torch", "version.py")
    if "__version__" not in told:
        return None
    cuda = told.get("cuda")
    return Sight(
        version=told["__version__"], has_cuda=cuda is not None, cuda=cuda, problem=_hip(told.get("hip"))
    )


def look() -> Sight:
    """Ask PyTorch; its reasons for seeing no GPU are warnings (`torch.cuda.is_available`)."""
    torch = import_module("torch")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        usable = torch.cuda.is_available()
    return Sight(
        version=torch.__version__,
        has_cuda=torch.version.cuda is not None,
        cuda=torch.version.cuda,
        devices=torch.cuda.device_count() if usable else 0,
        architectures=list(torch.cuda.get_arch_list()) if usable else [],
        problem=_hip(torch.version.hip) or next((str(each.message) for each in caught), None),
    )


def _hip(version: str | None) -> str | None:
    return f"built for AMD's ROCm {version}" if version else None

"""Triton: its version, and whether it can reach NVIDIA GPUs."""

from importlib import import_module

from gpuadvisor.examining.looks.sight import Sight


def look() -> Sight:
    """Ask Triton; how many GPUs there are it leaves to PyTorch, so one stands for any."""
    triton = import_module("triton")
    nvidia = import_module("triton.backends").backends.get("nvidia")
    return Sight(
        version=triton.__version__,
        has_cuda=nvidia is not None,
        devices=int(nvidia is not None and nvidia.driver.is_active()),
    )

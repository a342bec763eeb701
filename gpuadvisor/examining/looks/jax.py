"""JAX: which CUDA plugin it has, and the GPUs it sees."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from gpuadvisor.examining.looks.sight import Sight

PLUGINS = {"jax-cuda13-plugin": "13", "jax-cuda12-plugin": "12"}
"""Distributions that bring CUDA, and for which (JAX documentation, Installation, "NVIDIA GPU")."""


def look() -> Sight:
    """Ask JAX; this starts its CUDA client, which reserves no memory as the process is started."""
    jax = import_module("jax")
    try:
        devices, problem = len(jax.devices("cuda")), None
    except RuntimeError as error:
        devices, problem = 0, str(error)
    cuda = _cuda()
    return Sight(
        version=jax.__version__, has_cuda=cuda is not None, cuda=cuda, devices=devices, problem=problem
    )


def _cuda() -> str | None:
    return next((cuda for plugin, cuda in PLUGINS.items() if _is_installed(plugin)), None)


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True

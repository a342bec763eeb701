"""Machines to judge: files below a folder, GPUs, frameworks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpuadvisor.examining.host import Host
from gpuadvisor.examining.looks.nvidia import Gpu, Nvidia
from gpuadvisor.examining.looks.sight import Sight

GIB = 2**30


def host(root: Path, files: Mapping[str, str] | None = None, **environment: str) -> Host:
    """Return a machine that has these files and variables and no others."""
    for name, content in (files or {}).items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Host(root=root, environment=environment, platform="linux")


def gpu(index: int = 0, **facts: Any) -> Gpu:
    """Return an H100, or what the facts make of it."""
    h100 = {
        "name": "NVIDIA H100 80GB HBM3",
        "compute_capability": (9, 0),
        "memory_bytes": 80 * GIB,
        "mig_enabled": False,
        "compute_mode": "default",
    }
    return Gpu(index=index, **{**h100, **facts})


def nvidia(*gpus: Gpu, **facts: Any) -> Nvidia:
    """Return a driver of CUDA 13.0 with these GPUs, or what the facts make of it."""
    driver = {"cuda_version": 13000, "driver_version": "580.95.05"}
    return Nvidia(gpus=list(gpus), **{**driver, **facts})


def sight(**facts: Any) -> Sight:
    """Return a framework that was built for CUDA 12.8 and sees one GPU, or what the facts make of it."""
    framework = {"version": "2.9.0", "has_cuda": True, "cuda": "12.8", "devices": 1}
    return Sight(**{**framework, **facts})

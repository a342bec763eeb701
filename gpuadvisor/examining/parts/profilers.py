"""NVIDIA's profilers: Nsight Compute and Nsight Systems."""

from gpuadvisor.examining.looks.nvidia import Nvidia
from gpuadvisor.examining.looks.profilers import Profiler, Profilers
from gpuadvisor.examining.thresholds import capability_text
from gpuadvisor.model.doctor import Part

LEAST_FOR_NCU = (7, 0)
"""Volta (Nsight Compute 2024.1 release notes, "GPU Support"); releases for CUDA 13 start with Turing, 7.5."""
TITLES = {"ncu": "Nsight Compute", "nsys": "Nsight Systems"}


def profilers(found: Profilers, nvidia: Nvidia) -> list[Part]:
    """Say which of the two are installed; Nsight Compute also, whether it serves the GPUs."""
    return [_part("ncu", found.ncu, _unserved(nvidia)), _part("nsys", found.nsys, None)]


def _unserved(nvidia: Nvidia) -> str | None:
    older = [gpu for gpu in nvidia.gpus if gpu.compute_capability < LEAST_FOR_NCU]
    if not older:
        return None
    least, has = capability_text(LEAST_FOR_NCU), capability_text(older[0].compute_capability)
    return f"it serves compute capability {least} and newer, GPU {older[0].index} has {has}"


def _part(name: str, found: Profiler | None, problem: str | None) -> Part:
    title = TITLES[name]
    if found is None:
        package = title.lower().replace(" ", "-")
        return Part(
            name=name,
            title=title,
            group="profilers",
            status="missing",
            optional=True,
            summary="not installed",
            remedy=f"it comes with the CUDA toolkit, and as a package of its own: {package}",
        )
    version = found.version or "of unknown version"
    aside = "" if found.on_path else f" in {found.path}, not on PATH"
    return Part(
        name=name,
        title=title,
        group="profilers",
        status="warning" if problem or not found.on_path else "ok",
        summary=f"{version}{aside}{f': {problem}' if problem else ''}",
        remedy=None if found.on_path else "add its folder to PATH",
        facts={"version": found.version, "path": found.path},
    )

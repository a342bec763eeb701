"""The GPUs: that there are some, and each against what is the least and what is recommended."""

from collections.abc import Sequence

from gpuadvisor.examining.host import Host
from gpuadvisor.examining.looks.nvidia import Gpu, Nvidia
from gpuadvisor.examining.thresholds import (
    GIGABYTE,
    MINIMUM,
    RECOMMENDED,
    Capability,
    Threshold,
    capability_text,
    memory_text,
)
from gpuadvisor.model.doctor import Part

Needs = dict[str, Capability]
"""What installed software needs at least, by its title."""


def gpus(host: Host, nvidia: Nvidia, needs: Needs) -> list[Part]:
    """Say how many GPUs there are, then judge each."""
    return [_present(host, nvidia.gpus), *(_judged(gpu, needs) for gpu in nvidia.gpus)]


def _present(host: Host, found: Sequence[Gpu]) -> Part:
    if not found:
        remedy = "kernels can be counted without: `gpuadvisor analyze` emulates a GPU"
        return Part(
            name="gpu", title="GPU", group="GPU", status="missing", summary="none to be seen", remedy=remedy
        )
    names = ", ".join(dict.fromkeys(gpu.name for gpu in found))
    summary = f"{len(found)} x {names}" if len(found) > 1 else names
    hidden = host.hides_gpus
    return Part(
        name="gpu",
        title="GPU",
        group="GPU",
        status="warning" if hidden else "ok",
        summary=f"{summary}, hidden by CUDA_VISIBLE_DEVICES" if hidden else summary,
        remedy="unset CUDA_VISIBLE_DEVICES" if hidden else None,
        facts={"count": len(found), "names": [gpu.name for gpu in found]},
    )


def _judged(gpu: Gpu, needs: Needs) -> Part:
    shortcoming = _shortcoming(gpu, needs)
    cc, memory = capability_text(gpu.compute_capability), memory_text(gpu.memory_bytes)
    return Part(
        name=f"gpu:{gpu.index}",
        title=f"GPU {gpu.index}",
        group="GPU",
        status="warning" if shortcoming else "ok",
        summary=f"{gpu.name}, compute capability {cc}, {memory}"
        + (f": {shortcoming}" if shortcoming else ""),
        remedy=_remedy(gpu) if shortcoming else None,
        facts={
            "name": gpu.name,
            "compute_capability": cc,
            "memory_bytes": gpu.memory_bytes,
            "compute_mode": gpu.compute_mode,
            "minimum": str(MINIMUM),
            "recommended": str(RECOMMENDED),
        },
    )


def _shortcoming(gpu: Gpu, needs: Needs) -> str | None:
    """Return the worst of what it lacks: for the least, for what is installed, for what is recommended."""
    lacking = [
        f"{title} needs {capability_text(need)}"
        for title, need in needs.items()
        if need > gpu.compute_capability
    ]
    return (
        _below(gpu, MINIMUM, "the minimum")
        or "; ".join(lacking)
        or _below(gpu, RECOMMENDED, "what is recommended")
        or _mode(gpu)
    )


def _below(gpu: Gpu, threshold: Threshold, word: str) -> str | None:
    if gpu.compute_capability < threshold.compute_capability:
        return f"below {word}, compute capability {capability_text(threshold.compute_capability)}"
    if gpu.memory_bytes is not None and gpu.memory_bytes < threshold.memory_bytes:
        return f"below {word}, {threshold.memory_bytes // GIGABYTE} GB"
    return None


def _mode(gpu: Gpu) -> str | None:
    return "prohibits compute work" if gpu.compute_mode == "prohibited" else None


def _remedy(gpu: Gpu) -> str:
    if gpu.compute_mode == "prohibited":
        return f"as root: nvidia-smi -i {gpu.index} --compute-mode=DEFAULT"
    if gpu.compute_capability < RECOMMENDED.compute_capability:
        return "use builds for an older CUDA (11 serves 3.5, 12 5.0, 13 7.5 and newer), or another GPU"
    if gpu.memory_bytes is not None and gpu.memory_bytes < RECOMMENDED.memory_bytes:
        return "use smaller batches and float16, or another GPU"
    return "use releases of the frameworks that still serve it, or another GPU"

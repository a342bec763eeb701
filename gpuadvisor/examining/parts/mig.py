"""MIG: GPUs that are split into instances."""

from gpuadvisor.examining.looks.nvidia import Gpu, Nvidia
from gpuadvisor.examining.thresholds import memory_text
from gpuadvisor.model.doctor import Part


def mig(nvidia: Nvidia) -> Part:
    """Say which GPUs are split and into what; one without an instance cannot run anything."""
    split = [gpu for gpu in nvidia.gpus if gpu.mig_enabled]
    empty = [gpu for gpu in split if not gpu.instances]
    create = "as root: nvidia-smi mig -i {} -cgi PROFILE -C; or end the split: nvidia-smi -mig 0"
    return Part(
        name="mig",
        title="MIG",
        group="GPU",
        status="warning" if empty else "ok",
        summary="; ".join(map(_described, split)) if split else "no GPU is split",
        remedy=create.format(empty[0].index) if empty else None,
        facts={"split": [f"gpu:{gpu.index}" for gpu in split]},
    )


def _described(gpu: Gpu) -> str:
    if not gpu.instances:
        return f"GPU {gpu.index} is split and has no instance to run on"
    names = ", ".join(f"{each.name} ({memory_text(each.memory_bytes)})" for each in gpu.instances)
    return f"GPU {gpu.index} is split into {names}"

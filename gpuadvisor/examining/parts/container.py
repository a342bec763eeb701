"""Whether this is a container, and whether GPUs and shared memory were passed into it."""

import os

from gpuadvisor.examining.host import Host
from gpuadvisor.examining.thresholds import LEAST_SHARED_BYTES
from gpuadvisor.model.doctor import Part, PartFacts

_WORDS = {
    "kubepods": "Kubernetes",
    "docker": "Docker",
    "containerd": "containerd",
    "libpod": "Podman",
    "lxc": "LXC",
}
"""What the first process's control group is called in each."""


def container(host: Host, shared_bytes: int | None) -> Part:
    """Say which kind it is; `shared_bytes` is the size of /dev/shm."""
    kind = container_kind(host)
    if kind is None:
        return _part("not in one", {"kind": None})
    facts: PartFacts = {
        "kind": kind,
        "gpu_passed": host.exists("/dev/nvidiactl") or host.exists("/dev/dxg"),
        "shared_memory_bytes": shared_bytes,
    }
    if not facts["gpu_passed"]:
        return _part(f"{kind}, and no NVIDIA GPU was passed into it", facts, _pass_gpus(kind))
    if shared_bytes is not None and shared_bytes < LEAST_SHARED_BYTES:
        small = f"{kind}, with {shared_bytes >> 20} MiB of shared memory: little for PyTorch's data loaders"
        return _part(small, facts, "start it with --ipc=host or --shm-size=8g")
    return _part(f"{kind}, with NVIDIA GPUs passed into it", facts)


def _part(
    summary: str,
    facts: PartFacts,
    remedy: str | None = None,
) -> Part:
    return Part(
        name="container",
        title="Container",
        group="machine",
        status="warning" if remedy else "ok",
        summary=summary,
        remedy=remedy,
        facts=facts,
    )


def container_kind(host: Host) -> str | None:
    """Return what kind of container this is, or None.

    By the marks that the runtimes leave: KUBERNETES_SERVICE_HOST, /.dockerenv, /run/.containerenv
    (podman-run(1)), the variable `container` (systemd, "Container Interface"), the name of the control group.
    """
    group = host.text("/proc/1/cgroup") or ""
    if "KUBERNETES_SERVICE_HOST" in host.environment:
        return "Kubernetes"
    if host.exists("/.dockerenv"):
        return "Docker"
    if host.exists("/run/.containerenv"):
        return "Podman"
    named = next((word for mark, word in _WORDS.items() if mark in group), None)
    return named or host.environment.get("container") or None


def _pass_gpus(kind: str) -> str:
    if kind == "Kubernetes":
        return "ask for one in the pod: resources: limits: nvidia.com/gpu: 1"
    return "if the machine has one: install the NVIDIA Container Toolkit and start it with --gpus all"


def shared_memory_bytes(host: Host) -> int | None:
    """Return the size of /dev/shm; None where there is none."""
    path = host.path("/dev/shm")
    if host.platform == "win32" or not path.is_dir():
        return None
    size = os.statvfs(path)
    return size.f_blocks * size.f_frsize

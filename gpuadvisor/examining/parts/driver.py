"""The NVIDIA driver."""

from gpuadvisor.devices.driver import version_text
from gpuadvisor.examining.host import Host
from gpuadvisor.examining.looks.nvidia import Nvidia
from gpuadvisor.model.doctor import Part

NVIDIA_VENDOR = "0x10de"
"""PCI, as are the classes of display controllers, 0x03...."""


def driver(host: Host, nvidia: Nvidia) -> Part:
    """Say which driver there is and up to which CUDA it goes."""
    if nvidia.cuda_version is None:
        summary, remedy = _absent(host, nvidia)
        return Part(
            name="driver", title="Driver", group="GPU", status="missing", summary=summary, remedy=remedy
        )
    supported = version_text(nvidia.cuda_version)
    if nvidia.problem is not None:
        return Part(
            name="driver",
            title="Driver",
            group="GPU",
            status="missing",
            summary=f"its library supports CUDA {supported}, but NVML says: {nvidia.problem}",
            remedy=_remedy(nvidia.problem),
            facts={"cuda_version": supported},
        )
    return Part(
        name="driver",
        title="Driver",
        group="GPU",
        status="ok",
        summary=f"NVIDIA {nvidia.driver_version}, supports CUDA up to {supported}",
        facts={"version": nvidia.driver_version, "cuda_version": supported},
    )


def _absent(host: Host, nvidia: Nvidia) -> tuple[str, str]:
    if not nvidia.answered:
        return f"{nvidia.problem}", "see whether `nvidia-smi` answers; if not, restart the machine"
    if host.exists("/proc/driver/nvidia/version"):
        return (
            "its kernel module is loaded, but its library libcuda was not found",
            "in a container, start it with `--gpus all` and NVIDIA_DRIVER_CAPABILITIES=compute,utility",
        )
    cards = nvidia_cards(host)
    if cards:
        return f"an NVIDIA GPU is plugged in ({cards[0]}), but has no driver", "install the NVIDIA driver"
    return (
        "none, and no NVIDIA GPU is plugged in",
        "none is needed to count what kernels do; to measure, use a machine with an NVIDIA GPU "
        "(a container: `--gpus all`)",
    )


def _remedy(problem: str) -> str:
    if "mismatch" in problem.lower():
        return "restart the machine: the driver was updated while its older kernel module runs"
    return "see whether `nvidia-smi` answers; if not, load the kernel module (`modprobe nvidia`) or restart"


def nvidia_cards(host: Host) -> list[str]:
    """Return the PCI addresses of NVIDIA's display controllers, with a driver or without."""
    folders = sorted(host.path("/sys/bus/pci/devices").glob("*"))
    return [folder.name for folder in folders if _is_nvidia_card(folder.name, host)]


def _is_nvidia_card(address: str, host: Host) -> bool:
    vendor = host.text(f"/sys/bus/pci/devices/{address}/vendor") or ""
    kind = host.text(f"/sys/bus/pci/devices/{address}/class") or ""
    return vendor.strip() == NVIDIA_VENDOR and kind.startswith("0x03")

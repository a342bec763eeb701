"""What a cubin, a fat binary or a program holds: PTX modules and, of machine code, the resources.

Read with NVIDIA's cuobjdump, which knows every container and compression that nvcc has ever written.
"""

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from gpuadvisor.compiler.ptxas import ptx_target
from gpuadvisor.compiler.tools import find_tool, run_tool
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Resources

_ARCHITECTURE = re.compile(r"^arch = sm_(\d+)(\d[af]?)", re.MULTILINE)
_LISTED = re.compile(r"\.sm_(\d+)(\d[af]?)\.cubin")
_FUNCTION = re.compile(
    r"Function (?P<name>\S+):\s*"
    r"REG:(?P<registers>\d+) STACK:(?P<stack>\d+) SHARED:(?P<shared>\d+) LOCAL:(?P<local>\d+) "
    r"(?P<rest>[^\n]*)"
)
_CONSTANT_BANK_0 = re.compile(r"CONSTANT\[0\]:(\d+)")
_COMPILER = "the binary's compiler"


@dataclass(frozen=True, kw_only=True)
class DeviceCode:
    """The device code of one file."""

    ptx: list[str] = field(default_factory=list)
    resources: dict[str, dict[str, Resources]] = field(default_factory=dict)
    """Of machine code, by compute capability and mangled name."""


def read_device_code(path: Path) -> DeviceCode:
    """Return the device code of a file; raise GpuAdvisorError where it has none or cuobjdump is missing."""
    cuobjdump = find_tool("cuobjdump")
    if cuobjdump is None:
        raise GpuAdvisorError(
            "reading binaries takes cuobjdump, which is not installed",
            where=str(path),
            remedy="pip install nvidia-cuda-cuobjdump",
        )
    code = DeviceCode(ptx=_ptx(cuobjdump, path), resources=_resources(cuobjdump, path))
    if not code.ptx and not code.resources:
        raise GpuAdvisorError("holds no device code", where=str(path))
    return code


def runnable_ptx(modules: list[str], compute_capability: str) -> list[str]:
    """Return the PTX modules of the newest target that the GPU runs, else of the oldest there is."""
    targets = [ptx_target(ptx) or compute_capability for ptx in modules]
    older = [target for target in targets if _order(target) <= _order(compute_capability)]
    chosen = max(older, key=_order) if older else min(targets, key=_order, default="")
    return [ptx for ptx, target in zip(modules, targets, strict=True) if target == chosen]


def nearest(resources: dict[str, dict[str, Resources]], compute_capability: str) -> dict[str, Resources]:
    """Return the resources of the machine code for the GPU, else of the newest older code, else of any."""
    older = [each for each in resources if _order(each) <= _order(compute_capability)]
    return resources[max(older or resources, key=_order)]


def _ptx(cuobjdump: Path, path: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="gpuadvisor-") as name:
        run_tool(cuobjdump, "-xptx", "all", path.resolve(), folder=Path(name))
        return [file.read_text(encoding="utf-8") for file in sorted(Path(name).glob("*.ptx"))]


def _resources(cuobjdump: Path, path: Path) -> dict[str, dict[str, Resources]]:
    listing = run_tool(cuobjdump, "-res-usage", path.resolve()).stdout
    found: dict[str, dict[str, Resources]] = {}
    for part in re.split(r"^Fatbin \w+ code:$", listing, flags=re.MULTILINE):
        match = _ARCHITECTURE.search(part)
        compute_capability = f"{match[1]}.{match[2]}" if match else _only_target(cuobjdump, path)
        for function in _FUNCTION.finditer(part):
            kernels = found.setdefault(compute_capability, {})
            kernels[function["name"]] = _resource(function, compute_capability)
    return found


def _only_target(cuobjdump: Path, path: Path) -> str:
    """Return what a plain cubin is for, which is only in the name that its listing gives it."""
    match = _LISTED.search(run_tool(cuobjdump, "-lelf", path.resolve()).stdout)
    return f"{match[1]}.{match[2]}" if match else ""


def _resource(function: re.Match[str], compute_capability: str) -> Resources:
    constant = _CONSTANT_BANK_0.search(function["rest"])
    return Resources(
        compiler=_COMPILER,
        compute_capability=compute_capability,
        registers_per_thread=int(function["registers"]),
        static_shared_bytes=int(function["shared"]),
        local_bytes=int(function["stack"]) + int(function["local"]),
        constant_bytes=int(constant[1]) if constant else 0,
        spill_store_bytes=None,
        spill_load_bytes=None,
        barriers=None,
    )


def _order(compute_capability: str) -> tuple[int, ...]:
    return tuple(int(part) for part in compute_capability.rstrip("af").split(".") if part)

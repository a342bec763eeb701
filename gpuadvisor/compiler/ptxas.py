"""ptxas, the assembler of PTX: machine code and resources for PTX that somebody else's compiler made."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gpuadvisor.compiler.resources import parse_resources
from gpuadvisor.compiler.toolchain import architecture, target_for
from gpuadvisor.compiler.tools import find_tool, run_tool
from gpuadvisor.model.kernel import Resources

_TARGET = re.compile(r"^\s*\.target\s+sm_(\d+)(\d[af]?)\b", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Assembled:
    """What ptxas made of a PTX module; nothing, and the reason why, where it could not."""

    compiler: str = ""
    """As `ptxas 13.5`."""
    compute_capability: str = ""
    cubin: bytes = b""
    resources: dict[str, Resources] = field(default_factory=dict)
    """By mangled name."""
    reason: str = ""
    """Why there is no machine code."""


def assemble(ptx: str, compute_capability: str) -> Assembled:
    """Assemble for the GPU, else for the module's own target, else for the oldest that there is."""
    ptxas = find_tool("ptxas")
    if ptxas is None:
        return Assembled(reason="ptxas is not installed (pip install 'gpuadvisor[nvcc]')")
    failed = []
    for target in _targets(ptx, compute_capability):
        result = _assemble(ptxas, ptx, target)
        if result.cubin:
            return result
        failed.append(result)
    return failed[0]


def _targets(ptx: str, compute_capability: str) -> Iterator[str]:
    """Yield what to try: a module with features of one GPU (`sm_90a`) is assembled for no other."""
    own = ptx_target(ptx)
    if own is None or own.rstrip("af") != compute_capability:
        yield compute_capability
    if own is not None:
        yield own
    yield target_for(compute_capability)


def ptx_target(ptx: str) -> str | None:
    """Return the compute capability that a module is written for, as `9.0a`."""
    match = _TARGET.search(ptx)
    return f"{match[1]}.{match[2]}" if match else None


def _assemble(ptxas: Path, ptx: str, compute_capability: str) -> Assembled:
    with tempfile.TemporaryDirectory(prefix="gpuadvisor-") as name:
        source, cubin = Path(name) / "module.ptx", Path(name) / "module.cubin"
        source.write_text(ptx, encoding="utf-8")
        flags = ("-v", f"-arch={architecture(compute_capability)}", "-o", cubin)
        finished = run_tool(ptxas, *flags, source)
        log = finished.stdout + finished.stderr
        if finished.returncode != 0:
            first = log.strip().partition("\n")[0].replace(str(source), "the PTX")
            return Assembled(reason=f"{_label(ptxas)} refuses it: {first}")
        machine_code = cubin.read_bytes()
    return Assembled(
        compiler=_label(ptxas),
        compute_capability=compute_capability,
        cubin=machine_code,
        resources=parse_resources(log, machine_code, _label(ptxas), compute_capability),
    )


@cache
def _label(ptxas: Path) -> str:
    release = re.search(r"release (\d+\.\d+)", run_tool(ptxas, "--version").stdout)
    return f"ptxas {release[1]}" if release else "ptxas"

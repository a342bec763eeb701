"""nvcc, for files with host code: found on PATH or in the nvidia-cuda-nvcc wheel."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpuadvisor.compiler.invocation import CompilerOutput
from gpuadvisor.model.errors import GpuAdvisorError

_HOST_COMPILER_MISSING = "Failed to preprocess host compiler properties"


@dataclass(frozen=True)
class Nvcc:
    """One nvcc executable."""

    executable: Path
    version: str
    """As `13.0`."""

    @property
    def label(self) -> str:
        """As `nvcc 13.0`."""
        return f"nvcc {self.version}"


@cache
def installed_nvccs() -> tuple[Nvcc, ...]:
    """Return the nvcc on PATH, which is the one people build with, and the one of the wheels or CUDA_PATH."""
    from cuda import pathfinder

    candidates = (shutil.which("nvcc"), pathfinder.find_nvidia_binary_utility("nvcc"))
    found = dict.fromkeys(Path(candidate) for candidate in candidates if candidate)
    return tuple(Nvcc(executable, _version(executable)) for executable in found)


def nvcc_for(architecture: str) -> Nvcc | None:
    """Return the first nvcc that compiles for `sm_90`, or None."""
    return next((nvcc for nvcc in installed_nvccs() if architecture in _architectures(nvcc)), None)


def compile_with_nvcc(
    nvcc: Nvcc, source: str, path: str, flags: Sequence[str], instances: Sequence[str]
) -> CompilerOutput:
    """Compile `source`, called `path` in messages and line information; its folder serves quoted includes."""
    with tempfile.TemporaryDirectory(prefix="gpuadvisor-") as name:
        folder = Path(name)
        unit = folder / "unit.cu"
        unit.write_text(_translation_unit(source, path, instances))
        command = [
            *(str(nvcc.executable), "-cubin", "--keep", f"--keep-dir={folder}"),
            *(f"--output-file={folder}/unit.cubin", *flags),
            *(_quoted_includes_from(Path(path).absolute().parent), str(unit)),
        ]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        log = finished.stdout + finished.stderr
        if _HOST_COMPILER_MISSING in log:
            raise _host_compiler_missing(nvcc, path)
        if finished.returncode != 0:
            return CompilerOutput(log=log, instances={})
        return CompilerOutput(
            log=log,
            ptx=(folder / "unit.ptx").read_text(),
            cubin=(folder / "unit.cubin").read_bytes(),
            instances={},
        )


def _translation_unit(source: str, path: str, instances: Sequence[str]) -> str:
    """Return the source under the user's name for it, with each wanted instance used once by the host."""
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    uses = [
        f"static void* const gpuadvisor_instance_{number} = (void*)({name});"
        for number, name in enumerate(instances)
    ]
    return "\n".join((f'#line 1 "{quoted}"', source, *uses, ""))


def _quoted_includes_from(directory: Path) -> str:
    """Return the option by which `#include "x.cuh"`, but not `<x.cuh>`, is looked for in `directory`."""
    escaped = str(directory).replace(",", "\\,")
    return f'-Xcompiler=-iquote,"{escaped}"'


def _host_compiler_missing(nvcc: Nvcc, path: str) -> GpuAdvisorError:
    return GpuAdvisorError(
        f"the file has host code, and {nvcc.label} finds no host compiler to read it with",
        where=path,
        remedy="install g++ (Debian, Ubuntu: apt install g++) or name one in NVCC_CCBIN",
    )


@cache
def _architectures(nvcc: Nvcc) -> frozenset[str]:
    listed = subprocess.run([nvcc.executable, "--list-gpu-code"], capture_output=True, text=True, check=False)
    return frozenset(listed.stdout.split())


def _version(executable: Path) -> str:
    answer = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    release = re.search(r"release (\d+\.\d+)", answer.stdout)
    return release[1] if release else "of unknown version"

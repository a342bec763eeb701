"""nvcc, for files with host code: found on PATH or in the nvidia-cuda-nvcc wheel."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.toolchain import architecture
from gpuadvisor.model.errors import GpuAdvisorError

INSTANCES_FILE = "instances"
"""What messages call the lines that instantiate templates."""
_HOST_COMPILER_MISSING = "Failed to preprocess host compiler properties"


class NvccUnavailableError(GpuAdvisorError):
    """There is no nvcc for the target, or no host compiler for nvcc."""


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


def installed_nvccs() -> tuple[Nvcc, ...]:
    """Return the nvcc on PATH, which is the one people build with, and the one of the wheels or CUDA_PATH."""
    from cuda import pathfinder

    candidates = (shutil.which("nvcc"), pathfinder.find_nvidia_binary_utility("nvcc"))
    found = dict.fromkeys(Path(candidate) for candidate in candidates if candidate)
    return tuple(Nvcc(executable, _version(executable)) for executable in found)


def nvccs_for(job: Job) -> list[Nvcc]:
    """Return the installed nvccs that know the job's target; raise NvccUnavailableError if none does."""
    wanted = architecture(job.target).rstrip("af")
    installed = installed_nvccs()
    knowing = [nvcc for nvcc in installed if wanted in _architectures(nvcc)]
    if knowing:
        return knowing
    unable = f"{' and '.join(nvcc.label for nvcc in installed)} cannot compile for {job.target}"
    raise NvccUnavailableError(
        f"the file has host code, which takes nvcc to read, and {unable if installed else 'there is none'}",
        where=job.path,
        remedy="pip install 'gpuadvisor[nvcc]'",
    )


def compile_with_any_nvcc(job: Job) -> CompilerOutput:
    """Return what the first nvcc that succeeds left, or else how the first one failed.

    An installed toolkit may be incomplete or too old for the host compiler, where the wheel's is not.
    """
    outputs = []
    for nvcc in nvccs_for(job):
        outputs.append(compile_with_nvcc(nvcc, job))
        if outputs[-1].succeeded:
            return outputs[-1]
    return outputs[0]


def compile_with_nvcc(nvcc: Nvcc, job: Job) -> CompilerOutput:
    """Compile a source that may have host code; raise NvccUnavailableError without a host compiler."""
    with tempfile.TemporaryDirectory(prefix="gpuadvisor-") as name:
        folder = Path(name)
        unit = folder / "unit.cu"
        unit.write_text(_translation_unit(job), encoding="utf-8")
        finished = _run(nvcc.executable, *_options(job, folder), str(unit))
        log = finished.stdout + finished.stderr
        if _HOST_COMPILER_MISSING in log:
            raise _host_compiler_missing(nvcc, job.path)
        if finished.returncode != 0:
            return CompilerOutput(compiler=nvcc.label, log=log, instances={})
        return CompilerOutput(
            compiler=nvcc.label,
            log=log,
            ptx=(folder / "unit.ptx").read_text(encoding="utf-8"),
            cubin=(folder / "unit.cubin").read_bytes(),
            instances={},
        )


def _options(job: Job, folder: Path) -> list[str]:
    """Return the options by which one run leaves `unit.ptx` and `unit.cubin` in the folder."""
    return [
        *("-cubin", "--keep", f"--keep-dir={folder}", f"--output-file={folder}/unit.cubin"),
        *(_with_commas_kept(flag) for flag in job.flags),
        *(*job.options.extra, _quoted_includes_from(Path(job.path).absolute().parent)),
    ]


def _with_commas_kept(flag: str) -> str:
    """Return the option as nvcc wants it, which otherwise takes a comma for the end of a value."""
    if flag.startswith("-I") and "," in flag:
        return f'-I"{flag[2:]}"'
    return flag.replace(",", "\\,")


def _translation_unit(job: Job) -> str:
    """Return the source under the user's name for it, with each wanted instance used once by the host."""
    quoted = job.path.replace("\\", "\\\\").replace('"', '\\"')
    uses = [
        f"static void* const gpuadvisor_instance_{number} = (void*)({name});"
        for number, name in enumerate(job.options.instantiate)
    ]
    return "\n".join((f'#line 1 "{quoted}"', job.source, f'#line 1 "{INSTANCES_FILE}"', *uses, ""))


def _quoted_includes_from(directory: Path) -> str:
    """Return the option by which `#include "x.cuh"`, but not `<x.cuh>`, is looked for in `directory`."""
    escaped = str(directory).replace(",", "\\,")
    return f'-Xcompiler=-iquote,"{escaped}"'


def _host_compiler_missing(nvcc: Nvcc, path: str) -> NvccUnavailableError:
    return NvccUnavailableError(
        f"the file has host code, and {nvcc.label} finds no host compiler to read it with",
        where=path,
        remedy="install g++ (Debian, Ubuntu: apt install g++) or name one in NVCC_CCBIN",
    )


@cache
def _architectures(nvcc: Nvcc) -> frozenset[str]:
    return frozenset(_run(nvcc.executable, "--list-gpu-code").stdout.split())


@cache
def _version(executable: Path) -> str:
    release = re.search(r"release (\d+\.\d+)", _run(executable, "--version").stdout)
    return release[1] if release else "of unknown version"


def _run(executable: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run nvcc so that it and the host compiler speak English, which the log is read as."""
    command: list[Path | str] = [executable, *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )

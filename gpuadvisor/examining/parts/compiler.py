"""What the tool compiles with and reads binaries with, and what falls back without it."""

from gpuadvisor.examining.looks.compiler import Compiler
from gpuadvisor.model.doctor import Part, PartFacts


def compilers(found: Compiler) -> list[Part]:
    """Judge NVRTC, nvcc with its host compiler, cuobjdump."""
    return [_nvrtc(found), _nvcc(found), _cuobjdump(found)]


def _nvrtc(found: Compiler) -> Part:
    if found.nvrtc is None:
        return Part(
            name="nvrtc",
            title="NVRTC",
            group="gpuadvisor",
            status="missing",
            summary=f"{found.problem}: CUDA C++ cannot be analysed, PTX can",
            remedy="pip install 'gpuadvisor[compile]'",
        )
    targets = found.compute_capabilities
    return Part(
        name="nvrtc",
        title="NVRTC",
        group="gpuadvisor",
        status="ok",
        summary=f"{found.nvrtc}, compiles CUDA C++ for compute capability {targets[0]} to {targets[-1]}",
        facts={"version": found.nvrtc, "compute_capabilities": targets},
    )


def _nvcc(found: Compiler) -> Part:
    if not found.nvccs:
        return Part(
            name="nvcc",
            title="nvcc",
            group="gpuadvisor",
            status="missing",
            optional=True,
            summary="not installed: files with host code cannot be analysed, others can",
            remedy="pip install 'gpuadvisor[nvcc]'",
        )
    versions = ", ".join(dict.fromkeys(found.nvccs))
    facts: PartFacts = {"versions": found.nvccs, "host_compiler": found.host_compiler}
    if found.host_compiler is None:
        return Part(
            name="nvcc",
            title="nvcc",
            group="gpuadvisor",
            status="warning",
            summary=f"{versions}, without a host compiler: files with host code cannot be analysed",
            remedy="install g++ (Debian, Ubuntu: apt install g++) or name one in NVCC_CCBIN",
            facts=facts,
        )
    return Part(
        name="nvcc",
        title="nvcc",
        group="gpuadvisor",
        status="ok",
        summary=f"{versions} with {found.host_compiler}: files with host code can be analysed",
        facts=facts,
    )


def _cuobjdump(found: Compiler) -> Part:
    if found.cuobjdump is None:
        return Part(
            name="cuobjdump",
            title="cuobjdump",
            group="gpuadvisor",
            status="missing",
            optional=True,
            summary="not installed: cubins, fat binaries and programs cannot be analysed",
            remedy="pip install nvidia-cuda-cuobjdump",
        )
    return Part(
        name="cuobjdump",
        title="cuobjdump",
        group="gpuadvisor",
        status="ok",
        summary="reads cubins, fat binaries and programs",
        facts={"path": found.cuobjdump},
    )

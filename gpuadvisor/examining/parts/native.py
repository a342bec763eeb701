"""The emulator's native code, by llvmlite."""

from gpuadvisor.examining.looks.llvmlite import Native
from gpuadvisor.model.doctor import Part

FALLBACK = "the emulator interprets kernels, which takes many times as long; its counts are the same"
REMEDY = "pip install 'gpuadvisor[compile]'"


def native(found: Native | None, problem: str | None) -> Part:
    """Say whether kernels are emulated natively; `problem` is why llvmlite does not load, if it is there."""
    if found is None:
        return Part(
            name="llvmlite",
            title="llvmlite",
            group="gpuadvisor",
            status="missing",
            summary=f"{problem or 'not installed'}: {FALLBACK}",
            remedy=REMEDY,
        )
    return Part(
        name="llvmlite",
        title="llvmlite",
        group="gpuadvisor",
        status="ok",
        summary=f"{found.llvmlite} (LLVM {found.llvm}), emulates kernels natively on {found.processor}",
        facts={"version": found.llvmlite, "llvm": found.llvm, "processor": found.processor},
    )

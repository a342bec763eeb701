"""CUPTI through NVIDIA's cupti-python, by which programs are recorded that do not use PyTorch."""

from gpuadvisor.examining.looks.cupti import Cupti
from gpuadvisor.model.doctor import Part

WITHOUT = "programs of CuPy, Numba, Triton, JAX and TensorFlow cannot be recorded, those of PyTorch can"
REMEDY = "pip install 'gpuadvisor[cupti]' (its licence is NVIDIA's)"


def cupti(found: Cupti | None, problem: str | None) -> Part:
    """Say whether it is there and loads; `problem` is why it does not, if it is installed."""
    if found is None:
        return Part(
            name="cupti",
            title="CUPTI",
            group="profilers",
            status="missing",
            optional=True,
            summary=f"{problem or 'not installed'}: {WITHOUT}",
            remedy=REMEDY,
        )
    return Part(
        name="cupti",
        title="CUPTI",
        group="profilers",
        status="ok",
        summary=f"cupti-python {found.version}, library {found.library}",
        facts={"version": found.version, "library": found.library},
    )

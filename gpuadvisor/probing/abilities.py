"""Sweeps that need more of a device than launches and copies, and why some devices lack it."""

from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.steps_plan import needs_of

EMULATED = {
    "peer": "an emulated GPU has no second one beside it",
    "managed": "an emulated GPU has no pages that move",
    "cooperative": "nobody has published what cooperative launches cost on the GPUs that can be emulated",
    "programmatic": "nobody has published what programmatic launches cost on the GPUs that can be emulated",
    "matrix_library": "the vendor's library has no PTX that could be emulated",
}
REAL = {
    "peer": "there is no second GPU that this one reaches directly",
    "managed": "host and GPU cannot use managed memory at the same time here",
    "cooperative": "the driver has no cooperative launches",
    "programmatic": "programmatic launches need compute capability 9.0 and the package cuda-bindings",
    "matrix_library": "CuPy does not find cuBLAS (package nvidia-cublas, or a CUDA toolkit)",
}


def lacks(facts: DeviceFacts, probe: Probe, sweep: SweepDeclaration) -> str | None:
    """Return what the device lacks that the sweep needs, in words; None where it has all."""
    reasons = EMULATED if facts.kind == "emulated" else REAL
    missing = [need for need in needs_of(probe, sweep) if need not in facts.abilities]
    return reasons[missing[0]] if missing else None

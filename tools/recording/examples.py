"""Launch every example once: `python -m tools.recording.examples` is what Nsight Compute watches."""

from collections.abc import Sequence
from pathlib import Path

from gpuadvisor.devices.cuda import CudaDevice
from gpuadvisor.devices.device import ONCE, Argument, Device, Kernel, LaunchResult, Timing
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.files import source_files
from gpuadvisor.sources.launches import launch_file

EXAMPLES = Path(__file__).parents[2] / "examples"


class OnceDevice(CudaDevice):
    """A GPU that launches once, however often it is asked to for timing."""

    def launch(
        self,
        kernel: Kernel,
        launch: Launch,
        arguments: Sequence[Argument],
        timing: Timing = ONCE,  # noqa: ARG002 - what this class is for
    ) -> LaunchResult:
        """Launch once."""
        return super().launch(kernel, launch, arguments, ONCE)


def profile_examples(device: Device) -> list[KernelProfile]:
    """Return the profile of every launch of every example, in an order that never changes."""
    profiles = []
    for source in source_files([EXAMPLES]):
        launches = launch_file(source, None)
        options = CompileSettings().options(launches, device.facts.compute_capability)
        profiles += analyze_source(source, launches.requests, device, options)
    return profiles


if __name__ == "__main__":
    profile_examples(OnceDevice())

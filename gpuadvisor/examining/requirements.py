"""What the installed software needs of driver and GPU."""

from collections.abc import Mapping

from gpuadvisor.examining.compatibility import least_capability, oldest_target, release
from gpuadvisor.examining.frameworks import BY_NAME, Framework
from gpuadvisor.examining.looks.compiler import Compiler
from gpuadvisor.examining.looks.sight import Sight
from gpuadvisor.examining.thresholds import Capability

Sights = Mapping[str, Sight]
"""By the framework's name; those that answered."""


def built_for(sights: Sights, compiler: Compiler) -> dict[str, str]:
    """Return the CUDA version of everything here that tells it, by its title."""
    frameworks = {BY_NAME[name].title: sight.cuda for name, sight in sights.items() if sight.has_cuda}
    everything = {**frameworks, "NVRTC": compiler.nvrtc}
    return {title: version for title, version in everything.items() if version is not None}


def least_capabilities(sights: Sights, compiler: Compiler) -> dict[str, Capability]:
    """Return the oldest GPU that each framework, as it is installed, and NVRTC serve, by title."""
    with_cuda = [(BY_NAME[name], sight) for name, sight in sights.items() if sight.has_cuda]
    needs = {framework.title: least_of(framework, sight) for framework, sight in with_cuda}
    if compiler.compute_capabilities:
        needs["NVRTC"] = release(compiler.compute_capabilities[0])
    return {title: need for title, need in needs.items() if need is not None}


def least_of(framework: Framework, sight: Sight) -> Capability | None:
    """Return the most that its documentation, its CUDA or its code asks for; None if nothing is known."""
    candidates = (
        framework.least_compute_capability,
        least_capability(sight.cuda),
        oldest_target(sight.architectures),
    )
    return max((each for each in candidates if each is not None), default=None)

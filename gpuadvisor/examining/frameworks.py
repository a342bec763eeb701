"""The frameworks that are examined: what they are called, how they are installed, what they need."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_CUDA_OF_REQUIREMENT = re.compile(r"^(?:nvidia-[\w-]+-cu|cuda-toolkit\b.*==)(\d+)")
"""As PyTorch's wheels name it: `nvidia-cudnn-cu13==9.26`, `cuda-toolkit[cublas]==13.2`."""


@dataclass(frozen=True, kw_only=True)
class Framework:
    """One Python package that runs work on the GPU."""

    name: str
    """The module it is imported as, and the name of its part."""
    title: str
    distributions: tuple[str, ...]
    """What may bring it; a version is looked up in this order."""
    install: dict[int, str]
    """What to install, by the CUDA that the driver supports; 0 stands for any."""
    least_compute_capability: tuple[int, int] | None = None
    """What it needs by its own documentation, apart from what its CUDA needs."""
    launches_through: str | None = None
    """The framework, by name, whose streams and devices it uses."""

    def remedy(self, cuda_major: int | None) -> str:
        """Return the command that installs it for a driver; the newest where there is none."""
        fitting = [major for major in self.install if cuda_major is None or major <= cuda_major]
        return f"pip install {self.install[max(fitting, default=min(self.install))]}"

    def installed_version(self) -> str | None:
        """Return its version without importing it; None where nothing known brings it."""
        found = self._distribution()
        return None if found is None else found.version

    def required_cuda_major(self) -> int | None:
        """Return the CUDA that its wheel asks for; None where it asks for none, or lets one choose."""
        found = self._distribution()
        requirements = (found.requires or []) if found else []
        majors = {match[1] for each in requirements if (match := _CUDA_OF_REQUIREMENT.match(each))}
        return int(majors.pop()) if len(majors) == 1 else None

    def _distribution(self) -> Distribution | None:
        for name in self.distributions:
            try:
                return distribution(name)
            except PackageNotFoundError:
                continue
        return None


FRAMEWORKS = (
    Framework(
        name="cupy",
        title="CuPy",
        distributions=("cupy-cuda13x", "cupy-cuda12x", "cupy-cuda11x", "cupy"),
        install={12: "'gpuadvisor[cuda12]'", 13: "'gpuadvisor[cuda13]'"},
        least_compute_capability=(3, 0),
    ),
    Framework(name="torch", title="PyTorch", distributions=("torch",), install={0: "torch"}),
    Framework(
        name="tensorflow",
        title="TensorFlow",
        distributions=("tensorflow", "tensorflow-cpu", "tf-nightly", "tf-nightly-cpu"),
        install={0: "'tensorflow[and-cuda]'"},
    ),
    Framework(
        name="jax",
        title="JAX",
        distributions=("jax",),
        install={12: "'jax[cuda12]'", 13: "'jax[cuda13]'"},
        least_compute_capability=(5, 2),
    ),
    Framework(
        name="numba",
        title="Numba",
        distributions=("numba",),
        install={12: "'numba-cuda[cu12]'", 13: "'numba-cuda[cu13]'"},
    ),
    Framework(
        name="triton",
        title="Triton",
        distributions=("triton",),
        install={0: "triton"},
        least_compute_capability=(8, 0),
        launches_through="torch",
    ),
)
"""Compute capabilities: CuPy documentation, Installation, "Requirements"; JAX documentation, Installation
("SM version 5.2 or newer"); Triton's README, "Compatibility". Distributions and extras: the same pages, those
of TensorFlow ("Install TensorFlow with pip") and numba-cuda ("Installation")."""

BY_NAME = {framework.name: framework for framework in FRAMEWORKS}

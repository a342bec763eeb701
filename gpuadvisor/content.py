"""Find probes/ and rules/: beside the package in a wheel, beside its folder in a checkout."""

from importlib.resources import files
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError


def directory(kind: str) -> Path:
    """Return the folder of the content `kind`, `probes` or `rules`."""
    package = Path(str(files("gpuadvisor")))
    for candidate in (package / kind, package.parent / kind):
        if candidate.is_dir():
            return candidate
    raise GpuAdvisorError(
        f"the folder {kind!r} is missing from this installation",
        where=str(package),
        remedy="reinstall gpuadvisor",
    )

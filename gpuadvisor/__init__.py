"""Say why GPU code is slow, what to change, and how much the change will give."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpuadvisor.api import analyze
    from gpuadvisor.compiler.occupancy import occupancy
    from gpuadvisor.model.errors import GpuAdvisorError
    from gpuadvisor.sources.images import Surface, Texture

__version__ = "0.1.0"
__all__ = ["GpuAdvisorError", "Surface", "Texture", "__version__", "analyze", "occupancy"]

_PLACES = {
    "GpuAdvisorError": "gpuadvisor.model.errors",
    "Surface": "gpuadvisor.sources.images",
    "Texture": "gpuadvisor.sources.images",
    "analyze": "gpuadvisor.api",
    "occupancy": "gpuadvisor.compiler.occupancy",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module's own lazy attributes
    """Import the public API on first use, so that the command line starts quickly."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

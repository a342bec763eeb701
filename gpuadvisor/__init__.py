"""Say why GPU code is slow, what to change, and how much the change will give."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpuadvisor.compiler.occupancy import occupancy

__version__ = "0.1.0"
__all__ = ["__version__", "occupancy"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module's own lazy attributes
    """Import the public API on first use, so that the command line starts quickly."""
    if name == "occupancy":
        from gpuadvisor.compiler.occupancy import occupancy

        return occupancy
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

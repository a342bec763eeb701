"""What goes into a compilation and what comes out."""

from dataclasses import dataclass, field
from pathlib import Path

from gpuadvisor.model.kernel import Resources


@dataclass(frozen=True, kw_only=True)
class CompileOptions:
    """How to compile; everything here is part of the cache key."""

    compute_capability: str
    """As `9.0`."""
    defines: tuple[str, ...] = ()
    """As `-D` takes them: `N` or `N=4`."""
    include_directories: tuple[Path, ...] = ()
    standard: str | None = None
    """As `c++17`."""
    extra: tuple[str, ...] = ()
    """Further options for the compiler, as given."""
    maximum_registers: int | None = None
    instantiate: tuple[str, ...] = ()
    """Template instances wanted by name: `scan<float,4>`."""


@dataclass(frozen=True, kw_only=True)
class CompiledModule:
    """PTX, machine code and the compiler's own account of each kernel."""

    ptx: str
    cubin: bytes
    compiler: str
    """As `nvrtc 13.5`."""
    compute_capability: str
    """What was compiled for; differs from the request where the compiler knows no older target."""
    resources: dict[str, Resources]
    """By mangled name."""
    names: dict[str, str] = field(default_factory=dict)
    """Mangled name to the name people write: `_Z4scanIfLi4EEvPT_` to `scan<float, 4>`."""
    instances: dict[str, str] = field(default_factory=dict)
    """Instance as it was asked for, `scan<float>`, to its mangled name, where the compiler tells."""
    templates: tuple[str, ...] = ()
    """Kernel templates in the source, instantiated or not: `scan`."""
    warnings: str = ""

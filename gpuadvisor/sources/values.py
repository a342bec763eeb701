"""What a kernel argument can be once its data are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.sources.images import Surface, Texture

POINTER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address inside the array called `buffer`; None is the null pointer."""

    buffer: str | None
    offset_bytes: int = 0

    @property
    def nbytes(self) -> int:
        """The size of the argument."""
        return POINTER_BYTES


@dataclass(frozen=True, slots=True)
class Structure:
    """Bytes passed by value; `pointers` stand at positions in them and get their address at the launch."""

    content: bytes
    pointers: tuple[tuple[int, Pointer], ...] = ()

    @property
    def nbytes(self) -> int:
        """The size of the argument."""
        return len(self.content)


Number = bool | int | float
Value = NDArray[np.generic] | np.generic | Pointer | Structure | Texture | Surface | Number
"""An array stands for a pointer to its first element, unless the kernel takes it by value.

A Python number takes the type of its parameter.
"""

Symbol = NDArray[np.generic] | Texture | Surface
"""What a variable of the module is set to: a reference to a texture or surface takes an object."""


@dataclass(frozen=True, kw_only=True)
class LaunchData:
    """All that one launch reads: its arguments in order, and what else it touches."""

    arguments: Mapping[str, Value]
    shared: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    """Buffers that pointers among the arguments lie in, and that other launches use too."""
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    """New contents of the module's `__constant__` and `__device__` variables, by name."""
    unwritten: frozenset[str] = frozenset()
    """Arrays whose content has no meaning: a check reports who reads it."""
    keep: bool = False
    """Whether the arrays shall hold afterwards what the kernel wrote to them."""

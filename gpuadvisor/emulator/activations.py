"""The activations of functions that call themselves: what earlier ones keep while a later one runs."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.widths import Lanes


@dataclass(slots=True)
class Activations:
    """The saved activations of one function.

    `depth` has shape (warps, 32): how many each thread has saved. A level, one for each depth, holds an
    array per register, one of parameter bytes (a row per thread) and one of return addresses.
    """

    depth: NDArray[np.int32]
    levels: list[list[Lanes]] = field(default_factory=list)

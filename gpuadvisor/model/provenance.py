"""How a number was obtained; every quantity carries it and every output shows it."""

from enum import StrEnum


class Provenance(StrEnum):
    """The origin of a group of numbers.

    A modelled time is never compared with a measured one.
    """

    MEASURED = "measured"
    """Observed on this GPU."""
    COUNTED = "counted"
    """Counted by the emulator: exact."""
    COMPILED = "compiled"
    """Read from the compiler's log or the binary: exact."""
    MODELLED = "modelled"
    """Computed from a model."""
    DATASHEET = "datasheet"
    """Published by the vendor or in a cited source."""
    IMPORTED_NCU = "imported:ncu"
    IMPORTED_NSYS = "imported:nsys"
    IMPORTED_KINETO = "imported:kineto"
    IMPORTED_XLA = "imported:xla"
    """By the profiler of TensorFlow and JAX."""

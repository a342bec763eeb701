"""Garbage collection: rare for what commands import and parse, Python's own for programs that they run."""

import atexit
import gc

PYTHONS = gc.get_threshold()
"""As it was when the command line began."""
_ALLOCATIONS = 400_000
"""Between collections: what commands import and parse stays, and would be looked at in vain."""


def collect_rarely() -> None:
    """Collect garbage less often from now on, and not at the end, when the process gives all of it back."""
    gc.set_threshold(_ALLOCATIONS)
    atexit.register(gc.freeze)


def collect_at_end() -> None:
    """Collect at the end after all: objects of a program that was run may have a last word."""
    atexit.unregister(gc.freeze)

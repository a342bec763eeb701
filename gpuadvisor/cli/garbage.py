"""Garbage collection: rare for what commands import and parse, Python's own for programs that they run."""

import gc

PYTHONS = gc.get_threshold()
"""As it was when the command line began."""
_ALLOCATIONS = 50_000
"""Between collections: what commands import and parse stays, and would be looked at in vain."""


def collect_rarely() -> None:
    """Collect garbage less often from now on."""
    gc.set_threshold(_ALLOCATIONS)

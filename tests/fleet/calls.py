"""Functions that a test calls on the workers of a cluster."""

import time


def failing() -> int:
    """Raise what no worker expects."""
    raise ValueError("of no use")


def sleeping() -> int:
    """Answer too late."""
    time.sleep(5)
    return 0


def answering() -> int:
    """Answer."""
    return 42

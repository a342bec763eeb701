"""What a training step returns: its loss, if that can be told."""

import math
from collections.abc import Mapping
from typing import Protocol, SupportsFloat, runtime_checkable


@runtime_checkable
class _Tracked(Protocol):
    """A tensor of PyTorch's, which warns where a number is made of one that has a gradient."""

    def detach(self) -> object:
        """Return it without its gradient."""


def is_finite(returned: object) -> bool | None:
    """Return whether a step's loss is a finite number; None where it returned none.

    A loss is a number or a tensor of one element, by itself, as the first of several (Keras's
    `train_on_batch`) or under the name `loss`.
    """
    if isinstance(returned, Mapping):
        return is_finite(returned.get("loss"))
    if isinstance(returned, list | tuple):
        return is_finite(returned[0]) if returned else None
    if isinstance(returned, _Tracked):
        returned = returned.detach()
    if not isinstance(returned, SupportsFloat):
        return None
    try:
        return math.isfinite(float(returned))
    except (TypeError, ValueError, RuntimeError):  # a tensor of several elements
        return None

"""The answers that the probe of the vendor's library expects, on a device that multiplies with NumPy."""

from pathlib import Path

import numpy as np
import pytest

from gpuadvisor.devices.activities import Activity, Multiply
from gpuadvisor.devices.device import ONCE, Buffer, LaunchResult, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from tests.probing.points import changed, point, shipped

SIZE = {"size": 256, "logarithm": 8}


class WithLibrary(EmulatedDevice):
    """An emulated GPU beside which NumPy multiplies."""

    def __init__(self) -> None:
        super().__init__("h100")

    def perform(self, activity: Activity, timing: Timing = ONCE) -> LaunchResult:
        for step in activity.steps:
            assert isinstance(step, Multiply)
            result = super().perform(Activity(steps=activity.before), timing)
            product = (self._matrix(step.left, step) @ self._matrix(step.right, step)).astype(step.element)
            self._memory.write(step.target.address, product.tobytes())
        return result

    def _matrix(self, buffer: Buffer, step: Multiply) -> np.ndarray:
        exact = np.dtype(np.float64)
        return self.download(buffer, np.zeros((step.size, step.size), step.element)).astype(exact)


@pytest.mark.parametrize("sweep", ["half", "single", "double"])
def test_the_product_is_what_the_probe_expects(sweep: str) -> None:
    assert point(WithLibrary(), shipped("matrix_library"), sweep, SIZE).reasons == []


@pytest.mark.parametrize(
    ("sweep", "old", "new"),
    [
        ("half", "place + by_column, down", "place, down"),
        ("single", "place % 3 - down", "place % 2 - down"),
        ("double", "element % size : element / size", "element % size : element % size"),
    ],
)
def test_another_product_is_caught(sweep: str, old: str, new: str, tmp_path: Path) -> None:
    found = point(WithLibrary(), changed("matrix_library", old, new, tmp_path), sweep, SIZE)
    assert "wrong answer" in found.reasons[0]

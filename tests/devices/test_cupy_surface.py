"""What the fake CuPy offers is what the real one has, by name; needs CuPy, but no GPU."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.devices.fake_cupy import FakeGpu, fake_cupy


def dotted_names(namespace: SimpleNamespace, prefix: str = "") -> list[str]:
    names = []
    for name, value in vars(namespace).items():
        names.append(prefix + name)
        if isinstance(value, SimpleNamespace):
            names += dotted_names(value, f"{prefix}{name}.")
    return names


@pytest.mark.parametrize("name", dotted_names(fake_cupy(FakeGpu())))
def test_the_real_cupy_has_it(name: str) -> None:
    value: Any = pytest.importorskip("cupy", reason="CuPy is not installed")
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except ImportError as error:
            pytest.skip(f"cuBLAS is not installed: {error}")

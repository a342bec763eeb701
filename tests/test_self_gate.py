"""The gate of this repository: what it names is all there is, and its baseline holds all of it."""

import tomllib
from pathlib import Path

import pytest

from gpuadvisor.gating.baseline import read_baseline
from gpuadvisor.gating.reading import load_configuration

CHECKOUT = Path(__file__).parent.parent
LAUNCHED = [path for path in sorted(CHECKOUT.glob("examples/*.cu")) if path.with_suffix(".toml").exists()]
CONFIGURATION = load_configuration(CHECKOUT / "gpuadvisor.toml").configuration
BASELINE = read_baseline(CHECKOUT / "gpuadvisor-baseline.toml")


def test_examples_and_probes_are_gated() -> None:
    assert [kernel.source for kernel in CONFIGURATION.kernel] == ["examples/*.cu"]
    assert CONFIGURATION.probe[-1].name == "*"
    assert "\nmake gate\n" in (CHECKOUT / ".ci/run").read_text()


@pytest.mark.parametrize("source", LAUNCHED, ids=lambda path: path.stem)
def test_the_baseline_holds_every_launch(source: Path) -> None:
    assert BASELINE is not None
    launched = tomllib.loads(source.with_suffix(".toml").read_text())["launch"]
    known = [item for item in BASELINE.items if item.startswith(f"examples/{source.name}:")]
    assert len(known) == len(launched)


def test_the_baseline_holds_the_probes_that_have_budgets() -> None:
    assert BASELINE is not None
    named = [probe.name for probe in CONFIGURATION.probe if probe.budgets]
    assert named
    assert {f"probe:{name}" for name in named} <= BASELINE.items.keys()


def test_the_compilers_of_the_baseline_are_pinned() -> None:
    assert BASELINE is not None
    pins = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    for compiler in str(BASELINE.compiler).split(", "):
        name, version = compiler.split()
        assert any(pin.startswith(f"nvidia-cuda-{name}=={version}.") for pin in pins)

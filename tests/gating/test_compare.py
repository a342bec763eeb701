"""What is compared, and what is refused."""

import pytest

from gpuadvisor.gating.baseline import Baseline
from gpuadvisor.gating.compare import Terms, compare, refusals
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.membership import changed_items
from gpuadvisor.model.machine import Better
from gpuadvisor.model.provenance import Provenance


def item(value: float, provenance: Provenance = Provenance.COUNTED, **more: object) -> Item:
    return Item(name="i", facts={"time.seconds": Known(value, "s", provenance)}, **more)  # type: ignore[arg-type]


def terms(before: Item, compiler: str | None = "nvcc 13.0, nvrtc 13.5") -> Terms:
    baseline = Baseline(device="d", compiler=compiler, items={"i": before.facts})
    return Terms(baseline=baseline, compiler="nvcc 13.5, nvrtc 13.5", tolerance={})


@pytest.mark.parametrize(
    ("compiler", "compared"),
    [("nvrtc 13.5", True), ("nvcc 13.5", False), ("nvrtc 13.4", False), ("nvcc 13.0, nvrtc 13.5", True)],
)
def test_an_item_is_refused_for_its_own_compiler_alone(compiler: str, *, compared: bool) -> None:
    now = item(2.0, compiler=compiler)
    assert bool(list(compare(now, terms(item(1.0))))) is compared
    assert bool(refusals([now], terms(item(1.0)))) is not compared


@pytest.mark.parametrize(
    ("better", "after", "outcome"),
    [(None, 2.0, "fail"), (None, 0.5, "fail"), ("higher", 0.5, "fail"), ("higher", 2.0, "improved")],
)
def test_without_a_direction_no_change_is_good(better: Better | None, after: float, outcome: str) -> None:
    now = item(after, compiler="nvrtc 13.5", compared={"time.seconds": better})
    (check,) = compare(now, terms(item(1.0)))
    assert check.outcome == outcome


def test_measured_values_are_never_compared_exactly() -> None:
    before = item(1.0, Provenance.MEASURED)
    assert list(compare(item(2.0, Provenance.MEASURED, compiler="nvrtc 13.5"), terms(before))) == []
    assert list(compare(item(2.0, Provenance.MODELLED, compiler="nvrtc 13.5"), terms(before))) == []


def test_facts_that_are_gone_are_told() -> None:
    now = item(1.0)
    facts = {f"f{number}": Known(1, "", Provenance.COUNTED) for number in range(5)}
    times = {"samples": Known([1.0], "s", Provenance.MEASURED)}
    (check,) = changed_items([now], {"i": now.facts | facts | times})
    assert (check.outcome, check.item) == ("changed", "i")
    assert check.message == "in the baseline and not known now: f0, f1, f2 and 2 more"
    assert list(changed_items([now], {"i": now.facts | times})) == []

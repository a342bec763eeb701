import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.metrics import Derived, Findings
from gpuadvisor.probing.scope import Scope

ORIGINS = {
    "seconds": Provenance.MODELLED,
    "sectors": Provenance.COUNTED,
    "warps": Provenance.COMPILED,
    "cycles": Provenance.MEASURED,
}
VALUES = {"seconds": 2.0, "sectors": 64, "warps": 8, "cycles": 100.0, "stride": 4, "none": 0}


def derive(*derived: str) -> Derived | None:
    metric = MetricDeclaration(name="m", unit="", meaning="", derived=[parse(text) for text in derived])
    findings = Findings(Scope("probe.toml", VALUES, {"rate": parse("sectors / seconds")}), ORIGINS)
    return findings.derive([metric]).get("m")


@pytest.mark.parametrize(
    ("derived", "value", "provenance"),
    [
        ("sectors / stride", 16.0, Provenance.COUNTED),
        ("sectors / seconds", 32.0, Provenance.MODELLED),
        ("rate * warps", 256.0, Provenance.MODELLED),
        ("cycles / warps", 12.5, Provenance.MEASURED),
        ("sectors / warps", 8.0, Provenance.COUNTED),
        ("warps", 8.0, Provenance.COMPILED),
        ("stride", 4.0, Provenance.DATASHEET),
    ],
)
def test_a_metric_is_as_good_as_the_weakest_number_in_it(
    derived: str, value: float, provenance: Provenance
) -> None:
    assert derive(derived) == Derived(value, provenance)


def test_a_metric_knows_the_names_behind_its_definitions_too() -> None:
    found = derive("rate * stride")
    assert found is not None
    assert {"rate", "stride", "seconds"} <= found.names


def test_the_first_derivation_that_can_be_had_is_taken() -> None:
    assert derive("absent / 2", "sectors", "cycles") == Derived(64.0, Provenance.COUNTED)


def test_a_metric_that_cannot_be_had_is_absent() -> None:
    assert derive("absent", "missing * 2") is None


def test_a_division_by_zero_is_said() -> None:
    with pytest.raises(GpuAdvisorError, match="'sectors / none'"):
        derive("sectors / none")

"""Every recorded machine profile can be read, is of a real GPU, and holds no unexplained gap."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.model.documents import read
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance

RECORDED = Path(__file__).parent / "recorded"
DOCUMENTS = sorted(RECORDED.glob("*/*.json"))

NONE_YET = pytest.param(
    Path(),
    marks=pytest.mark.skip(
        "no machine profile is recorded yet: `make gpu` on a machine with a GPU writes one"
    ),
)

every_document = pytest.mark.parametrize(
    "path", DOCUMENTS or [NONE_YET], ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def machine(path: Path) -> MachineProfile:
    document = read(path)
    assert isinstance(document, MachineProfile)
    return document


@every_document
def test_it_is_a_real_gpu_with_its_driver_and_date(path: Path) -> None:
    profile = machine(path)
    assert profile.device.kind == "cuda"
    assert profile.device.provenance is Provenance.MEASURED
    assert profile.device.conditions is not None
    assert profile.device.conditions.driver_version
    assert profile.device.conditions.cuda_driver_version
    assert profile.created


@every_document
def test_every_point_is_valid_or_says_why_not(path: Path) -> None:
    profile = machine(path)
    assert profile.probes
    for probe in profile.probes:
        assert probe.points, probe.name
        for point in probe.points:
            assert point.valid != bool(point.reasons), (probe.name, point.parameters)
        assert any(point.valid and point.values for point in probe.points), probe.name


@every_document
def test_every_value_belongs_to_a_declared_metric(path: Path) -> None:
    for probe in machine(path).probes:
        known = {metric.name for metric in probe.metrics}
        assert all(set(point.values) <= known for point in probe.points), probe.name


@every_document
def test_nothing_modelled_poses_as_measured(path: Path) -> None:
    provenances = {metric.provenance for probe in machine(path).probes for metric in probe.metrics}
    assert provenances <= {Provenance.MEASURED, Provenance.COMPILED}


@every_document
def test_the_rules_can_judge_it(path: Path) -> None:
    advice, not_evaluated = advise(machine(path), [], load_rules())
    assert all(piece.subject.kernel is None for piece in advice)
    assert all(entry.missing for entry in not_evaluated)

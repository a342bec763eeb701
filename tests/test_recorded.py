"""Every recorded machine profile can be read and replayed, is of a real GPU, and holds no unexplained gap.

One is made by hand and says so: it stands in where no GPU could be had.
"""

from pathlib import Path

import msgspec
import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.model.documents import read
from gpuadvisor.model.machine import MachineProfile, ProbeResult
from gpuadvisor.model.provenance import Provenance
from tools.measurements_page import HAND_MADE

RECORDED = Path(__file__).parent / "recorded"
DOCUMENTS = sorted(RECORDED.glob("*/*.json"))

every_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}"
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
def test_what_is_made_by_hand_says_so_and_nothing_else_does(path: Path) -> None:
    profile = machine(path)
    by_hand = path.parent.name.startswith(HAND_MADE)
    assert (profile.tool.version == HAND_MADE) == by_hand
    assert profile.device.name.lower().startswith(HAND_MADE) == by_hand


@every_document
def test_valid_values_lie_in_their_intervals_and_are_known_well_enough(path: Path) -> None:
    points = [point for probe in machine(path).probes for point in probe.points if point.valid]
    for point in points:
        assert point.relative_standard_error is None or point.relative_standard_error <= 0.02
        for name, (low, high) in point.intervals.items():
            assert low <= point.values[name] <= high, (point.parameters, name)


@every_document
def test_rules_do_not_use_what_is_not_valid(path: Path) -> None:
    """Absurd values of points that are not valid change no piece of advice."""
    profile = machine(path)
    absurd = msgspec.structs.replace(profile, probes=[_absurd(probe) for probe in profile.probes])
    rules = load_rules()
    assert advise(absurd, [], rules) == advise(profile, [], rules)


def _absurd(probe: ProbeResult) -> ProbeResult:
    points = [
        point
        if point.valid
        else msgspec.structs.replace(point, values=dict.fromkeys(point.values, 1e30), of_peak={})
        for point in probe.points
    ]
    return msgspec.structs.replace(probe, points=points)


@every_document
def test_the_rules_can_judge_it(path: Path) -> None:
    advice, not_evaluated = advise(machine(path), [], load_rules())
    assert all(piece.subject.kernel is None for piece in advice)
    assert all(entry.missing for entry in not_evaluated)

"""Facts about a run, worked out by hand from a made-up one."""

import msgspec
import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.catalogue.timeline import FACTS
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.advising.scene import Scene
from gpuadvisor.advising.types import OF_FACT, type_of
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from tests.advising.timelines import run

EXPECTED = {
    "timeline.source": "trace.json",
    "timeline.span_seconds": 12.0,
    "timeline.gpu_seconds": 10.0,
    "timeline.busy_fraction": 0.7,
    "timeline.kernel_fraction": 0.6,
    "timeline.gaps.host": 0.075,
    "timeline.gaps.host_short": 0.05,
    "timeline.gaps.host_long": 0.025,
    "timeline.gaps.synchronization": 0.2,
    "timeline.gaps.allocator": 0.01,
    "timeline.gaps.copy": 0.1,
    "timeline.gaps.queued": 0.015,
    "timeline.gaps.queued_short": 0.015,
    "timeline.kernel_launches": 2110,
    "timeline.small_kernels": 2000,
    "timeline.small_kernel_share": 2000 / 2110,
    "timeline.communication_fraction": 1.49 / 6.0,
    "timeline.pageable_bytes": 3 * 2**30,
    "timeline.pageable_fraction": 0.08,
    "timeline.host_to_device_bytes": 3 * 2**30,
    "timeline.device_to_host_bytes": 2**20,
    "timeline.copies": 16,
    "timeline.small_copies": 6,
    "timeline.synchronizations": 50,
    "timeline.synchronizations_per_step": 2.0,
}
UNKNOWN_WITHOUT_GPU = [name for name in EXPECTED if "fraction" in name or "gaps" in name or "share" in name]


def empty() -> TimelineProfile:
    tool, provenance = Tool(version="1"), Provenance.IMPORTED_NSYS
    return TimelineProfile(tool=tool, provenance=provenance, source="empty", span_seconds=0.0)


def test_every_fact_has_its_value_here() -> None:
    assert {fact.name for fact in FACTS} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fact_is_read_right(name: str) -> None:
    scene = Scene(timeline=run())
    value = CATALOGUE[name].read(scene)
    assert value == pytest.approx(EXPECTED[name]) if isinstance(value, float) else value == EXPECTED[name]
    assert value is not None
    assert type_of(value) is OF_FACT[CATALOGUE[name].type]
    assert CATALOGUE[name].provenance(scene) is Provenance.IMPORTED_KINETO


@pytest.mark.parametrize("name", UNKNOWN_WITHOUT_GPU)
def test_shares_of_nothing_are_missing(name: str) -> None:
    assert CATALOGUE[name].read(Scene(timeline=empty())) is None
    assert CATALOGUE[name].read(Scene()) is None


def test_rules_about_runs_are_judged_once_for_each() -> None:
    other = msgspec.structs.replace(run(), source="other.json", gaps=[])
    advice, missing = advise(None, [], load_rules(), [run(), other])
    fired = [(each.rule, each.subject.kind, each.subject.file) for each in advice]
    assert ("launch/host-waits-for-gpu", "timeline", "trace.json") in fired
    assert ("launch/host-waits-for-gpu", "timeline", "other.json") not in fired
    assert ("transfers/pageable-copies", "timeline", "other.json") in fired
    unjudged = {entry.rule for entry in missing}
    assert not unjudged & {"launch/host-waits-for-gpu", "transfers/pageable-copies"}


def test_rules_about_runs_that_lack_facts_are_named() -> None:
    advice, missing = advise(None, [], load_rules(), [empty()])
    assert advice == []
    assert "timeline.pageable_fraction" in {fact for entry in missing for fact in entry.missing}

import json

import numpy as np
import pytest

from gpuadvisor.fleet.evidence import columns, evidence
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.errors import GpuAdvisorError
from tests.fleet.documents import point, points, profile


def test_what_has_a_better_direction_is_compared_at_every_point() -> None:
    found = evidence(profile(points(rate=2.0, sizes=(1, 2))))
    named = [
        (column.probe, column.metric.name, json.loads(column.point)["size"])
        for column in columns(found.layout)
    ]
    assert named == [("copy", "rate", 1), ("copy", "rate", 2), ("copy", "time", 1), ("copy", "time", 2)]
    assert found.values.tolist() == [2e9, 4e9, 1.0, 0.5]


def test_a_point_that_is_not_valid_has_no_value() -> None:
    found = evidence(profile([*points(sizes=(1,)), point(2, {"rate": 5.0}, "wrong answer")]))
    assert np.isnan(found.values).tolist() == [False, True, False, True]
    assert (found.invalid, found.throttled) == (0.5, 0.0)


def test_a_throttled_point_is_no_invalid_one() -> None:
    hot = point(2, {"rate": 5.0}, "the GPU was throttled", throttled="power cap")
    found = evidence(profile([*points(sizes=(1, 3)), hot]))
    assert (found.invalid, found.throttled) == (0.0, 0.25)


def test_a_clock_that_an_operator_set_is_no_throttling() -> None:
    found = evidence(profile([point(1, {"rate": 1.0}, throttled="application clock setting")]))
    assert found.throttled == 0


def test_throttled_at_rest() -> None:
    hot = DeviceConditions(throttle_reasons=["hardware thermal slowdown"])
    assert evidence(profile([], conditions=hot)).throttled == 1


def test_without_probes_there_is_nothing_to_compare() -> None:
    found = evidence(profile([]))
    assert (list(columns(found.layout)), found.values.size, found.invalid) == ([], 0, 0.0)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"device": 3}'])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(GpuAdvisorError, match="not a machine profile"):
        evidence(content)

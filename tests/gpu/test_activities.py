"""Steps of host code on the GPU at hand: the bytes arrive, and times stand in the order they must."""

from functools import partial

import numpy as np
import pytest

from gpuadvisor.devices.activities import Activity, Copy, Run, Span
from gpuadvisor.devices.device import Place, Timing
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.model.kernel import Launch
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.selection import points_on
from tests.gpu import programs
from tests.probing.points import point

pytestmark = pytest.mark.gpu
WORDS = np.arange(1 << 22, dtype=np.uint32)
TIMING = Timing(warmups=2, samples=9)
SWEEPS = [(probe, sweep) for probe in load_probes(None) for sweep in probe.declaration.sweeps if sweep.steps]


@pytest.mark.parametrize("place", ["pinned", "pageable", "managed"])
def test_bytes_go_there_and_back(device: IsolatedDevice, place: Place) -> None:
    if place == "managed" and "managed" not in device.facts.abilities:
        pytest.skip("managed memory cannot be used by host and GPU at the same time")
    host, target = device.upload(WORDS, place=place), device.upload(WORDS * 0)
    there = Copy(source=Span(host), target=Span(target), size_bytes=WORDS.nbytes)
    device.perform(Activity(steps=[there], clock="host"))
    assert np.array_equal(device.download(target, WORDS), WORDS)
    device.free(host)
    device.free(target)


def test_pinned_copies_stay_below_the_link_and_pageable_ones_below_them(device: IsolatedDevice) -> None:
    target, found = device.upload(WORDS), {}
    for place in ("pinned", "pageable"):
        host = device.upload(WORDS, place=place)
        step = Copy(source=Span(host), target=Span(target), size_bytes=WORDS.nbytes)
        found[place] = device.perform(Activity(steps=[step], clock="host"), TIMING).seconds
        device.free(host)
    device.free(target)
    link = device.facts.host_link_bytes_per_second
    assert link is None or WORDS.nbytes / found["pinned"] < 1.02 * link
    assert found["pinned"] < 1.05 * found["pageable"]


def test_a_graph_of_waits_takes_as_long_as_they_wait(device: IsolatedDevice) -> None:
    wait = partial(Run, kernel=programs.compiled(device, programs.WAIT, "wait"))
    step = wait(launch=Launch(grid=(1, 1, 1), block=(1, 1, 1)), arguments=[np.uint64(100_000)])
    seconds = device.perform(Activity(steps=[step] * 10, as_graph=True), TIMING).seconds
    assert 0.8e-3 < seconds < 1.5e-3


@pytest.mark.parametrize(("probe", "sweep"), SWEEPS, ids=lambda each: each.name)
def test_every_sweep_of_the_shipped_probes_has_the_right_answer(
    device: IsolatedDevice, probe: object, sweep: object
) -> None:
    points = points_on(device.facts, probe, sweep)  # type: ignore[arg-type]
    if not points:
        pytest.skip("the GPU does not have what the sweep needs")
    found = point(device, probe, sweep.name, points[0])  # type: ignore[arg-type, attr-defined]
    assert found.values, found.reasons

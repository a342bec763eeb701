"""Time the items of a configuration: against another revision in turns, or against stored times."""

import os
import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

import numpy as np
from rich.console import Console

from gpuadvisor.cli.gate_subjects import Runner, Subject, subjects
from gpuadvisor.devices.device import Device
from gpuadvisor.gating.baseline import Entries
from gpuadvisor.gating.facts import SAMPLES, Known
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.gating.timing.checks import time_check
from gpuadvisor.gating.timing.contest import Side, compete, noise_floor
from gpuadvisor.gating.timing.decision import Terms
from gpuadvisor.gating.timing.samples import Sample
from gpuadvisor.gating.timing.stored import ROUNDS, compare_stored
from gpuadvisor.model.gate import Check
from gpuadvisor.model.provenance import Provenance

_SEED = 1
"""The order of a round is random, and the same in every run."""
_MOST_TRIES = 4 * ROUNDS
Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two revisions of an item, as a contest."""

    runners: Mapping[Side, Runner]

    def renew(self) -> None:
        """Start a round for both."""
        for runner in self.runners.values():
            runner.renew()

    def time(self, side: Side) -> Sample:
        """Run one of them."""
        return self.runners[side].time()


def time_checks(now: Loaded, before: Loaded, device: Device, console: Console, wanted: Wanted) -> list[Check]:
    """Time every wanted script, and on a GPU every wanted kernel, of both revisions in turns."""
    random, checks = Random(_SEED), []
    with ExitStack() as stack:
        old = subjects(before, device, stack)
        new = {
            name: each for name, each in subjects(now, device, stack).items() if name in old and wanted(name)
        }
        for name, subject in new.items():
            with console.status(f"timing {name}"):
                pair = _Pair({"before": old[name].runner, "after": subject.runner})
                floor = noise_floor(pair, random)
                terms = Terms(tolerance=subject.budget.number, comparisons=len(new))
                result = compete(pair, terms, random)
            checks.append(
                time_check(name, result, subject.budget, floor, file=subject.file, line=subject.line)
            )
    return checks


def stored_checks(
    loaded: Loaded, entries: Entries, device: Device, console: Console, wanted: Wanted
) -> list[Check]:
    """Time what the baseline holds times of, and compare with those."""
    checks = []
    with ExitStack() as stack:
        found = subjects(loaded, device, stack)
        known = {name: _stored(entries.get(name, {})) for name in found if wanted(name)}
        chosen = {name: times for name, times in known.items() if times is not None}
        for name, before in chosen.items():
            with console.status(f"timing {name}"):
                after = np.array(_times(found[name]))
            budget = found[name].budget
            terms = Terms(tolerance=budget.number, comparisons=len(chosen))
            result = compare_stored(before, after, terms)
            checks.append(time_check(name, result, budget, file=found[name].file, line=found[name].line))
    return checks


def measured_facts(loaded: Loaded, device: Device, console: Console, wanted: Wanted) -> Entries:
    """Time everything that can be timed; return the times as facts for a baseline."""
    entries: Entries = {}
    with ExitStack() as stack:
        for name, subject in subjects(loaded, device, stack).items():
            if wanted(name):
                with console.status(f"timing {name}"):
                    times = [f"{seconds:.6g}" for seconds in _times(subject)]
                entries[name] = {SAMPLES: Known(times, "s", Provenance.MEASURED)}
    return entries


def measured_on(device: Device) -> str:
    """Return what stored times depend on: the GPU with its driver and clock, or the processors."""
    if device.facts.kind == "cuda":
        conditions = device.facts.conditions
        driver = conditions.driver_version if conditions else None
        return f"{device.facts.name}, driver {driver}, {device.facts.sm_clock_hz / 1e6:.0f} MHz"
    return f"{platform.machine()}, {os.cpu_count()} processors"


def _times(subject: Subject) -> list[float]:
    """Return the times of some rounds, in seconds; throttled ones are taken again, within limits."""
    taken: list[Sample] = []
    for _ in range(_MOST_TRIES):
        subject.runner.renew()
        taken.append(subject.runner.time())
        steady = [sample.seconds for sample in taken if not sample.throttled]
        if len(steady) == ROUNDS:
            return steady
    return [sample.seconds for sample in taken]


def _stored(facts: Mapping[str, Known]) -> np.ndarray | None:
    known = facts.get(SAMPLES)
    if known is None or not isinstance(known.value, list):
        return None
    return np.array([float(each) for each in known.value])

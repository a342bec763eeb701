"""Time the items of a configuration against another revision, both in one run."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rich.console import Console

from gpuadvisor.cli.gate_evidence import budgets_of
from gpuadvisor.cli.gate_launches import GatedLaunch, gated_launches
from gpuadvisor.devices.device import Device, Timing
from gpuadvisor.gating.budgets import Budget, parse_budget
from gpuadvisor.gating.configuration import ScriptItem
from gpuadvisor.gating.facts import TIME
from gpuadvisor.gating.items import item_names
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.gating.timing.checks import time_check
from gpuadvisor.gating.timing.contest import Contest, Side, compete, noise_floor
from gpuadvisor.gating.timing.decision import Terms
from gpuadvisor.gating.timing.samples import Sample
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import Check
from gpuadvisor.probing.validity import STEADY, throttle_reasons
from gpuadvisor.sources.launch_data import launch_data, shared_buffers
from gpuadvisor.sources.opening import open_source
from gpuadvisor.sources.stage import Stage
from gpuadvisor.sources.task import Task

DEFAULT_BUDGET = "time <= +3 %"
_TIMING = Timing(warmups=1, samples=5, cold=True)
_SEED = 1
"""The order of a round is random, and the same in every run."""


@dataclass(frozen=True, kw_only=True)
class _Match:
    """Two versions of an item that are to be timed."""

    item: str
    contest: Contest
    budget: Budget
    file: str | None = None
    line: int | None = None


def time_checks(
    now: Loaded, before: Loaded, device: Device, console: Console, wanted: Callable[[str], bool]
) -> list[Check]:
    """Time every wanted script, and on a GPU every wanted kernel, of both revisions in turn."""
    random = Random(_SEED)
    with ExitStack() as stack:
        matches = list(_script_matches(now, before))
        if device.facts.kind == "cuda":
            matches += _kernel_matches(now, before, device, stack)
        chosen = [match for match in matches if wanted(match.item)]
        checks = []
        for match in chosen:
            with console.status(f"timing {match.item}"):
                checks.append(_check(match, len(chosen), random))
    return checks


def _check(match: _Match, comparisons: int, random: Random) -> Check:
    floor = noise_floor(match.contest, random)
    terms = Terms(tolerance=match.budget.number, comparisons=comparisons)
    result = compete(match.contest, terms, random)
    return time_check(match.item, result, floor, match.budget, file=match.file, line=match.line)


def _time_budget(budgets: Sequence[Budget]) -> Budget:
    return next((each for each in budgets if each.fact == TIME), parse_budget(DEFAULT_BUDGET))


@dataclass(frozen=True, slots=True)
class _Script:
    """A command in the folders of two revisions."""

    command: Sequence[str]
    folders: dict[Side, Path]

    def renew(self) -> None:
        """Do nothing: each sample is a process of its own."""

    def time(self, side: Side) -> Sample:
        """Run the command and return its wall-clock time."""
        start = time.perf_counter()
        done = subprocess.run(self.command, cwd=self.folders[side], capture_output=True, check=False)
        seconds = time.perf_counter() - start
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise GpuAdvisorError(
                f"ended with {done.returncode}: {said[-1] if said else 'it printed nothing'}",
                where=f"{' '.join(self.command)} ({side})",
            )
        return Sample(seconds)


def _script_matches(now: Loaded, before: Loaded) -> Iterator[_Match]:
    for script in now.configuration.script:
        folders: dict[Side, Path] = {"before": before.directory, "after": now.directory}
        yield _Match(
            item=f"script:{script.name}",
            contest=_Script(_command(script), folders),
            budget=_time_budget([parse_budget(text) for text in script.budgets]),
        )


def _command(script: ScriptItem) -> list[str]:
    """Return the command; `python` is the one that runs this tool."""
    program, *arguments = script.command
    return [sys.executable if program == "python" else program, *arguments]


@dataclass(frozen=True, slots=True)
class _Kernels:
    """A launch of two revisions on one GPU."""

    stages: dict[Side, Stage]

    def renew(self) -> None:
        """Give both fresh buffers."""
        for stage in self.stages.values():
            stage.renew()

    def time(self, side: Side) -> Sample:
        """Launch a few times with a cold cache; return the median."""
        result = self.stages[side].time(_TIMING)
        return Sample(result.seconds, throttled=bool(set(throttle_reasons(result)) - STEADY))


def _kernel_matches(now: Loaded, before: Loaded, device: Device, stack: ExitStack) -> Iterator[_Match]:
    old = {name: task for name, (_, task) in _tasks(before, device).items()}
    for name, (gated, task) in _tasks(now, device).items():
        if name in old:
            stages: dict[Side, Stage] = {"before": Stage(device, old[name]), "after": Stage(device, task)}
            for stage in stages.values():
                stack.enter_context(closing(stage))
            declaration = task.unit.declaration(task.kernel)
            yield _Match(
                item=name,
                contest=_Kernels(stages),
                budget=_time_budget(budgets_of(now, gated.entry)),
                file=str(gated.source),
                line=declaration.line if declaration else None,
            )


def _tasks(loaded: Loaded, device: Device) -> dict[str, tuple[GatedLaunch, Task]]:
    """Return every launch of a revision, compiled, by the name of its item."""
    found: list[tuple[GatedLaunch, Task]] = []
    for gated in gated_launches(loaded, device.facts.compute_capability):
        source = open_source(
            gated.source, [request.kernel for request in gated.requests], device, gated.compilation
        )
        shared = shared_buffers(gated.requests)
        for request in gated.requests:
            task = source.task(request, launch_data(request, shared))
            if isinstance(task, Task) and request.reported:
                found.append((gated, task))
    launches = [(str(gated.source), task.unit.name(task.kernel)) for gated, task in found]
    return dict(zip(item_names(launches, loaded.directory), found, strict=True))

"""What can be timed: the scripts of a configuration and, on a GPU, its kernels."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gpuadvisor.cli.gate_evidence import budgets_of
from gpuadvisor.cli.gate_launches import GatedLaunch, gated_launches
from gpuadvisor.devices.device import Device, Timing
from gpuadvisor.devices.sampling import STEADY
from gpuadvisor.gating.budgets import Budget, parse_budget
from gpuadvisor.gating.facts import TIME
from gpuadvisor.gating.items import item_names
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.gating.timing.samples import Sample
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.validity import throttle_reasons
from gpuadvisor.sources.launch_data import launch_data, shared_buffers
from gpuadvisor.sources.opening import open_source
from gpuadvisor.sources.stage import Stage
from gpuadvisor.sources.task import Task

DEFAULT_BUDGET = "time <= +3 %"
_TIMING = Timing(warmups=1, samples=5, cold=True)


class Runner(Protocol):
    """One revision of something, ready to be timed."""

    def renew(self) -> None:
        """Start a round: fresh buffers or processes."""

    def time(self) -> Sample:
        """Run it once and return its time."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One revision of an item, how to time it and what its time may be."""

    item: str
    runner: Runner
    budget: Budget
    file: str | None = None
    line: int | None = None


def subjects(loaded: Loaded, device: Device, stack: ExitStack) -> dict[str, Subject]:
    """Return what can be timed of a revision, by item; `stack` frees what it holds."""
    found = list(_scripts(loaded))
    if device.facts.kind == "cuda":
        found += _kernels(loaded, device, stack)
    return {subject.item: subject for subject in found}


@dataclass(frozen=True, slots=True)
class _Script:
    """A command, timed by the wall clock."""

    command: Sequence[str]
    folder: Path

    def renew(self) -> None:
        """Do nothing: each sample is a process of its own."""

    def time(self) -> Sample:
        """Run the command; raises GpuAdvisorError where it fails."""
        start = time.perf_counter()
        try:
            done = subprocess.run(self.command, cwd=self.folder, capture_output=True, check=False)
        except OSError as error:
            raise GpuAdvisorError(f"{error.strerror}", where=" ".join(self.command)) from None
        seconds = time.perf_counter() - start
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise GpuAdvisorError(
                f"ended with {done.returncode}: {said[-1] if said else 'it printed nothing'}",
                where=f"{' '.join(self.command)} in {self.folder}",
            )
        return Sample(seconds)


def _scripts(loaded: Loaded) -> Iterator[Subject]:
    for script in loaded.configuration.script:
        program, *arguments = script.command
        # `python` is the one that runs this tool.
        command = [sys.executable if program == "python" else program, *arguments]
        yield Subject(
            item=f"script:{script.name}",
            runner=_Script(command, loaded.directory),
            budget=_time_budget([parse_budget(text) for text in script.budgets]),
        )


@dataclass(frozen=True, slots=True)
class _Kernel:
    """A launch on a GPU."""

    stage: Stage

    def renew(self) -> None:
        """Give it fresh buffers."""
        self.stage.renew()

    def time(self) -> Sample:
        """Launch a few times with a cold cache; return the median."""
        result = self.stage.time(_TIMING)
        return Sample(result.seconds, throttled=bool(set(throttle_reasons(result)) - STEADY))


def _kernels(loaded: Loaded, device: Device, stack: ExitStack) -> Iterator[Subject]:
    found = list(_tasks(loaded, device))
    launches = [(str(gated.source), task.unit.name(task.kernel)) for gated, task in found]
    for name, (gated, task) in zip(item_names(launches, loaded.directory), found, strict=True):
        declaration = task.unit.declaration(task.kernel)
        yield Subject(
            item=name,
            runner=_Kernel(stack.enter_context(closing(Stage(device, task)))),
            budget=_time_budget(budgets_of(loaded, gated.entry)),
            file=str(gated.source),
            line=declaration.line if declaration else None,
        )


def _tasks(loaded: Loaded, device: Device) -> Iterator[tuple[GatedLaunch, Task]]:
    """Yield every launch of a revision, compiled."""
    for gated in gated_launches(loaded, device.facts.compute_capability):
        names = [request.kernel for request in gated.requests]
        source = open_source(gated.source, names, device, gated.compilation)
        shared = shared_buffers(gated.requests)
        for request in gated.requests:
            task = source.task(request, launch_data(request, shared))
            if isinstance(task, Task) and request.reported:
                yield gated, task


def _time_budget(budgets: Sequence[Budget]) -> Budget:
    return next((each for each in budgets if each.fact == TIME), parse_budget(DEFAULT_BUDGET))

"""That a rule works: it fires on the generated trace of a slow program, and not on that of its tuned twin."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Advice
from gpuadvisor.sources.traces.opening import read_trace
from tests.advising.runs.formats import FORMATS
from tests.advising.runs.simulation import SimulatedRun

PROGRAMS = Path(__file__).parents[3] / "examples" / "runs"
RULES = load_rules()


@dataclass(frozen=True, kw_only=True)
class Twins:
    """A program with a fault that one rule finds, and its tuned twin.

    `program` names the file in `examples/runs`; `simulate` does what that program does, tuned or not.
    """

    rule: str
    program: str
    simulate: Callable[[SimulatedRun, bool], None]
    formats: tuple[str, ...] = ("kineto", "nsys")
    also: tuple[str, ...] = ()
    """Further rules that are right to fire on the slow program."""
    needs_machine: bool = False
    """Whether the gain is known with a machine profile only."""


def advice_on(
    twins: Twins, *, tuned: bool, format_name: str, directory: Path, machine: MachineProfile | None = None
) -> list[Advice]:
    """Return what is advised on the program's generated trace in one format."""
    run = SimulatedRun()
    twins.simulate(run, tuned)
    path = FORMATS[format_name](run, directory / "trace")
    imported = read_trace(path)
    assert imported is not None
    return advise(machine, [], RULES, imported.timelines)[0]

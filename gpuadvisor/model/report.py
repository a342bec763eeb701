"""The report document: profiles and advice together; other programs rely on its shape."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.comparison import MachineComparison
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile, Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile

Severity = Literal["high", "medium", "low"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that made a rule fire."""

    value: bool | int | float | str | list[str]
    unit: str
    provenance: Provenance


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """How many times faster the subject becomes: bounds and expectation, each at least 1."""

    low: float
    expected: float
    high: float
    provenance: Provenance = Provenance.MODELLED
    saved_seconds: float | None = None
    """Of the run, as expected; None where no run is known that the subject is part of."""
    saved_fraction: float | None = None
    """Those over the whole run."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of advice is about; the machine itself has neither kernel nor file."""

    kind: str
    kernel: str | None = None
    file: str | None = None
    line: int | None = None
    device: str | None = None


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that fired."""

    rule: str
    outcome: Literal["fires"] = "fires"
    title: str
    severity: Severity
    subject: Subject
    message: str
    evidence: dict[str, Evidence]
    change: str
    """The rule page's section `What to change`, as Markdown."""
    gain: Gain | None = None
    references: list[str] = []


class NotEvaluated(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that could not be judged, and the facts it missed."""

    rule: str
    missing: list[str]
    subject: Subject


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What one source tells of a kernel."""

    source: str
    provenance: Provenance
    value: int | tuple[int, int, int]


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity of a kernel of which several sources tell different values."""

    kernel: str
    quantity: str
    unit: str
    claims: list[Claim]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one run of the tool has to say."""

    SCHEMA: ClassVar[str] = "gpuadvisor.report"

    schema: str = "gpuadvisor.report"
    version: int = 1
    tool: Tool
    machine: MachineProfile | None = None
    comparison: MachineComparison | None = None
    """What the machine's probes say when they are put together; None where none was run."""
    kernels: list[KernelProfile] = []
    timelines: list[TimelineProfile] = []
    advice: list[Advice] = []
    not_evaluated: list[NotEvaluated] = []
    disagreements: list[Disagreement] = []

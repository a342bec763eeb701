"""The gate document: every check that was made, and the verdict."""

import datetime as dt
from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice

CheckKind = Literal["budget", "baseline", "advice", "time", "item"]
Outcome = Literal["pass", "fail", "inconclusive", "accepted", "improved", "changed"]
"""`changed`: worth telling, neither good nor bad, as a kernel that is new."""
Verdict = Literal["pass", "fail", "inconclusive"]
GateValue = bool | int | float | str | list[str]


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A confidence interval of the ratio new time / old time, and how many samples a side gave it."""

    low: float
    high: float
    confidence: float
    samples: int


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: a fact of one item against a limit or against what it was."""

    item: str
    """What was judged, as `examples/transpose.cu:transpose_padded`."""
    kind: CheckKind
    fact: str
    """The name of the fact; for advice the id of the rule."""
    outcome: Outcome
    message: str
    """In words, complete without the rest."""
    provenance: Provenance | None = None
    unit: str = ""
    before: GateValue | None = None
    """The baseline's value."""
    after: GateValue | None = None
    limit: str | None = None
    """As written in the configuration, or `baseline`."""
    file: str | None = None
    line: int | None = None
    interval: Interval | None = None
    explained_by: list[str] = []
    """Rules whose advice on the same item explains the change."""


class GateReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one run of the gate has to say."""

    SCHEMA: ClassVar[str] = "gpuadvisor.gate"

    schema: str = "gpuadvisor.gate"
    version: int = 1
    tool: Tool
    created: dt.datetime
    """In UTC."""
    device: str
    compiler: str | None = None
    verdict: Verdict
    checks: list[Check]
    advice: list[Advice] = []
    """The advice on the items, also that which no check forbids: it explains changes."""
    notes: list[str] = []

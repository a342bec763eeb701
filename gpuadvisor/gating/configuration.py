"""The gate's configuration: `gpuadvisor.toml`, or `[tool.gpuadvisor]` of a `pyproject.toml`.

[gate]
device = "emulated:h100"                   # what counts and models
baseline = "gpuadvisor-baseline.toml"
forbid = ["shared-memory/*", { rule = "*", severity = "high" }, { rule = "*", gain = 1.5 }]
tolerance = { warp_instructions = 0.01 }   # share by which a fact may get worse; otherwise none

[[kernel]]
source = "examples/transpose.cu"           # its launches: launch = "FILE", else the .toml beside it
kernels = ["transpose_padded"]             # else all that are launched
budgets = ["registers_per_thread <= 64", "spill_bytes == 0", "time <= +3 %"]
forbid = []

[[probe]]
name = "coalescing"
budgets = ["sectors_per_request[sweep=stride,stride=1,width=4] == 4"]   # settings choose among the points

[[script]]
name = "training step"
command = ["python", "train.py", "--steps", "20"]
budgets = ["time <= +3 %"]

[[accept]]
item = "examples/transpose.cu:transpose_naive"
fact = "memory-layout/*"
reason = "the example that shows it"
expires = 2027-06-30
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec

from gpuadvisor.gating.budgets import BudgetError, parse_budget

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key that is not known is an error."""


class Forbidden(_Table, frozen=True, kw_only=True):
    """Advice that may not appear: rules by pattern, from a severity or an expected gain on."""

    rule: str = "*"
    severity: Severity = "low"
    gain: float = 1.0
    """Times faster; advice without a gain counts as 1."""


class _Budgeted(_Table, frozen=True, kw_only=True):
    budgets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for position, text in enumerate(self.budgets):
            try:
                parse_budget(text)
            except BudgetError as error:
                raise ValueError(f"{error} - at `$.budgets[{position}]`") from None


class GateTable(_Table, frozen=True, kw_only=True):
    """What holds for every item."""

    device: str = "emulated:h100"
    baseline: str = "gpuadvisor-baseline.toml"
    budgets: tuple[str, ...] = ()
    forbid: tuple[str | Forbidden, ...] = ()
    tolerance: dict[str, Annotated[float, msgspec.Meta(ge=0)]] = {}
    """Patterns of facts, and the share by which they may get worse than the baseline."""
    rules: tuple[str, ...] = ()
    """Folders of further rule pages."""


class KernelItem(_Budgeted, frozen=True, kw_only=True):
    """A source and the launches of it that are gated."""

    source: str
    """A file, or a pattern such as `kernels/**/*.cu`."""
    launch: str | None = None
    kernels: tuple[str, ...] = ()
    forbid: tuple[str | Forbidden, ...] = ()
    defines: tuple[str, ...] = ()
    include: tuple[str, ...] = ()


class ProbeItem(_Budgeted, frozen=True, kw_only=True):
    """Probes whose curves are gated."""

    name: str
    """A probe, or a pattern; each is gated once, by the first entry that names it."""
    directory: str = ""
    """A folder of probe folders of one's own; those that come with the tool need none."""


class ScriptItem(_Budgeted, frozen=True, kw_only=True):
    """A command whose wall-clock time is gated."""

    name: str
    command: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Accepted(_Table, frozen=True, kw_only=True):
    """What is known and may stay, until a day."""

    item: str
    """A pattern."""
    fact: str
    """A pattern of facts or of rules."""
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    expires: dt.date


class Configuration(_Table, frozen=True, kw_only=True):
    """Everything the file says."""

    gate: GateTable = GateTable()
    kernel: tuple[KernelItem, ...] = ()
    probe: tuple[ProbeItem, ...] = ()
    script: tuple[ScriptItem, ...] = ()
    accept: tuple[Accepted, ...] = ()


def as_forbidden(given: str | Forbidden) -> Forbidden:
    """Return the long form of an entry of `forbid`."""
    return Forbidden(rule=given) if isinstance(given, str) else given

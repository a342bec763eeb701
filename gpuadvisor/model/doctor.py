"""The doctor's document: every part of this machine that was looked at, and what it can answer."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.machine import Tool

Status = Literal["ok", "warning", "missing"]
"""`warning`: there, with a limitation that is told; `missing`: absent, or it cannot be used as it is."""
Group = Literal["GPU", "frameworks", "profilers", "machine", "gpuadvisor"]
PartFact = str | int | float | bool | list[str] | None
PartFacts = dict[str, PartFact]

PART_NAMES = (
    *("driver", "gpu", "cuda", "mig"),
    *("cupy", "torch", "tensorflow", "jax", "numba", "triton"),
    *("counters", "ncu", "nsys", "cupti"),
    *("container", "memory"),
    *("nvrtc", "nvcc", "cuobjdump", "llvmlite", "cache", "state"),
)
"""What is always looked at, in this order; each GPU adds a part of its own, `gpu:0`, behind `gpu`."""

LIMIT_SECONDS = 8.0
"""How long a thing may take to answer, if nobody says otherwise; starting and drawing have two more."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    """One of `PART_NAMES`, or `gpu:0`."""
    title: str
    group: Group
    status: Status
    summary: str
    """What was found, in one line; complete without the facts."""
    remedy: str | None = None
    """What would mend it, in one line; None where nothing is wrong or another part's remedy is the cure."""
    optional: bool = False
    """Nothing is wrong with a machine that lacks it."""
    facts: PartFacts = {}
    """The same for programs: versions, sizes in bytes, names."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A question people bring, and whether this machine can answer it."""

    question: str
    command: str
    """What asks it, as `gpuadvisor probe`."""
    status: Status
    """The worst status among the parts that it takes."""
    lacks: list[str] = []
    """The parts that are not ok, by name."""


class DoctorReport(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine can answer and why not."""

    SCHEMA: ClassVar[str] = "gpuadvisor.doctor"

    schema: str = "gpuadvisor.doctor"
    version: int = 1
    tool: Tool
    created: str
    """UTC, ISO 8601."""
    seconds: float
    """How long the examination took."""
    parts: list[Part]
    answers: list[Answer]

    def part(self, name: str) -> Part:
        """Return the part called `name`; raise KeyError where there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)


def worst(statuses: list[Status]) -> Status:
    """Return the worst of some statuses; ok where there are none."""
    if "missing" in statuses:
        return "missing"
    return "warning" if "warning" in statuses else "ok"

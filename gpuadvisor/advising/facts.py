"""The fact catalogue: every quantity that rules may name, and nothing else."""

from difflib import get_close_matches
from functools import cache

from gpuadvisor.advising.catalogue import (
    access,
    achieved,
    behaviour,
    branch,
    communication,
    conditions,
    counters,
    framework_memory,
    host_work,
    input_pipeline,
    launch,
    machine,
    matrix_work,
    operators,
    optimizers,
    pinning,
    reaches,
    residency,
    resources,
    run_copies,
    run_launches,
    time,
    timeline,
    totals,
    traffic,
    ways,
)
from gpuadvisor.advising.fact import Fact, SubjectKind

GROUPS = (
    machine,
    conditions,
    behaviour,
    achieved,
    reaches,
    host_work,
    launch,
    resources,
    residency,
    counters,
    totals,
    time,
    access,
    traffic,
    branch,
    ways,
    timeline,
    run_copies,
    pinning,
    run_launches,
    operators,
    matrix_work,
    optimizers,
    input_pipeline,
    communication,
    framework_memory,
)
CATALOGUE: dict[str, Fact] = {fact.name: fact for group in GROUPS for fact in group.FACTS}

VISIBLE: dict[SubjectKind, tuple[SubjectKind, ...]] = {
    "machine": ("machine",),
    "kernel": ("machine", "kernel"),
    "access": ("machine", "kernel", "access"),
    "branch": ("machine", "kernel", "branch"),
    "timeline": ("machine", "timeline"),
}
"""The facts a rule may name, by the rule's subject."""


@cache
def visible_facts(subject: SubjectKind) -> dict[str, Fact]:
    """Return the facts that a rule about `subject` may name."""
    return {name: fact for name, fact in CATALOGUE.items() if fact.subject in VISIBLE[subject]}


def unknown_fact(name: str, subject: SubjectKind) -> str:
    """Say why `name` is no fact that a rule about `subject` may use, with the closest one that is."""
    if name in CATALOGUE:
        return f"{name} is a fact of the {CATALOGUE[name].subject}; a rule about a {subject} cannot use it"
    close = get_close_matches(name, visible_facts(subject), n=1, cutoff=0.8)
    return f"unknown fact {name}" + (f"; did you mean {close[0]}?" if close else "")

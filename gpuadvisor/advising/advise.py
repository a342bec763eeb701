"""Judge every rule on every subject, and rank what fires by what it would give."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from gpuadvisor.advising.evaluation import Missing
from gpuadvisor.advising.findings import Finding, judge, to_advice
from gpuadvisor.advising.rule import Rule
from gpuadvisor.advising.rules import RuleSet
from gpuadvisor.advising.scene import Scene, kernel_scene, subject_of, timeline_scene
from gpuadvisor.advising.share_of_run import KernelsInRuns
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Advice, NotEvaluated, Severity
from gpuadvisor.model.timeline import TimelineProfile

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
NOTHING_MISSING = Missing(frozenset())


def advise(
    machine: MachineProfile | None,
    kernels: Sequence[KernelProfile],
    rules: RuleSet,
    timelines: Sequence[TimelineProfile] = (),
) -> tuple[list[Advice], list[NotEvaluated]]:
    """Return the advice, greatest expected gain first, and the rules that could not be judged.

    Where there are runs, the gain of advice on a kernel counts as much as the kernel's share of a run.

    A rule that fires on several accesses of one source line, or of one shared variable, gives one piece of
    advice, with the gain of mending them all. A rule that misses facts is listed once per kernel, with
    everything it missed. A machine profile of another device than a kernel's says nothing about that kernel.
    """
    advice: list[Advice] = []
    not_evaluated: list[NotEvaluated] = []
    for rule in rules:
        for scene in _surroundings(rule, machine, kernels, timelines):
            findings, missing = _judge_all(rule, _subjects(rule, scene))
            advice.extend(to_advice(rule, group) for group in _by_place(findings))
            if missing.facts:
                entry = NotEvaluated(rule=rule.id, missing=sorted(missing.facts), subject=subject_of(scene))
                not_evaluated.append(entry)
    runs = KernelsInRuns(timelines)
    ranked = sorted(advice, key=lambda each: _rank(each, *runs.worth(each)))
    return [runs.placed(each) for each in ranked], not_evaluated


def _surroundings(
    rule: Rule,
    machine: MachineProfile | None,
    kernels: Sequence[KernelProfile],
    timelines: Sequence[TimelineProfile],
) -> Iterator[Scene]:
    if rule.subject == "machine":
        yield from () if machine is None else (Scene(machine=machine),)
    elif rule.subject == "timeline":
        yield from (timeline_scene(machine, timeline) for timeline in timelines)
    else:
        yield from (kernel_scene(machine, kernel) for kernel in kernels)


def _subjects(rule: Rule, scene: Scene) -> list[Scene]:
    if rule.subject in ("machine", "kernel", "timeline"):
        return [scene]
    parts = list(scene.accesses() if rule.subject == "access" else scene.branches())
    # A kernel whose accesses nobody traced is judged without parts, so that what is missing gets named.
    return [scene] if not parts and not _is_traced(scene) else parts


def _is_traced(scene: Scene) -> bool:
    """Return whether accesses and branches would be there if the kernel had any."""
    counters = None if scene.kernel is None else scene.kernel.counters
    return counters is not None and counters.known is None


def _judge_all(rule: Rule, scenes: Sequence[Scene]) -> tuple[list[Finding], Missing]:
    outcomes = [judge(rule, scene) for scene in scenes]
    missing = NOTHING_MISSING
    for outcome in outcomes:
        missing |= outcome if isinstance(outcome, Missing) else NOTHING_MISSING
    return [outcome for outcome in outcomes if isinstance(outcome, Finding)], missing


def _by_place(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    ordered = sorted(findings, key=_place)
    yield from (list(group) for _, group in groupby(ordered, key=_place))


def _place(finding: Finding) -> tuple[str, str, int]:
    """Return what one piece of advice is about: a shared variable, laid out in one place, or a line."""
    access = finding.scene.access
    if access is not None and access.space == "shared" and access.variable is not None:
        return access.variable, "", 0
    subject = subject_of(finding.scene)
    return "", subject.file or "", subject.line or 0


def _rank(advice: Advice, expected: float, high: float) -> tuple[float, int, float, str]:
    return -expected, SEVERITIES.index(advice.severity), -high, advice.rule

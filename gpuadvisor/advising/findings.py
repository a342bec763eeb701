"""From a rule that fired to a piece of advice: message, evidence and gain."""

from collections.abc import Sequence
from dataclasses import dataclass

from gpuadvisor.advising.evaluation import Missing, Readings
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.rule import Clear, Fires, Rule
from gpuadvisor.advising.scene import Scene, subject_of
from gpuadvisor.advising.what_if import Case
from gpuadvisor.model.report import Advice, Evidence, Gain

CHANGE = "What to change"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired on one subject; the trace of `readings` is its evidence."""

    scene: Scene
    readings: Readings
    message: str


def judge(rule: Rule, scene: Scene) -> Finding | Clear | Missing:
    """Judge one rule on one subject."""
    readings = readings_in(scene)
    verdict = rule.judge(readings)
    return Finding(scene, readings, verdict.message) if isinstance(verdict, Fires) else verdict


def readings_in(scene: Scene) -> Readings:
    """Return the facts of the catalogue as the profiles in `scene` give them."""

    def lookup(name: str) -> Value | None:
        return CATALOGUE[name].read(scene)

    return Readings(lookup)


def to_advice(rule: Rule, findings: Sequence[Finding]) -> Advice:
    """Return one piece of advice for a rule's findings on one source line or one shared variable.

    The finding with the most requests speaks for all; the gain is that of mending them all.
    """
    speaker = max(findings, key=_requests)
    return Advice(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        subject=subject_of(speaker.scene),
        message=speaker.message + _others(speaker, findings),
        evidence=_evidence(speaker),
        change=rule.sections[CHANGE],
        gain=_gain(rule, findings, speaker.readings),
        references=list(rule.references),
    )


def _others(speaker: Finding, findings: Sequence[Finding]) -> str:
    """Say where else a rule fired, in instructions on the speaker's line and in other lines."""
    here = subject_of(speaker.scene)
    places = [(subject.file, subject.line) for subject in (subject_of(each.scene) for each in findings)]
    count = places.count((here.file, here.line)) - 1
    said = [f"{count} more {_noun('instruction', count)} on this line"] if count else []
    near = sorted({line for file, line in places if file == here.file and line is not None} - {here.line})
    if near:
        said.append(f"on {_noun('line', len(near))} {', '.join(str(line) for line in near)}")
    said += sorted({f"at {file}:{line}" for file, line in places if file != here.file})
    return f" (and {', '.join(said)})" if said else ""


def _noun(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _requests(finding: Finding) -> int:
    return 0 if finding.scene.access is None else finding.scene.access.requests


def _evidence(finding: Finding) -> dict[str, Evidence]:
    evidence = {}
    for name, value in finding.readings.trace.items():
        provenance = CATALOGUE[name].provenance(finding.scene)
        if provenance is not None:
            evidence[name] = Evidence(value=value, unit=CATALOGUE[name].unit, provenance=provenance)
    return evidence


def _gain(rule: Rule, findings: Sequence[Finding], readings: Readings) -> Gain | None:
    scene = findings[0].scene
    if scene.timeline is not None:
        return rule.estimate(scene.timeline, readings)
    if scene.kernel is None:
        return None
    accesses = tuple(finding.scene.access for finding in findings if finding.scene.access is not None)
    case = Case(kernel=scene.kernel, machine=scene.machine, accesses=accesses, branch=scene.branch)
    return rule.estimate(case, readings)

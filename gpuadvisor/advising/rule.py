"""A rule: a checked condition over facts, and the advice it stands for."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from gpuadvisor.advising.evaluation import EvaluationError, Missing, Readings, readings_of
from gpuadvisor.advising.expressions import Expression
from gpuadvisor.advising.fact import SubjectKind, Value
from gpuadvisor.advising.gains import GainModel
from gpuadvisor.advising.messages import Message
from gpuadvisor.advising.what_if import Case
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.report import Gain, Severity
from gpuadvisor.model.timeline import TimelineProfile


@dataclass(frozen=True, slots=True)
class Fires:
    """The outcome of a rule that applies, with its message; the readings' trace is the evidence."""

    message: str


@dataclass(frozen=True, slots=True)
class Clear:
    """The outcome of a rule that was judged and does not apply."""


Verdict = Fires | Clear | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts, and whether the rule fires on them; facts that are not given are missing."""

    note: str
    fires: bool
    facts: dict[str, Value]
    line: int
    """Where it stands on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One page of `rules/`, checked."""

    id: str
    path: Path
    title: str
    subject: SubjectKind
    requires: tuple[str, ...]
    when: Expression
    severity: Severity
    gain: GainModel | None
    message: Message
    references: tuple[str, ...]
    sections: dict[str, str]
    """The prose as Markdown, by heading."""
    examples: tuple[Example, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that the condition or the message may read."""
        return tuple(dict.fromkeys((*self.requires, *self.when.facts, *self.message.facts)))

    def judge(self, readings: Readings) -> Verdict:
        """Return one of the three outcomes; raise GpuAdvisorError where the condition has no value."""
        absent = [name for name in self.requires if isinstance(readings.read(name), Missing)]
        if absent:
            return Missing(frozenset(absent))
        try:
            outcome = self.when.evaluate(readings)
        except EvaluationError as error:
            raise self._without_value(f"when: {error} in {_brief(self.when.text)}", readings) from None
        if isinstance(outcome, Missing):
            return outcome
        return self._fire(readings) if outcome is True else Clear()

    def estimate(self, subject: Case | TimelineProfile, readings: Readings) -> Gain | None:
        """Return the gain to expect where the rule fired; None if it names none or none can be worked out."""
        if self.gain is None:
            return None
        try:
            return self.gain.estimate(subject, readings)
        except EvaluationError as error:
            raise self._without_value(f"gain: {error} in {_brief(self.gain.text)}", readings) from None

    def _without_value(self, what: str, readings: Readings) -> GpuAdvisorError:
        given = ", ".join(f"{name} = {value!r}" for name, value in readings.trace.items())
        return GpuAdvisorError(
            f"{what}, for {given}" if given else what,
            where=str(self.path),
            remedy="mend the page, or leave out its pack of rules",
        )

    def _fire(self, readings: Readings) -> Fires | Missing:
        message = self.message.render(readings)
        return message if isinstance(message, Missing) else Fires(message)

    def run_examples(self) -> None:
        """Raise GpuAdvisorError for the first example on which the rule does not do what it says."""
        for example in self.examples:
            verdict = self.judge(readings_of(example.facts))
            expected = Fires if example.fires else Clear
            if not isinstance(verdict, expected):
                raise GpuAdvisorError(
                    f"example {example.note!r} should {_WANTED[expected]}, but {_told(verdict)}",
                    where=f"{self.path}:{example.line}",
                )


def _brief(expression: str) -> str:
    return f"`{shorten(expression, 120, placeholder=' ...')}`"


_WANTED = {Fires: "fire", Clear: "be clear"}


def _told(verdict: Verdict) -> str:
    if isinstance(verdict, Missing):
        return f"it is not evaluated; missing: {', '.join(sorted(verdict.facts))}"
    return "it fires" if isinstance(verdict, Fires) else "it is clear"

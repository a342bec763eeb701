"""The one-line messages of rules: text with facts in braces."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from gpuadvisor.advising.evaluation import Missing, Readings
from gpuadvisor.advising.fact import Fact, Value


class MessageError(Exception):
    """A message that is refused, with the reason."""


@dataclass(frozen=True, slots=True)
class Message:
    """A checked message: literal text and the fact, if any, that follows it."""

    parts: tuple[tuple[str, Fact | None], ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it names."""
        return tuple(fact.name for _, fact in self.parts if fact is not None)

    def render(self, readings: Readings) -> str | Missing:
        """Return the text, or the facts that are missing to write it."""
        missing = Missing(frozenset())
        text: list[str] = []
        for literal, fact in self.parts:
            text.append(literal)
            if fact is None:
                continue
            value = readings.read(fact.name)
            if isinstance(value, Missing):
                missing |= value
            else:
                text.append(format_value(value, fact.unit))
        return missing if missing.facts else "".join(text)


def parse_message(text: str, facts: Mapping[str, Fact]) -> Message:
    """Check a message; raise MessageError for a placeholder that is no fact, or has a format of its own."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise MessageError(str(error)) from None
    parts: list[tuple[str, Fact | None]] = []
    for literal, name, specification, conversion in pieces:
        if name is not None and name not in facts:
            raise MessageError(f"unknown placeholder {{{name}}}")
        if specification or conversion:
            raise MessageError(f"{{{name}}}: the unit decides the format; write the name alone")
        parts.append((literal, None if name is None else facts[name]))
    return Message(tuple(parts))


def format_value(value: Value, unit: str) -> str:
    """Return a value as people read it: 12.5 %, 1,024, 3.5 us, `a and b`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _listed(value)
    if unit == "fraction":
        return f"{_number(100 * value)} %"
    return _seconds(value) if unit == "s" else _number(value)


def _number(value: float) -> str:
    if value == round(value) or abs(value) >= 100:
        return f"{round(value):,}"
    return f"{value:.3g}"


def _seconds(value: float) -> str:
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if value * factor >= 1:
            return f"{_number(value * factor)} {unit}"
    return f"{_number(value * 1e9)} ns"


def _listed(items: list[str]) -> str:
    if len(items) < 2:
        return items[0] if items else "none"
    return f"{', '.join(items[:-1])} and {items[-1]}"

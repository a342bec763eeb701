"""Messages: facts in braces, numbers as people read them, and nothing else in braces."""

import pytest

from gpuadvisor.advising.evaluation import Missing, readings_of
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.messages import MessageError, format_value, parse_message


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (32.0, "sectors per request", "32"),
        (3.625, "sectors per request", "3.62"),
        (8192, "bytes", "8,192"),
        (1234.5, "", "1,234"),
        (0.25, "fraction", "25 %"),
        (0.9615384615, "fraction", "96.2 %"),
        (1.0, "fraction", "100 %"),
        (2.4e-6, "s", "2.4 us"),
        (0.0015, "s", "1.5 ms"),
        (3.0, "s", "3 s"),
        (5e-10, "s", "0.5 ns"),
        (True, "", "yes"),
        ("in", "", "in"),
        (["registers"], "", "registers"),
        (["64", "128", "256"], "threads", "64, 128 and 256"),
        ([], "", "none"),
    ],
)
def test_values_are_written_as_their_unit_asks(value: Value, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


def test_a_message_takes_its_facts_by_name() -> None:
    message = parse_message("{kernel.name}: {kernel.lanes_used} of {{lanes}}", CATALOGUE)
    facts: dict[str, Value] = {"kernel.name": "f<int>[/x]", "kernel.lanes_used": 0.5}
    assert message.render(readings_of(facts)) == "f<int>[/x]: 50 % of {lanes}"
    assert message.facts == ("kernel.name", "kernel.lanes_used")


def test_a_message_without_its_facts_is_not_written() -> None:
    message = parse_message("{kernel.name} {kernel.blocks} {kernel.waves}", CATALOGUE)
    assert message.render(readings_of({"kernel.name": "k"})) == Missing(
        frozenset({"kernel.blocks", "kernel.waves"})
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{kernel.nam}", "unknown placeholder {kernel.nam}"),
        ("{}", "unknown placeholder {}"),
        ("{0}", "unknown placeholder {0}"),
        ("{kernel.name.__class__}", "unknown placeholder"),
        ("{kernel.name[0]}", "unknown placeholder"),
        ("{kernel.name!r}", "write the name alone"),
        ("{kernel.blocks:>99999999}", "write the name alone"),
        ("{kernel.name", "expected '}'"),
        ("kernel.name}", "Single '}'"),
    ],
)
def test_anything_else_in_braces_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MessageError) as refusal:
        parse_message(text, CATALOGUE)
    assert reason in str(refusal.value)

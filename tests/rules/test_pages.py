"""Every page of rules/: its examples, its words, and that no two rules shout about the same thing."""

import re

import pytest

from gpuadvisor.advising.evaluation import readings_of
from gpuadvisor.advising.rule import Example, Fires, Rule
from gpuadvisor.advising.rules import load_rules

RULES = list(load_rules())
AREAS = {
    "block-size",
    "registers",
    "memory-layout",
    "shared-memory",
    "divergence",
    "instructions",
    "launch",
    "transfers",
    "deep-learning",
    "setup",
}
ALONE = {"memory-layout", "shared-memory", "registers", "block-size", "launch", "divergence"}
"""Areas in which one cause gets one piece of advice: the most specific rule speaks."""

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
every_example = pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule.id}: {example.note}")
        for rule in RULES
        for example in rule.examples
    ],
)


def fires(rule: Rule, example: Example) -> bool:
    return isinstance(rule.judge(readings_of(example.facts)), Fires)


def test_there_are_enough_of_them() -> None:
    assert len(RULES) >= 20
    areas = {rule.id.split("/")[0] for rule in RULES}
    assert areas <= AREAS
    assert areas >= ALONE


@every_example
def test_an_example_does_what_it_says(rule: Rule, example: Example) -> None:
    assert fires(rule, example) is example.fires


@every_example
def test_only_the_most_specific_rule_speaks(rule: Rule, example: Example) -> None:
    area = rule.id.split("/")[0]
    others = [other for other in RULES if other.id.startswith(f"{area}/") and other.subject == rule.subject]
    spoken = [other.id for other in others if fires(other, example)]
    if example.fires and area in ALONE:
        assert spoken == [rule.id]
    else:
        assert (rule.id in spoken) is example.fires


@every_rule
def test_every_fact_of_the_condition_takes_part_in_an_example(rule: Rule) -> None:
    shown = {name for example in rule.examples for name in example.facts}
    assert set(rule.when.facts) <= shown
    assert len(rule.examples) >= 3


@every_rule
def test_the_page_reads_well(rule: Rule) -> None:
    change = rule.sections["What to change"]
    assert change.count("```cuda") >= 2, "code before and after"
    assert re.search(r"\bBefore\b", change)
    assert re.search(r"\bAfter\b", change)
    first = change.split("\n\n")[0]
    assert len(first) <= 220, "a report shows the first paragraph alone"
    assert rule.references
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80


@every_rule
def test_a_message_says_where(rule: Rule) -> None:
    place = {"access": "access.location", "branch": "branch.location", "kernel": "kernel.name"}[rule.subject]
    assert rule.message.facts[0] == place

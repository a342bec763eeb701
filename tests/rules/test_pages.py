"""Every page of rules/: its examples, its words, and that no two rules shout about the same thing."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from gpuadvisor.advising.evaluation import readings_of
from gpuadvisor.advising.expressions import parse_expression
from gpuadvisor.advising.fact import SubjectKind
from gpuadvisor.advising.facts import visible_facts
from gpuadvisor.advising.rule import Example, Fires, Rule
from gpuadvisor.advising.rules import load_pages, load_rules
from gpuadvisor.advising.types import OF_FACT, Type
from gpuadvisor.model.errors import GpuAdvisorError

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
    "machine",
    "setup",
}
ALONE = {"memory-layout", "shared-memory", "registers", "block-size", "launch", "divergence"}
"""Areas in which one cause gets one piece of advice: the most specific rule speaks."""

PLACES: dict[SubjectKind, str] = {
    "access": "access.location",
    "branch": "branch.location",
    "kernel": "kernel.name",
    "timeline": "timeline.source",
    "machine": "machine.name",
}

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def cases(rules: list[Rule], *, firing_only: bool = False) -> list[ParameterSet]:
    return [
        pytest.param(rule, example, id=f"{rule.id}: {example.note}")
        for rule in rules
        for example in rule.examples
        if example.fires or not firing_only
    ]


def fires(rule: Rule, example: Example) -> bool:
    return isinstance(rule.judge(readings_of(example.facts)), Fires)


def right(rule: Rule) -> bool:
    try:
        rule.run_examples()
    except GpuAdvisorError:
        return False
    return True


def test_there_are_enough_of_them() -> None:
    assert len(RULES) >= 20
    areas = {rule.id.split("/")[0] for rule in RULES}
    assert areas <= AREAS
    assert areas >= ALONE


@pytest.mark.parametrize(("rule", "example"), cases(RULES))
def test_an_example_does_what_it_says(rule: Rule, example: Example) -> None:
    assert fires(rule, example) is example.fires


@pytest.mark.parametrize(
    ("rule", "example"),
    cases([rule for rule in RULES if rule.id.split("/")[0] in ALONE], firing_only=True),
)
def test_only_the_most_specific_rule_speaks(rule: Rule, example: Example) -> None:
    area = rule.id.split("/")[0]
    others = [other for other in RULES if other.id.startswith(f"{area}/") and other.subject == rule.subject]
    assert [other.id for other in others if fires(other, example)] == [rule.id]


@every_rule
def test_every_term_of_the_condition_is_needed_by_an_example(rule: Rule) -> None:
    """Leave out one term of the conjunction at a time: some example must notice."""
    terms = ast.parse(f"({rule.when.text}\n)", mode="eval").body
    values = terms.values if isinstance(terms, ast.BoolOp) and isinstance(terms.op, ast.And) else []
    types = {name: OF_FACT[fact.type] for name, fact in visible_facts(rule.subject).items()}
    for left_out in values:
        rest = " and ".join(f"({ast.unparse(value)})" for value in values if value is not left_out)
        shorter = replace(rule, when=parse_expression(rest, Type.TRUTH, types, str))
        assert not right(shorter), f"no example needs {ast.unparse(left_out)}"


@every_rule
def test_every_fact_of_the_condition_takes_part_in_an_example(rule: Rule) -> None:
    shown = {name for example in rule.examples for name in example.facts}
    assert set(rule.when.facts) <= shown
    assert len(rule.examples) >= 3


@every_rule
def test_the_page_reads_well(rule: Rule) -> None:
    change = rule.sections["What to change"]
    assert len(re.findall("```(?:cuda|python|sh)", change)) >= 2, "code before and after"
    assert re.search(r"\bBefore\b", change)
    assert re.search(r"\bAfter\b", change)
    first = change.split("\n\n")[0]
    assert len(first) <= 220, "a report shows the first paragraph alone"
    assert rule.references
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80


@every_rule
def test_a_message_says_where(rule: Rule) -> None:
    assert rule.message.facts[0] == PLACES[rule.subject]


def test_the_page_that_the_documentation_starts_from_is_right(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "adding-a-rule.md").read_text(encoding="utf-8")
    page = re.search(r"^````markdown\n(.*?)^````$", text, re.DOTALL | re.MULTILINE)
    assert page is not None
    path = tmp_path / "few.md"
    path.write_text(page[1])
    (rule,) = load_pages([path])
    rule.run_examples()

"""From a page to a rule: every name, type, placeholder and example is checked when the page is loaded."""

from collections.abc import Callable

from gpuadvisor.advising.expressions import Expression, FactTypes, parse_expression
from gpuadvisor.advising.fact import Fact, Value
from gpuadvisor.advising.facts import unknown_fact, visible_facts
from gpuadvisor.advising.gains import GainModel, parse_gain
from gpuadvisor.advising.messages import Message, MessageError, parse_message
from gpuadvisor.advising.pages import ExampleBlock, Page
from gpuadvisor.advising.rule import Example, Rule
from gpuadvisor.advising.syntax import ExpressionError
from gpuadvisor.advising.types import OF_FACT, Type, is_bounded, type_of


def check_page(page: Page) -> Rule:
    """Return the rule a page states; raise GpuAdvisorError with page, line and reason."""
    block = page.block
    facts = visible_facts(block.subject)
    types = {name: OF_FACT[fact.type] for name, fact in facts.items()}
    _check_requires(page, types)
    return Rule(
        id=page.id,
        path=page.path,
        title=block.title,
        subject=block.subject,
        requires=tuple(block.requires),
        when=_check_when(page, types),
        severity=block.severity,
        gain=_check_gain(page, types),
        message=_check_message(page, facts),
        references=tuple(block.references),
        sections=page.sections,
        examples=_check_examples(page, facts),
    )


def _check_requires(page: Page, types: FactTypes) -> None:
    for name in page.block.requires:
        if name not in types:
            raise page.refuse(unknown_fact(name, page.block.subject), "requires")


def _check_when(page: Page, types: FactTypes) -> Expression:
    try:
        return parse_expression(page.block.when, Type.TRUTH, types, _why_unknown(page))
    except ExpressionError as error:
        raise page.refuse(f"when: {error.reason}", "when", offset=error.line - 1) from None


def _check_gain(page: Page, types: FactTypes) -> GainModel | None:
    if page.block.gain is None:
        return None
    try:
        return parse_gain(page.block.gain, types, _why_unknown(page), page.block.subject)
    except ExpressionError as error:
        raise page.refuse(f"gain: {error.reason}", "gain", offset=error.line - 1) from None


def _why_unknown(page: Page) -> Callable[[str], str]:
    return lambda name: unknown_fact(name, page.block.subject)


def _check_message(page: Page, facts: dict[str, Fact]) -> Message:
    try:
        return parse_message(page.block.message, facts)
    except MessageError as error:
        raise page.refuse(f"message: {error}", "message") from None


def _check_examples(page: Page, facts: dict[str, Fact]) -> tuple[Example, ...]:
    for fires, kind in ((True, "firing"), (False, "silent")):
        if not any(example.fires is fires for example in page.block.example):
            raise page.refuse(f"no {kind} example: every rule shows both when it fires and when it does not")
    _check_facts(page, page.block.common_facts, facts, field="common_facts")
    return tuple(
        _check_example(page, number, example, facts) for number, example in enumerate(page.block.example, 1)
    )


def _check_example(page: Page, number: int, block: ExampleBlock, facts: dict[str, Fact]) -> Example:
    _check_facts(page, block.facts, facts, field="facts", example=number)
    given = page.block.common_facts | block.facts
    return Example(note=block.note, fires=block.fires, facts=given, line=page.line_of("note", number))


def _check_facts(
    page: Page, given: dict[str, Value], facts: dict[str, Fact], *, field: str, example: int = 0
) -> None:
    for name, value in given.items():
        if name not in facts:
            raise page.refuse(unknown_fact(name, page.block.subject), field, example=example)
        if not is_bounded(value):
            raise page.refuse(f"{name}: a number beyond all bounds", field, example=example)
        wanted = OF_FACT[facts[name].type]
        if type_of(value) is not wanted:
            raise page.refuse(f"{name} is a {wanted}, not {value!r}", field, example=example)

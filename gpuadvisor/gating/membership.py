"""Items that are new, gone, or only have another name; facts that are gone."""

from collections.abc import Iterator, Sequence

from gpuadvisor.gating.baseline import Entries
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.items import Item
from gpuadvisor.model.gate import Check, GateValue
from gpuadvisor.model.provenance import Provenance

_SHOWN = 3


def changed_items(items: Sequence[Item], known: Entries) -> Iterator[Check]:
    """Yield a check, which never fails, for every item or fact that only one side holds."""
    names = {item.name for item in items}
    gone = {name: facts for name, facts in known.items() if name not in names}
    for item in items:
        if item.name in known:
            yield from _gone_facts(item, known[item.name])
            continue
        values = _values(item.facts)
        former = next((n for n, facts in gone.items() if _values(facts) == values), None)
        if former is not None:
            del gone[former]
        message = f"was {former} in the baseline" if former else "is not in the baseline yet"
        yield _about_item(item.name, f"{item.name} {message}", item.file, item.line)
    for name in gone:
        yield _about_item(name, f"{name} is in the baseline and was not gated now")


def _gone_facts(item: Item, before: dict[str, Known]) -> Iterator[Check]:
    """Yield a check where facts cannot be compared any more; times are measured apart."""
    gone = [
        name
        for name, fact in before.items()
        if name not in item.facts and fact.provenance is not Provenance.MEASURED
    ]
    if gone:
        more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        message = f"in the baseline and not known now: {', '.join(gone[:_SHOWN])}{more}"
        yield _about_item(item.name, message, item.file, item.line)


def _values(facts: dict[str, Known]) -> dict[str, GateValue]:
    return {name: fact.value for name, fact in facts.items()}


def _about_item(name: str, message: str, file: str | None = None, line: int | None = None) -> Check:
    return Check(item=name, kind="item", fact="", outcome="changed", message=message, file=file, line=line)

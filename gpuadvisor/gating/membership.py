"""Items that are new, gone, or only have another name."""

from collections.abc import Iterator, Sequence

from gpuadvisor.gating.baseline import Entries
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.items import Item
from gpuadvisor.model.gate import Check, GateValue


def changed_items(items: Sequence[Item], known: Entries) -> Iterator[Check]:
    """Yield a check, which never fails, for every item that the baseline lacks or holds alone."""
    names = {item.name for item in items}
    gone = {name: facts for name, facts in known.items() if name not in names}
    for item in items:
        if item.name in known:
            continue
        values = _values(item.facts)
        former = next((n for n, facts in gone.items() if _values(facts) == values), None)
        if former is not None:
            del gone[former]
        message = f"was {former} in the baseline" if former else "is not in the baseline yet"
        yield _about_item(item.name, f"{item.name} {message}", item.file, item.line)
    for name in gone:
        yield _about_item(name, f"{name} is in the baseline and was not gated now")


def _values(facts: dict[str, Known]) -> dict[str, GateValue]:
    return {name: fact.value for name, fact in facts.items()}


def _about_item(name: str, message: str, file: str | None = None, line: int | None = None) -> Check:
    return Check(item=name, kind="item", fact="", outcome="changed", message=message, file=file, line=line)

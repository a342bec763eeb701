"""What was seen of the gated items: the facts of each, where it stands, and the advice on it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from gpuadvisor.gating.budgets import Budget
from gpuadvisor.gating.configuration import Forbidden
from gpuadvisor.gating.facts import Known
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.report import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One gated thing, as it is now."""

    name: str
    facts: dict[str, Known]
    budgets: Sequence[Budget] = ()
    forbidden: Sequence[Forbidden] = ()
    advice: Sequence[Advice] = ()
    file: str | None = None
    line: int | None = None
    extra: dict[str, Known] = field(default_factory=dict)
    """Facts that budgets name and no baseline holds."""

    def known(self, fact: str) -> Known | None:
        """Return a fact by name."""
        return self.facts.get(fact) or self.extra.get(fact)


def item_names(kernels: Sequence[KernelProfile]) -> list[str]:
    """Return a name for each launch: `source:kernel`, and `#2` behind it for a second launch of a kernel."""
    seen: Counter[str] = Counter()
    names = []
    for kernel in kernels:
        name = f"{PurePath(kernel.source).as_posix()}:{kernel.name}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names

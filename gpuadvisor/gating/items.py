"""What was seen of the gated items: the facts of each, where it stands, and the advice on it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from gpuadvisor.gating.budgets import Budget
from gpuadvisor.gating.configuration import Forbidden
from gpuadvisor.gating.facts import BY_COMPILER, COMPARED, Known
from gpuadvisor.model.machine import Better
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
    compared: Mapping[str, Better | None] = field(default_factory=lambda: COMPARED)
    """Facts that are compared with the baseline; those without a direction may not change at all."""
    by_compiler: Collection[str] = BY_COMPILER
    """Facts that another version of the compiler changes."""
    compiler: str | None = None
    """What compiled it, as `nvrtc 13.5`."""

    def known(self, fact: str) -> Known | None:
        """Return a fact by name."""
        return self.facts.get(fact) or self.extra.get(fact)


def item_names(launches: Sequence[tuple[str, str]], directory: PurePath) -> list[str]:
    """Return a name for each launch, given as its source and its kernel: `source:kernel`.

    Sources are named as seen from a folder; a second launch of a kernel has `#2` behind its name.
    """
    seen: Counter[str] = Counter()
    names = []
    for source, kernel in launches:
        name = f"{_relative(PurePath(source), directory).as_posix()}:{kernel}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _relative(source: PurePath, directory: PurePath) -> PurePath:
    return source.relative_to(directory) if source.is_relative_to(directory) else source

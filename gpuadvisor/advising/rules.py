"""Rules: pages whose conditions, messages and examples have been checked against the catalogue."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from gpuadvisor import content
from gpuadvisor.advising.checking import check_page
from gpuadvisor.advising.fact import SubjectKind
from gpuadvisor.advising.page_text import read_text
from gpuadvisor.advising.pages import read_page
from gpuadvisor.advising.rule import Rule
from gpuadvisor.model.errors import GpuAdvisorError

OF_KERNELS: tuple[SubjectKind, ...] = ("kernel", "access", "branch")
"""The subjects of advice on kernels; that on their machine belongs to its own report."""
_SUBJECT = re.compile(r'^subject = "(\w+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules by id."""

    by_id: dict[str, Rule]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with that id; raise GpuAdvisorError naming the closest if there is none."""
        if rule_id not in self.by_id:
            close = get_close_matches(rule_id, self.by_id, n=1)
            remedy = f"did you mean {close[0]}?" if close else "see `gpuadvisor rules list`"
            raise GpuAdvisorError(f"no rule is called {rule_id!r}", remedy=remedy)
        return self.by_id[rule_id]


def load_rules(directories: Sequence[Path] = (), subjects: Collection[SubjectKind] | None = None) -> RuleSet:
    """Return the rules shipped with the tool and those of further packs; of all subjects, or of some.

    A pack is a folder of areas with pages in them. Pages of other subjects are not read. Raises
    GpuAdvisorError with page, line and reason for a page that is no rule, and for an id that two pages share.
    """
    pages = (page for pack in (content.directory("rules"), *directories) for page in pages_in(pack))
    return load_pages(page for page in pages if subjects is None or _is_about(page, subjects))


def load_further(pages: Sequence[Path]) -> RuleSet:
    """Return the rules that these pages state, as they would join those shipped; raise as `load_rules`."""
    given = {page.resolve() for page in pages}
    shipped = [page for page in pages_in(content.directory("rules")) if page.resolve() not in given]
    together = load_pages([*shipped, *pages])
    return RuleSet({rule.id: rule for rule in together if rule.path in pages})


def load_pages(pages: Iterable[Path]) -> RuleSet:
    """Return the rules that these pages state; raise as `load_rules`."""
    by_id: dict[str, Rule] = {}
    for path in pages:
        rule = check_page(read_page(path))
        if rule.id in by_id:
            raise GpuAdvisorError(
                f"the id {rule.id} is taken by {by_id[rule.id].path}",
                where=f"{path}:1",
                remedy="rename the page; the id is its folder and name",
            )
        by_id[rule.id] = rule
    return RuleSet(by_id)


def _is_about(page: Path, subjects: Collection[SubjectKind]) -> bool:
    """Return whether a page is about one of the subjects, or does not say plainly what it is about."""
    subject = _SUBJECT.search(read_text(page))
    return subject is None or subject[1] in subjects


def pages_in(directory: Path) -> list[Path]:
    """Return the rule pages of a pack, in the order of their ids; raise GpuAdvisorError if it has none."""
    pages = sorted(directory.glob("*/*.md"))
    if not pages:
        raise GpuAdvisorError(
            "no rule pages here",
            where=str(directory),
            remedy="a pack holds its pages as AREA/NAME.md",
        )
    return pages

"""Write docs/facts.md from the catalogue: `python -m gpuadvisor.advising.facts_page > docs/facts.md`."""

import sys

from gpuadvisor.advising.fact import Fact
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.functions import FUNCTIONS

HEAD = """\
# Facts that rules may use

Generated from the catalogue in `gpuadvisor/advising/catalogue/`; regenerate it with

    python -m gpuadvisor.advising.facts_page > docs/facts.md

A rule about a kernel may also read the machine's facts; a rule about an access or a branch may read its
kernel's and the machine's. A fact that is not known is *missing*: never zero, never NaN. A `fraction` is
between 0 and 1 and is printed in percent. *Source* is the part of the profile that a fact is read from;
it decides the fact's provenance.
"""


def facts_document() -> str:
    """Return docs/facts.md."""
    subjects = dict.fromkeys(fact.subject for fact in CATALOGUE.values())
    tables = [
        _table(subject, [fact for fact in CATALOGUE.values() if fact.subject == subject])
        for subject in subjects
    ]
    functions = ", ".join(f"`{name}`" for name in FUNCTIONS)
    return "\n".join([HEAD, *tables, f"Functions of expressions: {functions}."]) + "\n"


def _table(subject: str, facts: list[Fact]) -> str:
    rows = [
        f"| `{fact.name}` | {fact.type} | {fact.unit} | {fact.meaning} | {fact.source} |" for fact in facts
    ]
    head = [f"## {subject}", "", "| fact | type | unit | meaning | source |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(facts_document())

"""Which advice explains that a fact got worse: that of the areas of rules which look at it."""

from collections.abc import Sequence

from gpuadvisor.model.report import Advice

_AREAS: dict[str, tuple[str, ...]] = {
    "global_": ("memory-layout",),
    "texture.": ("memory-layout",),
    "surface_": ("memory-layout",),
    "dram_bytes": ("memory-layout",),
    "shared_": ("shared-memory",),
    "spill_": ("registers",),
    "local_": ("registers",),
    "occupancy": ("block-size", "registers", "shared-memory"),
    "divergent_": ("divergence",),
    "fp64_": ("instructions",),
    "division_": ("instructions",),
    "barriers": ("shared-memory", "block-size"),
    "warp_": ("instructions", "divergence"),
    "thread_": ("instructions",),
}
"""By the beginning of the fact's name; time is explained by all."""


def explanations(fact: str, advice: Sequence[Advice]) -> list[str]:
    """Return the rules, greatest gain first, whose advice explains a change of the fact."""
    areas = next((areas for start, areas in _AREAS.items() if fact.startswith(start)), None)
    found = [each.rule for each in advice if areas is None or each.rule.partition("/")[0] in areas]
    return list(dict.fromkeys(found))

"""The points of a sweep."""

from itertools import product

from gpuadvisor.probing.declaration import SweepDeclaration

Parameters = dict[str, int]


def points_of(sweep: SweepDeclaration) -> list[Parameters]:
    """Return every setting of the parameters: the listed cases, or all combinations, the last fastest."""
    if sweep.cases:
        return [dict(case) for case in sweep.cases]
    combinations = product(*sweep.parameters.values())
    return [dict(zip(sweep.parameters, values, strict=True)) for values in combinations]

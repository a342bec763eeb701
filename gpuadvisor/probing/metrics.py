"""From what was observed at a point to the probe's metrics, each with its provenance."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.expressions import Expression
from gpuadvisor.probing.scope import NameAbsent, Scope

WEAKEST_FIRST = (
    Provenance.MODELLED,
    Provenance.MEASURED,
    Provenance.COUNTED,
    Provenance.COMPILED,
    Provenance.DATASHEET,
)
"""A number is as good as the weakest number it follows from."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The value of a metric at a point."""

    value: float
    provenance: Provenance
    names: frozenset[str] = field(default=frozenset(), compare=False)
    """All that it follows from."""


@dataclass(frozen=True)
class Findings:
    """Everything known at a point: a scope, and where its observed names come from.

    Names without an origin (parameters, device facts, work) are given, not found.
    """

    scope: Scope
    origins: Mapping[str, Provenance]

    def given(self, values: Mapping[str, float]) -> "Findings":
        """Return what is known if some names have these values instead."""
        return Findings(self.scope.extended(values), self.origins)

    def derive(self, metrics: Iterable[MetricDeclaration]) -> dict[str, Derived]:
        """Return the metrics that can be had here, by name."""
        found = {metric.name: self._derive(metric) for metric in metrics}
        return {name: derived for name, derived in found.items() if derived is not None}

    def _derive(self, metric: MetricDeclaration) -> Derived | None:
        for expression in metric.derived:
            value = self.value(expression)
            if value is not None:
                names = self._leaves(expression)
                return Derived(value, self._provenance(names), frozenset(names))
        return None

    def value(self, expression: Expression) -> float | None:
        """Return the value of an expression; None where it needs a name that this point lacks."""
        try:
            return float(self.scope.evaluate(expression))
        except NameAbsent:
            return None

    def _provenance(self, names: Collection[str]) -> Provenance:
        found = {self.origins[name] for name in names if name in self.origins}
        return next((each for each in WEAKEST_FIRST if each in found), Provenance.DATASHEET)

    def _leaves(self, expression: Expression) -> set[str]:
        """Return the names that an expression uses, through definitions too."""
        names = set(expression.names)
        for name in expression.names - self.scope.values.keys():
            names |= self._leaves(self.scope.definitions[name])
        return names

"""The names that the expressions of a probe may use, each worked out when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.expressions import Expression, Literal, Number, Value


class NameAbsent(LookupError):  # noqa: N818 - not an error: a counter that a GPU does not have, say
    """A name that this point does not have."""


def exact(number: Number) -> Value:
    """Calculate with Python's own numbers."""
    return number


def unsigned(number: Number) -> Value:
    """Calculate as CUDA's `unsigned long long` does: 64 bits wide, wrapping; fractions are refused."""
    if isinstance(number, float):
        raise ArithmeticError(f"{number} is not a whole number")
    return np.uint64(number)


@dataclass(frozen=True)
class Scope:
    """Known values, and definitions that are evaluated on demand from them and from each other.

    On demand, because some names (`blocks_per_sm`) are known only once the kernel is compiled for the
    values of others. `where` names the sweep in errors.
    """

    where: str
    values: Mapping[str, Value]
    definitions: Mapping[str, Expression]
    literal: Literal = exact
    _under_way: set[str] = field(default_factory=set)

    def extended(self, values: Mapping[str, Value]) -> "Scope":
        """Return a scope that knows `values` too."""
        return replace(self, values={**self.values, **values})

    def wrapping(self, values: Mapping[str, Value], definitions: Mapping[str, Expression]) -> "Scope":
        """Return a scope of 64-bit unsigned arithmetic with further values and definitions."""
        return Scope(self.where, {**self.values, **values}, {**self.definitions, **definitions}, unsigned)

    def __getitem__(self, name: str) -> Value:
        """Return the value of a name; raise NameAbsent where it cannot be had."""
        if name in self.values:
            value = self.values[name]
            return self.literal(value) if isinstance(value, int | float) else value
        if name not in self.definitions:
            raise NameAbsent(name)
        if name in self._under_way:
            raise GpuAdvisorError(f"the definition of {name!r} refers to itself", where=self.where)
        self._under_way.add(name)
        try:
            return self.evaluate(self.definitions[name])
        finally:
            self._under_way.remove(name)

    def evaluate(self, expression: Expression) -> Value:
        """Return the value of an expression; raise GpuAdvisorError where its arithmetic fails."""
        try:
            return expression.evaluate(self.__getitem__, self.literal)
        except ArithmeticError as error:
            raise GpuAdvisorError(f"cannot evaluate {expression.text!r}: {error}", where=self.where) from None

    def integer(self, what: str, expression: Expression) -> int:
        """Return the value of an expression that must be a whole number, zero or more.

        `what` names the key of probe.toml in errors.
        """
        try:
            value = self.evaluate(expression)
        except NameAbsent as absent:
            problem = f"needs {absent}, which is not known here"
            raise GpuAdvisorError(f"{what} = {expression.text!r} {problem}", where=self.where) from None
        if not isinstance(value, int) or value < 0:
            problem = f"gives {value}, not a whole number"
            raise GpuAdvisorError(f"{what} = {expression.text!r} {problem}", where=self.where)
        return value

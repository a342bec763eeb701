"""Errors in probe.toml: names that nothing stands for, names that stand for two things."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.expressions import Expression
from gpuadvisor.probing.probe import Probe


def check_names(probe: Probe, key: str, expressions: Iterable[Expression], known: Collection[str]) -> None:
    """Raise GpuAdvisorError for the first name in the expressions that is not known."""
    for expression in expressions:
        for name in sorted(expression.names):
            check_name(probe, key, name, known)


def check_name(probe: Probe, key: str, name: str, known: Collection[str]) -> None:
    """Raise GpuAdvisorError, with the closest name that is, where one is not known."""
    if name not in known:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else None
        raise complaint(probe, key, f"{name!r} is not known here", remedy)


def check_unique(probe: Probe, key: str, names: list[str]) -> None:
    """Raise GpuAdvisorError where two things have the same name."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise complaint(probe, key, f"{twice!r} is declared twice")


def complaint(probe: Probe, key: str, what: str, remedy: str | None = None) -> GpuAdvisorError:
    """Return the error for a key of the probe's declaration."""
    return GpuAdvisorError(what, where=f"{probe.declaration_file}: {key}", remedy=remedy)


def check_kernel(probe: Probe, key: str, name: str) -> None:
    """Raise GpuAdvisorError where kernel.cu has no kernel of the name."""
    if f" {name}(" not in probe.source:
        raise complaint(probe, key, f"{probe.kernel_file.name} has no kernel {name!r}")

"""Facts about the steps of optimisers in a run."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.operators import host_workload, of_workload
from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Optimizer


def _of_optimizer(read: Callable[[Optimizer], int]) -> Callable[[TimelineProfile], int | None]:
    return of_workload(lambda work: 0 if work.optimizer is None else read(work.optimizer))


def _fraction(profile: TimelineProfile) -> float | None:
    """Return the optimisers' share of the marked steps, of the run where none are marked."""
    work = host_workload(profile)
    whole = profile.span_seconds if profile.steps is None else profile.steps.total_seconds
    if work is None or not whole:
        return None
    return 0.0 if work.optimizer is None else work.optimizer.total_seconds / whole


def _each(read: Callable[[Optimizer], int | None]) -> Callable[[TimelineProfile], float | None]:
    """Return a count for each step of an optimiser."""

    def value(profile: TimelineProfile) -> float | None:
        work = host_workload(profile)
        if work is None:
            return None
        if work.optimizer is None:
            return 0.0
        count = read(work.optimizer)
        return None if count is None else count / work.optimizer.steps

    return value


FACTS = (
    timeline.fact(
        "optimizer.fraction", "float", "fraction",
        "Time of the host in steps of optimisers, over that of the marked steps of the program",
        _fraction,
    ),
    timeline.fact(
        "optimizer.launches", "float", "launches",
        "Kernels launched in one step of an optimiser; missing where no calls were recorded",
        _each(lambda optimizer: optimizer.launches),
    ),
    timeline.fact(
        "optimizer.foreach_calls", "int", "calls", "Operators over lists of tensors: `aten::_foreach_add_`",
        _of_optimizer(lambda optimizer: optimizer.foreach_calls),
    ),
    timeline.fact(
        "optimizer.fused_calls", "int", "calls",
        "Operators that do an optimiser's whole step: `aten::_fused_adam_`",
        _of_optimizer(lambda optimizer: optimizer.fused_calls),
    ),
    timeline.fact(
        "optimizer.gradient_fills", "float", "calls",
        "Operators that fill gradients with zeros, for each step of an optimiser",
        _each(lambda optimizer: optimizer.gradient_fills),
    ),
    timeline.fact(
        "optimizer.loss_scalings", "int", "calls",
        "Operators that unscale gradients after a scaled loss",
        _of_optimizer(lambda optimizer: optimizer.loss_scalings),
    ),
)  # fmt: skip

"""A framework's program in a run: what it waited for, its optimisers and collectives, its operators."""

from collections.abc import Iterator

from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Communication, InputWait, Optimizer
from gpuadvisor.reporting.numbers import counted, percent, seconds

_ENGINE = "autograd::engine::"
"""Wraps an operator of the backward pass, of which the operator itself tells."""
_PIPELINES = {
    "single-process": "a DataLoader in the training process",
    "worker-processes": "the workers of a DataLoader",
    "tf.data": "tf.data",
}


def workload_lines(timeline: TimelineProfile) -> Iterator[str]:
    """Yield a line for each thing that is known of the framework's program."""
    work = timeline.workload
    if work is None:
        return
    whole = timeline.span_seconds if timeline.steps is None else timeline.steps.total_seconds
    for wait in work.inputs:
        yield _input(wait, whole)
    if work.optimizer is not None:
        yield _optimizer(work.optimizer)
    if work.communication is not None and work.communication.seconds:
        yield _communication(work.communication)


def _input(wait: InputWait, whole: float) -> str:
    idle = "" if wait.idle_seconds is None else f", {seconds(wait.idle_seconds)} of it without a kernel"
    share = f", {percent(wait.total_seconds / whole)} of the steps" if whole else ""
    return f"waits for {_PIPELINES[wait.pipeline]}: {seconds(wait.total_seconds)}{share}{idle}"


def _optimizer(optimizer: Optimizer) -> str:
    launches = (
        "" if optimizer.launches is None else f", {optimizer.launches / optimizer.steps:,.0f} launches each"
    )
    names = ", ".join(optimizer.names)
    return (
        f"optimiser {names}: {counted(optimizer.steps, 'step')}, {seconds(optimizer.total_seconds)}{launches}"
    )


def _communication(communication: Communication) -> str:
    by = f" by {communication.backend}" if communication.backend else ""
    exposed = f"{seconds(communication.exposed_seconds)} of it with no other kernel beside"
    return f"collectives{by}: {seconds(communication.seconds)}, {exposed}"


def operator_rows(timeline: TimelineProfile, most: int | None) -> list[tuple[str, str, str]]:
    """Return name, time and calls of the operators with the most time, those they call included."""
    operators = [] if timeline.workload is None else timeline.workload.operators
    told = [each for each in operators if not each.name.startswith(_ENGINE)]
    return [(each.name, seconds(each.total_seconds), f"{each.count:,}") for each in told[:most]]

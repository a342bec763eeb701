"""Carry out a plan: upload, launch, download, free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gpuadvisor.devices.device import Argument, Buffer, LaunchResult, Timing
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration
from gpuadvisor.probing.budget import MOST_SAMPLING_SECONDS
from gpuadvisor.probing.correctness import Output, unwritten
from gpuadvisor.probing.declaration import BufferDeclaration
from gpuadvisor.probing.plan import Plan
from gpuadvisor.probing.repeated_readings import repeat_readings
from gpuadvisor.probing.workbench import Workbench

MOST_SAMPLES = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the launches gave, and what the last of the timed ones left in the output buffers, by name."""

    result: LaunchResult
    outputs: dict[str, Output]
    readings: dict[str, list[float]] = field(default_factory=dict)
    """The samples of each reading; none where no real clock ran."""


def run(bench: Workbench, plan: Plan, limit_seconds: float = MOST_SAMPLING_SECONDS) -> Outcome:
    """Launch as planned, taking samples of one quantity for at most `limit_seconds`.

    Raises GpuAdvisorError where device memory runs out or the launch fails.
    """
    declared = bench.probe.declaration.timing
    timing = Timing(
        warmups=declared.warmups,
        samples=declared.samples,
        cold=declared.cold,
        most_samples=MOST_SAMPLES,
        limit_seconds=limit_seconds,
        emulated_threads=declared.emulated_threads,
    )
    blanks = _blanks(bench, plan)
    buffers: dict[str, Buffer] = {}
    try:
        for name, blank in blanks.items():
            buffers[name] = bench.device.upload(blank, name)
        arguments = [_argument(bench, plan, argument, buffers) for argument in plan.sweep.arguments]
        result = bench.device.launch(plan.kernel, plan.launch, arguments, timing)
        outputs = {name: bench.device.download(buffers[name], blank) for name, blank in blanks.items()}
        readings = _repeated(bench, plan, arguments, buffers, outputs, timing) if _is_measured(result) else {}
    finally:
        for buffer in buffers.values():
            bench.device.free(buffer)
    return Outcome(result, outputs, readings)


def _is_measured(result: LaunchResult) -> bool:
    """An emulated clock tells nothing, so kernels' readings of it are left aside."""
    return result.times[0].provenance == Provenance.MEASURED


def _repeated(
    bench: Workbench,
    plan: Plan,
    arguments: Sequence[Argument],
    buffers: Mapping[str, Buffer],
    first: Mapping[str, Output],
    timing: Timing,
) -> dict[str, list[float]]:
    readings = plan.sweep.readings
    read_from = {name for reading in readings for name in reading.buffers}

    def again() -> dict[str, Output]:
        bench.device.launch(plan.kernel, plan.launch, arguments, Timing(cold=timing.cold))
        return {name: bench.device.download(buffers[name], first[name]) for name in read_from}

    return repeat_readings(again, readings, first, timing)


def _blanks(bench: Workbench, plan: Plan) -> dict[str, Output]:
    given = {argument.buffer for argument in plan.sweep.arguments}
    return {
        declared.name: unwritten(_count(declared, plan), np.dtype(declared.type))
        for declared in bench.probe.declaration.buffers
        if declared.fill == "unwritten" and declared.name in given
    }


def _argument(
    bench: Workbench, plan: Plan, argument: ArgumentDeclaration, outputs: dict[str, Buffer]
) -> Argument:
    if argument.type is not None and argument.value is not None:
        return scalar(argument.type, plan.scope.integer("arguments", argument.value))
    if argument.buffer in outputs:
        return outputs[argument.buffer]
    declared = next(each for each in bench.probe.declaration.buffers if each.name == argument.buffer)
    held = bench.input(declared, _count(declared, plan))
    if argument.texture is None:
        return held
    shape = tuple(plan.scope.integer("arguments", extent) for extent in argument.shape)
    return bench.texture(declared, argument.texture, shape, held)


def scalar(element_type: str, value: int) -> np.generic:
    """Return a value as an argument of its type."""
    argument: np.generic = np.dtype(element_type).type(value)
    return argument


def _count(declared: BufferDeclaration, plan: Plan) -> int:
    return plan.scope.integer(f"buffer {declared.name!r}: count", declared.count)

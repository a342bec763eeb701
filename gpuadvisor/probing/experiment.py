"""Carry out a plan: upload, launch, download, free."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.devices.device import Argument, Buffer, LaunchResult, Timing
from gpuadvisor.probing.correctness import Output, unwritten
from gpuadvisor.probing.declaration import ArgumentDeclaration, BufferDeclaration
from gpuadvisor.probing.plan import Plan
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the launches gave, and what the last of them left in the output buffers, by name."""

    result: LaunchResult
    outputs: dict[str, Output]


def run(bench: Workbench, plan: Plan) -> Outcome:
    """Launch as planned; raise GpuAdvisorError where device memory runs out or the launch fails."""
    declared = bench.probe.declaration.timing
    timing = Timing(
        warmups=declared.warmups,
        samples=declared.samples,
        cold=declared.cold,
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
    finally:
        for buffer in buffers.values():
            bench.device.free(buffer)
    return Outcome(result, outputs)


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
        return _scalar(argument.type, plan.scope.integer("arguments", argument.value))
    if argument.buffer in outputs:
        return outputs[argument.buffer]
    declared = next(each for each in bench.probe.declaration.buffers if each.name == argument.buffer)
    held = bench.input(declared, _count(declared, plan))
    if argument.texture is None:
        return held
    shape = tuple(plan.scope.integer("arguments", extent) for extent in argument.shape)
    return bench.texture(declared, argument.texture, shape, held)


def _scalar(element_type: str, value: int) -> np.generic:
    scalar: np.generic = np.dtype(element_type).type(value)
    return scalar


def _count(declared: BufferDeclaration, plan: Plan) -> int:
    return plan.scope.integer(f"buffer {declared.name!r}: count", declared.count)

"""Carry out the steps of a plan: upload, perform, download, free."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.devices.activities import (
    Activity,
    Allocate,
    Copy,
    Free,
    Multiply,
    Prefetch,
    Run,
    Scratch,
    Span,
    Step,
    Touch,
)
from gpuadvisor.devices.device import Argument, Buffer, Timing
from gpuadvisor.model.kernel import Launch
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration
from gpuadvisor.probing.budget import MOST_SAMPLING_SECONDS
from gpuadvisor.probing.correctness import Output, unwritten
from gpuadvisor.probing.declaration import BufferDeclaration
from gpuadvisor.probing.experiment import MOST_SAMPLES, Outcome, scalar
from gpuadvisor.probing.room import check_room, host_free_bytes
from gpuadvisor.probing.scope import Scope
from gpuadvisor.probing.step_declaration import (
    AllocateStep,
    CopyStep,
    FreeStep,
    LaunchStep,
    MultiplyStep,
    PrefetchStep,
    StepDeclaration,
    TouchStep,
)
from gpuadvisor.probing.steps_plan import StepsPlan, buffers_of
from gpuadvisor.probing.vocabulary import SIZES
from gpuadvisor.probing.workbench import Workbench


def perform(bench: Workbench, plan: StepsPlan, limit_seconds: float = MOST_SAMPLING_SECONDS) -> Outcome:
    """Do the steps as planned, taking samples of their time for at most `limit_seconds`.

    Raises GpuAdvisorError where memory runs out, would be taken from others, or a step fails.
    """
    declared = bench.probe.declaration.timing
    timing = Timing(
        warmups=declared.warmups,
        samples=declared.samples,
        cold=declared.cold,
        most_samples=MOST_SAMPLES,
        limit_seconds=limit_seconds,
    )
    counts = _counts(bench, plan)
    outputs: dict[str, Buffer] = {}
    try:
        stage = _Stage(bench, plan, _uploaded(bench, counts, outputs))
        result = bench.device.perform(stage.activity(), timing)
        answers = {
            buffer.name: bench.device.download(outputs[buffer.name], _blank(buffer, count))
            for buffer, count in counts
            if buffer.name in outputs
        }
    finally:
        for output in outputs.values():
            bench.device.free(output)
    return Outcome(result, answers)


Counts = list[tuple[BufferDeclaration, int]]


def _counts(bench: Workbench, plan: StepsPlan) -> Counts:
    """Return the buffers with their numbers of elements, having seen that there is room for them."""
    counts = [
        (buffer, plan.scope.integer(f"buffer {buffer.name!r}: count", buffer.count))
        for buffer in buffers_of(bench.probe, plan.sweep)
    ]
    sizes = ((buffer.place, count * SIZES[f"{buffer.type}_bytes"]) for buffer, count in counts)
    check_room(bench.device.facts, sizes, host_free_bytes())
    return counts


def _uploaded(bench: Workbench, counts: Counts, outputs: dict[str, Buffer]) -> dict[str, Buffer]:
    """Return every buffer; outputs are new and entered into `outputs` as soon as they exist."""
    buffers = {}
    for buffer, count in counts:
        if buffer.fill == "unwritten":
            outputs[buffer.name] = bench.upload(buffer, _blank(buffer, count))
            buffers[buffer.name] = outputs[buffer.name]
        else:
            buffers[buffer.name] = bench.input(buffer, count)
    return buffers


def _blank(buffer: BufferDeclaration, count: int) -> Output:
    return unwritten(count, np.dtype(buffer.type))


@dataclass(frozen=True, slots=True)
class _Stage:
    """Declared steps with what their names stand for."""

    bench: Workbench
    plan: StepsPlan
    buffers: dict[str, Buffer]

    def activity(self) -> Activity:
        """Return the steps with all repetitions."""
        sweep = self.plan.sweep
        return Activity(
            steps=[self._step(step, scope) for scope in self.plan.repetitions() for step in sweep.steps],
            before=[self._step(step, self.plan.scope) for step in sweep.before],
            clock=sweep.clock,
            as_graph=sweep.as_graph,
            subject=f"the sweep {sweep.name!r} of {self.bench.probe.name}",
        )

    def _step(self, step: StepDeclaration, scope: Scope) -> Step:
        stream = scope.integer("steps: stream", step.stream)
        match step:
            case CopyStep():
                return self._copy(step, scope, stream)
            case LaunchStep():
                return self._launch(step, scope, stream)
            case AllocateStep(scratch=name, type=kind, count=count, ordered=ordered):
                size_bytes = scope.integer("steps: count", count) * SIZES[f"{kind}_bytes"]
                return Allocate(scratch=Scratch(name), size_bytes=size_bytes, ordered=ordered, stream=stream)
            case FreeStep(scratch=name, ordered=ordered):
                return Free(scratch=Scratch(name), ordered=ordered, stream=stream)
            case PrefetchStep(buffer=name):
                return Prefetch(buffer=self.buffers[name], stream=stream)
            case TouchStep(buffer=name):
                return Touch(buffer=self.buffers[name], stream=stream)
            case MultiplyStep(left=left, right=right, target=target, element=element, size=size):
                return Multiply(
                    left=self.buffers[left],
                    right=self.buffers[right],
                    target=self.buffers[target],
                    element=element,
                    size=scope.integer("steps: size", size),
                    stream=stream,
                )

    def _copy(self, step: CopyStep, scope: Scope, stream: int) -> Copy:
        source, target = self._memory(step.source), self._memory(step.target)
        element_bytes = self._element_bytes(step)
        offset_bytes = scope.integer("steps: first", step.first) * element_bytes
        if step.count is None:
            sizes = (each.size_bytes for each in (source, target) if isinstance(each, Buffer))
            size_bytes = min(sizes) - offset_bytes
        else:
            size_bytes = scope.integer("steps: count", step.count) * element_bytes
        return Copy(
            source=Span(source, offset_bytes),
            target=Span(target, offset_bytes),
            size_bytes=size_bytes,
            stream=stream,
        )

    def _launch(self, step: LaunchStep, scope: Scope, stream: int) -> Run:
        grid = scope.integer("steps: grid", step.grid)
        block = scope.integer("steps: block", step.block)
        return Run(
            kernel=self.plan.kernels[step.kernel],
            launch=Launch(grid=(grid, 1, 1), block=(block, 1, 1)),
            arguments=[self._argument(argument, scope) for argument in step.arguments],
            stream=stream,
            cooperative=step.cooperative,
            programmatic=step.programmatic,
        )

    def _argument(self, argument: ArgumentDeclaration, scope: Scope) -> Argument:
        if argument.type is not None and argument.value is not None:
            return scalar(argument.type, scope.integer("steps: arguments", argument.value))
        return self.buffers[argument.buffer or ""]

    def _memory(self, name: str) -> Buffer | Scratch:
        return self.buffers.get(name) or Scratch(name)

    def _element_bytes(self, step: CopyStep) -> int:
        """Return the size of an element of the buffer that the copy goes from or to."""
        declared = self.bench.probe.declaration.buffers
        kind = next(each.type for each in declared if each.name in (step.source, step.target))
        return SIZES[f"{kind}_bytes"]

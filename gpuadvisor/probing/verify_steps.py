"""What the structure of probe.toml cannot say of steps: that names, places and clocks fit together."""

from collections.abc import Collection, Sequence

from gpuadvisor.devices.device import Place
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.declared_names import check_kernel, check_name, check_names, complaint
from gpuadvisor.probing.expressions import Expression
from gpuadvisor.probing.probe import Probe
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
from gpuadvisor.probing.steps_plan import all_steps

NOT_FOR_KERNELS: frozenset[Place] = frozenset({"pageable", "peer"})


def verify_steps(probe: Probe, sweep: SweepDeclaration, key: str, names: Collection[str]) -> None:
    """Raise GpuAdvisorError, naming file and key, for the first thing that does not fit.

    `names` are known before the steps are worked out, those that `repeat` counts besides.
    """
    check_names(probe, f"{key}: repeat", sweep.repeat.values(), names)
    for part, steps, known in (
        ("steps", sweep.steps, {*names, *sweep.repeat}),
        ("before", sweep.before, names),
    ):
        for number, step in enumerate(steps, 1):
            place = f"{key}: {part}: {number}"
            _verify_memory(probe, sweep, place, step)
            check_names(probe, place, _expressions(step), known)
    _verify_clock(probe, sweep, key)


def _verify_memory(probe: Probe, sweep: SweepDeclaration, key: str, step: StepDeclaration) -> None:
    buffers = {buffer.name: buffer.place for buffer in probe.declaration.buffers}
    scratch = [each.scratch for each in all_steps(sweep) if isinstance(each, AllocateStep)]
    match step:
        case CopyStep():
            _verify_copy(probe, key, step, buffers, scratch)
        case LaunchStep():
            check_kernel(probe, key, step.kernel)
            for argument in step.arguments:
                _verify_argument(probe, key, argument, buffers)
        case AllocateStep(scratch=name):
            if name in buffers:
                raise complaint(probe, key, f"{name!r} is a declared buffer")
        case FreeStep(scratch=name):
            check_name(probe, key, name, scratch)
        case PrefetchStep(buffer=name) | TouchStep(buffer=name):
            managed = [each for each, place in buffers.items() if place == "managed"]
            check_name(probe, key, name, managed)
        case MultiplyStep():
            _verify_reachable(probe, key, [step.left, step.right, step.target], buffers)


def _verify_copy(
    probe: Probe, key: str, step: CopyStep, buffers: Collection[str], scratch: Sequence[str]
) -> None:
    for name in (step.source, step.target):
        check_name(probe, key, name, [*buffers, *scratch])
    if step.source not in buffers and step.target not in buffers:
        raise complaint(probe, key, "a copy needs a declared buffer at one end")


def _verify_argument(probe: Probe, key: str, argument: ArgumentDeclaration, places: dict[str, Place]) -> None:
    if argument.texture is not None or (argument.type is None) != (argument.value is None):
        raise complaint(probe, key, "an argument of a step is a buffer, or a type and a value")
    if (argument.buffer is None) == (argument.value is None):
        raise complaint(probe, key, "an argument needs either a buffer, or a type and a value")
    if argument.buffer is not None:
        _verify_reachable(probe, key, [argument.buffer], places)


def _verify_reachable(probe: Probe, key: str, names: Sequence[str], places: dict[str, Place]) -> None:
    for name in names:
        check_name(probe, key, name, places)
        if places[name] in NOT_FOR_KERNELS:
            raise complaint(probe, key, f"a kernel cannot reach {name!r}: its place is {places[name]}")


def _expressions(step: StepDeclaration) -> list[Expression]:
    match step:
        case CopyStep():
            return [step.stream, step.first, *([] if step.count is None else [step.count])]
        case LaunchStep():
            values = [argument.value for argument in step.arguments if argument.value is not None]
            return [step.stream, step.grid, step.block, *values]
        case AllocateStep():
            return [step.stream, step.count]
        case MultiplyStep():
            return [step.stream, step.size]
        case FreeStep() | PrefetchStep() | TouchStep():
            return [step.stream]


def _verify_clock(probe: Probe, sweep: SweepDeclaration, key: str) -> None:
    """Refuse steps that wait for the device where others are to be queued behind each other."""
    if sweep.clock == "host" and probe.declaration.timing.cold:
        raise complaint(probe, key, "a cold L2 means nothing by the host's clock")
    if sweep.clock == "host" and not sweep.as_graph:
        return
    pageable = {buffer.name for buffer in probe.declaration.buffers if buffer.place == "pageable"}
    if any(_waits(step, pageable) for step in sweep.steps):
        remedy = 'say clock = "host", and no as_graph'
        what = "copies of pageable memory, allocations and touches of the host make the host wait"
        raise complaint(probe, key, what, remedy)


def _waits(step: StepDeclaration, pageable: Collection[str]) -> bool:
    match step:
        case CopyStep():
            return step.source in pageable or step.target in pageable
        case AllocateStep() | FreeStep():
            return not step.ordered
        case TouchStep():
            return True
        case LaunchStep() | PrefetchStep() | MultiplyStep():
            return False

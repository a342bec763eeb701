"""What the structure of probe.toml cannot say: that its names exist and fit together."""

from collections.abc import Mapping

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing import vocabulary
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration
from gpuadvisor.probing.declaration import CheckDeclaration, SaturationDeclaration, SweepDeclaration
from gpuadvisor.probing.declared_names import check_kernel, check_name, check_names, check_unique, complaint
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.steps_plan import buffers_of
from gpuadvisor.probing.verify_steps import verify_steps

BUFFERS_OF = {"mean": 1, "mean_overlap": 3, "peak_overlap": 3}


def verify(probe: Probe) -> None:
    """Raise GpuAdvisorError, naming file and key, for the first thing that does not fit."""
    declaration = probe.declaration
    if not probe.opening_comment:
        raise GpuAdvisorError(
            "does not open with a comment",
            where=str(probe.kernel_file),
            remedy="say in // lines which hardware mechanism the kernel isolates and what can fool it",
        )
    for key in ("metrics", "sweeps", "buffers", "work", "saturations"):
        check_unique(probe, key.removesuffix("s"), [each.name for each in getattr(declaration, key)])
    if not declaration.metrics or not declaration.sweeps:
        raise complaint(probe, "metric, sweep", "a probe needs at least one of each")
    for sweep in declaration.sweeps:
        _verify_sweep(probe, sweep)
    _verify_shared_names(probe)
    for saturation in declaration.saturations:
        _verify_saturation(probe, saturation)


def parameters_of(sweep: SweepDeclaration) -> set[str]:
    """Return the names of a sweep's parameters."""
    return set(sweep.parameters).union(*sweep.cases)


def _verify_sweep(probe: Probe, sweep: SweepDeclaration) -> None:
    key = f"sweep {sweep.name!r}"
    if bool(sweep.parameters) == bool(sweep.cases):
        raise complaint(probe, key, "needs either parameters or cases")
    if any(not values for values in sweep.parameters.values()):
        raise complaint(probe, f"{key}: parameters", "a parameter has no values")
    if any(set(case) != set(sweep.cases[0]) for case in sweep.cases):
        raise complaint(probe, f"{key}: cases", "the cases differ in their parameters")
    if bool(sweep.kernel) == bool(sweep.steps):
        raise complaint(probe, key, "needs either a kernel or steps")
    if sweep.steps:
        verify_steps(probe, sweep, key, _names_at_launch(probe, sweep) - vocabulary.COMPILED.keys())
    else:
        check_kernel(probe, f"{key}: kernel", sweep.kernel)
    for number, argument in enumerate(sweep.arguments, 1):
        _verify_argument(probe, f"{key}: argument {number}", argument)
    _verify_outputs(probe, sweep, key)
    _verify_names(probe, sweep, key)


def _verify_argument(probe: Probe, key: str, argument: ArgumentDeclaration) -> None:
    is_value = argument.type is not None and argument.value is not None
    if (argument.buffer is None) != is_value or (argument.type is None) != (argument.value is None):
        raise complaint(probe, key, "needs either a buffer, or a type and a value")
    if argument.buffer is not None:
        check_name(probe, key, argument.buffer, [buffer.name for buffer in probe.declaration.buffers])
    if (argument.texture is None) != (not argument.shape):
        raise complaint(probe, key, "a texture needs a shape, and nothing else has one")
    if argument.texture is not None and argument.buffer not in _inputs(probe):
        raise complaint(probe, key, "a texture needs a buffer that kernels only read")


def _inputs(probe: Probe) -> list[str]:
    written = ("unwritten", "scratch")
    return [buffer.name for buffer in probe.declaration.buffers if buffer.fill not in written]


def _verify_outputs(probe: Probe, sweep: SweepDeclaration, key: str) -> None:
    given = {argument.buffer for argument in sweep.arguments}
    given |= {buffer.name for buffer in buffers_of(probe, sweep)}
    outputs = [
        buffer.name
        for buffer in probe.declaration.buffers
        if buffer.fill == "unwritten" and buffer.name in given
    ]
    check_name(probe, f"{key}: check.buffer", sweep.check.buffer, outputs)
    for reading in sweep.readings:
        if len(reading.buffers) != BUFFERS_OF[reading.reduce]:
            raise complaint(
                probe, f"{key}: readings", f"{reading.reduce} takes {BUFFERS_OF[reading.reduce]} buffers"
            )
        for name in reading.buffers:
            check_name(probe, f"{key}: readings", name, outputs)


def _verify_names(probe: Probe, sweep: SweepDeclaration, key: str) -> None:
    check = sweep.check
    own = parameters_of(sweep).union(probe.declaration.define, sweep.define, check.define, sweep.repeat)
    taken = own & {*vocabulary.DEVICE, *vocabulary.COMPILED, *vocabulary.observed_names(probe), "i"}
    if taken:
        raise complaint(probe, key, f"{min(taken)!r} has a meaning already; choose another name")
    known = _names_at_launch(probe, sweep)
    elementwise = known | _names_in_check(check)
    shape = [sweep.launch.grid, sweep.launch.block, sweep.launch.dynamic_shared_bytes]
    values = [argument.value for argument in sweep.arguments if argument.value is not None]
    values += [extent for argument in sweep.arguments for extent in argument.shape]
    check_names(probe, f"{key}: define", sweep.define.values(), elementwise)
    check_names(probe, f"{key}: macros", sweep.macros.values(), known)
    wanted = [each for each in (sweep.wanted, sweep.quick_wanted) if each is not None]
    early = [sweep.maximum_registers, *wanted]
    check_names(probe, f"{key}: wanted, maximum_registers", early, known - vocabulary.COMPILED.keys())
    check_names(probe, f"{key}: launch", shape, known)
    check_names(probe, f"{key}: arguments", values, known)
    check_names(probe, f"{key}: check.summed_over", check.summed_over.values(), known)
    check_names(probe, f"{key}: check", [check.equals, *check.define.values()], elementwise)


def _verify_shared_names(probe: Probe) -> None:
    """Check what stands outside the sweeps against the names of all sweeps together."""
    declaration = probe.declaration
    known = set().union(*(_names_at_launch(probe, sweep) for sweep in declaration.sweeps))
    elementwise = known.union(*(_names_in_check(sweep.check) for sweep in declaration.sweeps))
    check_names(probe, "define", declaration.define.values(), elementwise)
    check_names(probe, "buffer: count", (buffer.count for buffer in declaration.buffers), known)
    check_names(probe, "work: count", (work.count for work in declaration.work), known)
    known |= vocabulary.observed_names(probe) | vocabulary.work_values(declaration.work).keys()
    known |= {reading.name for sweep in declaration.sweeps for reading in sweep.readings}
    sweeps = [sweep.name for sweep in declaration.sweeps]
    for metric in declaration.metrics:
        for name in metric.sweeps:
            check_name(probe, f"metric {metric.name!r}: sweeps", name, sweeps)
        bounds = [bound for bound in (metric.minimum, metric.maximum, metric.peak) if bound is not None]
        check_names(probe, f"metric {metric.name!r}", [*metric.derived, *bounds], known)


def _names_at_launch(probe: Probe, sweep: SweepDeclaration) -> set[str]:
    defined = {*probe.declaration.define, *sweep.define}
    return {*vocabulary.DEVICE, *vocabulary.COMPILED, *parameters_of(sweep), *defined}


def _names_in_check(check: CheckDeclaration) -> set[str]:
    return {"i", *check.summed_over, *check.define}


def _verify_saturation(probe: Probe, saturation: SaturationDeclaration) -> None:
    key = f"saturation {saturation.name!r}"
    sweeps: Mapping[str, SweepDeclaration] = {sweep.name: sweep for sweep in probe.declaration.sweeps}
    metrics = [metric.name for metric in probe.declaration.metrics]
    check_name(probe, f"{key}: sweep", saturation.sweep, sweeps)
    check_name(probe, f"{key}: curves", saturation.curves, parameters_of(sweeps[saturation.sweep]))
    check_name(probe, f"{key}: along", saturation.along, metrics)
    check_name(probe, f"{key}: of", saturation.of, metrics)

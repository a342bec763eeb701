"""Run one point of a sweep and judge it."""

from dataclasses import dataclass, field

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.correctness import wrong_answer
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.experiment import Outcome, run
from gpuadvisor.probing.metrics import Findings
from gpuadvisor.probing.plan import Plan, plan_point
from gpuadvisor.probing.readings import read
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.validity import implausible, relative_spread, throttle_reasons, unsteady
from gpuadvisor.probing.vocabulary import COMPILED, counted_values
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class JudgedPoint:
    """A point, and where each of its values comes from."""

    point: ProbePoint
    provenances: dict[str, Provenance] = field(default_factory=dict)


def run_point(bench: Workbench, sweep: SweepDeclaration, parameters: Parameters) -> JudgedPoint:
    """Return the point; one that fails or whose answer is wrong has no values, only reasons.

    Raises GpuAdvisorError where the kernel does not compile or the declaration makes no sense.
    """
    labels: dict[str, int | float | str] = {"sweep": sweep.name, **parameters}
    plan = plan_point(bench, sweep, parameters)
    try:
        outcome = run(bench, plan)
    except GpuAdvisorError as error:
        bench.clear()  # the launch may have taken the device's memory down with it
        return _failed(labels, str(error))
    wrong = wrong_answer(
        sweep.check, outcome.outputs[sweep.check.buffer], plan.scope, _share_run(outcome.result)
    )
    if wrong:
        return _failed(labels, wrong)
    try:
        return _judged(bench, plan, outcome, labels)
    except GpuAdvisorError as error:
        return _failed(labels, str(error))


def _failed(labels: dict[str, int | float | str], reason: str) -> JudgedPoint:
    return JudgedPoint(ProbePoint(parameters=labels, values={}, valid=False, reasons=[reason]))


def _judged(
    bench: Workbench, plan: Plan, outcome: Outcome, labels: dict[str, int | float | str]
) -> JudgedPoint:
    declaration = bench.probe.declaration
    result = outcome.result
    findings = _findings(bench, plan, outcome)
    metrics = [each for each in declaration.metrics if not each.sweeps or plan.sweep.name in each.sweeps]
    derived = findings.derive(metrics)
    spread = relative_spread([time.seconds for time in result.times])
    reasons = [
        *unsteady(result, spread, declaration.timing.maximum_spread),
        *implausible(metrics, derived, findings),
    ]
    point = ProbePoint(
        parameters=labels,
        values={name: each.value for name, each in derived.items()},
        samples=len(result.times),
        relative_spread=spread,
        sm_clock_before_hz=result.before.sm_clock_hz if result.before else None,
        sm_clock_after_hz=result.after.sm_clock_hz if result.after else None,
        throttle_reasons=throttle_reasons(result),
        valid=not reasons,
        reasons=reasons,
    )
    return JudgedPoint(point, {name: each.provenance for name, each in derived.items()})


def _findings(bench: Workbench, plan: Plan, outcome: Outcome) -> Findings:
    """Gather what is known; readings only where time is measured, for an emulated clock tells nothing."""
    result = outcome.result
    timed = result.times[0].provenance
    values: dict[str, float] = {"seconds": result.seconds}
    origins = {"seconds": timed, **dict.fromkeys(COMPILED, Provenance.COMPILED)}
    if timed == Provenance.MEASURED:
        readings = {"measured_seconds": result.seconds, **read(plan.sweep.readings, outcome.outputs)}
        values |= readings
        origins |= dict.fromkeys(readings, Provenance.MEASURED)
    if result.observation is not None:
        counted = counted_values(result.observation.lines, bench.probe)
        values |= counted
        origins |= dict.fromkeys(counted, result.observation.counters.provenance)
    return Findings(plan.scope.extended(values), origins)


def _share_run(result: LaunchResult) -> float:
    """Return the part of the blocks that ran: an emulated device may have sampled the grid."""
    if result.observation is None:
        return 1.0
    counters = result.observation.counters
    return counters.blocks_run / counters.blocks_total

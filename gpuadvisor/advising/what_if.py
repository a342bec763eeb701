"""What a kernel would gain if one cause of waste went away: the roofline of its own components."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpuadvisor.model.kernel import Access, Branch, KernelProfile, KernelTime
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Gain

Factors = Mapping[str, float]
"""What remains of each component's seconds after the change, 0 to 1; components not named stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a rule fired on: a kernel, and the accesses or the branch of it that the change touches."""

    kernel: KernelProfile
    machine: MachineProfile | None = None
    accesses: tuple[Access, ...] = ()
    branch: Branch | None = None


def estimate(time: KernelTime, factors: Factors) -> Gain | None:
    """Return the speedup if `factors` applied; None where the time has no components.

    A kernel takes as long as its slowest component, so `expected` compares the largest component before
    and after. `low` is 1: the touched resource may be hidden behind one the model underrates. `high` is
    the reduction of the touched resource itself, as if nothing else mattered. Each is at least 1.
    """
    before = max(time.components.values(), default=0.0)
    after = max((seconds * factors.get(name, 1.0) for name, seconds in time.components.items()), default=0.0)
    if after <= 0:
        return None
    expected = max(1.0, before / after)
    reductions = [1 / factors[name] for name in time.components if 0 < factors.get(name, 1.0) < 1]
    return Gain(low=1.0, expected=expected, high=max([expected, *reductions]))

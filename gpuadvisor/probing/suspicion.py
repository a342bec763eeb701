"""Why a value may lie outside its bounds: what is known of the GPU and of the launch, in order of weight."""

from collections.abc import Sequence

from gpuadvisor.devices.cuda_timing import EVENT_RESOLUTION_SECONDS
from gpuadvisor.model.device import DeviceConditions, DeviceFacts

LOW_SM_CLOCK = 0.9
LOW_MEMORY_CLOCK = 0.95
"""Of the highest; memory clocks come in few steps, and the highest is what the bounds are made of."""
TOO_SHORT_SECONDS = 20 * EVENT_RESOLUTION_SECONDS


def likely_causes(
    facts: DeviceFacts, looks: Sequence[DeviceConditions], *, seconds: float, cold: bool, above: bool
) -> list[str]:
    """Return what may have moved a value; `above` tells that it is more than it can be."""
    found = [*_slowed(facts, looks), *_shared(facts, looks)]
    if cold and seconds < TOO_SHORT_SECONDS:
        found.append(f"a launch takes {seconds * 1e6:.2g} us and events resolve half of one")
    if above and not cold:
        found.append("caches are not flushed between launches and may serve what should come from memory")
    return found


def _slowed(facts: DeviceFacts, looks: Sequence[DeviceConditions]) -> list[str]:
    found = []
    sm_hz = min((each.sm_clock_hz for each in looks if each.sm_clock_hz), default=None)
    if sm_hz is not None and sm_hz < LOW_SM_CLOCK * facts.sm_clock_hz:
        found.append(f"the clock was {sm_hz / 1e6:.0f} of {facts.sm_clock_hz / 1e6:.0f} MHz")
    memory_hz = min((each.memory_clock_hz for each in looks if each.memory_clock_hz), default=None)
    highest = facts.memory_clock_hz
    if memory_hz is not None and highest is not None and memory_hz < LOW_MEMORY_CLOCK * highest:
        found.append(f"the memory clock was {memory_hz / 1e6:.0f} of {highest / 1e6:.0f} MHz")
    reasons = sorted({reason for each in looks for reason in each.throttle_reasons or ()})
    return [*found, f"throttled by {', '.join(reasons)}"] if reasons else found


def _shared(facts: DeviceFacts, looks: Sequence[DeviceConditions]) -> list[str]:
    found = []
    others = max((each.other_processes or 0 for each in looks), default=0)
    if others:
        found.append(f"{others} other {'process' if others == 1 else 'processes'} held the GPU")
    if facts.mig_instance is not None:
        found.append(f"this is a MIG instance ({facts.mig_instance}), the bounds are those of the whole GPU")
    elif facts.conditions is not None and facts.conditions.virtualization == "vgpu":
        found.append("this is a virtual GPU, a share of the one that the bounds are made of")
    return found

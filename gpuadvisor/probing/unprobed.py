"""The profile of a device that no probe has run on."""

from datetime import UTC, datetime

from gpuadvisor import __version__
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile, Tool


def unprobed(facts: DeviceFacts) -> MachineProfile:
    """Return the profile of a device of which nothing but its facts is known."""
    return MachineProfile(
        tool=Tool(version=__version__),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        device=facts,
    )

"""Where the last probe of each device is kept between runs."""

import os
import re
from pathlib import Path

import msgspec
from platformdirs import user_state_dir

from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.documents import encode, read, write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile

OVERRIDE = "GPUADVISOR_STATE_DIR"


def save_last(profile: MachineProfile) -> Path:
    """Keep the profile as the last one of its device and return the file.

    Results of other probes that the same tool found earlier on the same device in the same state are kept
    beside the new, and so is an earlier result of the same probe that leaves out fewer points.
    """
    path = _path(profile.device.id)
    _make(path.parent)
    write(path, encode(_with_earlier_probes(profile, path)))
    return path


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GpuAdvisorError(
            error.strerror or str(error),
            where=str(directory),
            remedy=f"set {OVERRIDE} to a folder that can be written to",
        ) from None


def _with_earlier_probes(profile: MachineProfile, path: Path) -> MachineProfile:
    try:
        earlier = _machine(path) if path.is_file() else None
    except GpuAdvisorError:  # damaged, or of a newer version: the new profile takes its place
        return profile
    if earlier is None or earlier.tool != profile.tool or not is_same_device(earlier.device, profile.device):
        return profile
    results = {result.name: result for result in earlier.probes}
    for result in profile.probes:
        known = results.get(result.name)
        if known is None or result.left_out <= known.left_out:
            results[result.name] = result
    return msgspec.structs.replace(profile, probes=[results[name] for name in sorted(results)])


def is_same_device(one: DeviceFacts, other: DeviceFacts) -> bool:
    """Return whether results of one hold for the other: the same card, driver, modes and clock limits."""
    return _identity(one) == _identity(other) and _setting(one) == _setting(other)


def _identity(device: DeviceFacts) -> tuple[str | None, ...]:
    driver = device.conditions.driver_version if device.conditions else None
    return device.id, device.name, device.uuid, driver


def _setting(device: DeviceFacts) -> tuple[float | str | None, ...]:
    """Return what an operator may change and what then changes results."""
    now = device.conditions or DeviceConditions()
    return (
        device.sm_clock_hz,
        device.memory_clock_hz,
        now.application_sm_clock_hz,
        now.application_memory_clock_hz,
        now.power_limit_watts,
        now.ecc_enabled,
        now.mig_enabled,
        device.mig_instance,
    )


def last_profile_of(device: DeviceFacts) -> MachineProfile | None:
    """Return the last profile of this very device; None if another one went by its id then."""
    profile = last_profile(device.id)
    return profile if profile is not None and is_same_device(profile.device, device) else None


def last_profile_path(device: DeviceFacts) -> Path:
    """Return where the last profile of a device is kept, once there is one."""
    return _path(device.id)


def last_profile(device_id: str | None) -> MachineProfile | None:
    """Return the last profile of a device, or with None the last of any; None if there is none.

    Raises GpuAdvisorError where the file is damaged or of a newer version.
    """
    if device_id is not None:
        path = _path(device_id)
        return _machine(path) if path.is_file() else None
    files = [path for path in state_directory().glob("*.json") if path.is_file()]
    return _machine(max(files, key=lambda path: path.stat().st_mtime_ns)) if files else None


def _machine(path: Path) -> MachineProfile | None:
    try:
        document = read(path)
    except GpuAdvisorError as error:
        raise GpuAdvisorError(
            f"the last profile cannot be read: {error.what}",
            where=str(path),
            remedy="run `gpuadvisor probe` again",
        ) from None
    return document if isinstance(document, MachineProfile) else None


def _path(device_id: str) -> Path:
    return state_directory() / (re.sub(r"[^A-Za-z0-9.-]", "-", device_id) + ".json")


def state_directory() -> Path:
    """Return where machine profiles lie: the user's state, or what GPUADVISOR_STATE_DIR names."""
    return Path(os.environ.get(OVERRIDE) or user_state_dir("gpuadvisor", appauthor=False)) / "machines"

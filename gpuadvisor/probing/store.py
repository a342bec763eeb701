"""Where the last probe of each device is kept between runs."""

import os
import re
from pathlib import Path

from platformdirs import user_state_dir

from gpuadvisor.model.documents import encode, read, write
from gpuadvisor.model.machine import MachineProfile

OVERRIDE = "GPUADVISOR_STATE_DIR"


def save_last(profile: MachineProfile) -> Path:
    """Keep the profile as the last one of its device and return the file."""
    path = _path(profile.device.id)
    write(path, encode(profile))
    return path


def last_profile(device_id: str | None) -> MachineProfile | None:
    """Return the last profile of a device, or with None the last of any; None if there is none.

    Raises GpuAdvisorError where the file is damaged or of a newer version.
    """
    if device_id is not None:
        path = _path(device_id)
        return _machine(path) if path.is_file() else None
    files = [path for path in _directory().glob("*.json") if path.is_file()]
    return _machine(max(files, key=lambda path: path.stat().st_mtime_ns)) if files else None


def _machine(path: Path) -> MachineProfile | None:
    document = read(path)
    return document if isinstance(document, MachineProfile) else None


def _path(device_id: str) -> Path:
    return _directory() / (re.sub(r"[^A-Za-z0-9.-]", "-", device_id) + ".json")


def _directory() -> Path:
    return Path(os.environ.get(OVERRIDE) or user_state_dir("gpuadvisor", appauthor=False)) / "machines"

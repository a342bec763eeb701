"""Single points of probes, run on an emulated GPU."""

from pathlib import Path

from gpuadvisor.content import directory
from gpuadvisor.devices.device import Device
from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.point import run_point
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.selection import points_on
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.workbench import Workbench


def shipped(name: str) -> Probe:
    """Return a probe that comes with the tool."""
    return load_probe(directory("probes") / name)


def changed(name: str, old: str, new: str, parent: Path) -> Probe:
    """Return a shipped probe with one text of its kernel replaced, written to a folder below `parent`."""
    probe = shipped(name)
    assert old in probe.source
    folder = parent / name
    folder.mkdir()
    (folder / "kernel.cu").write_text(probe.source.replace(old, new, 1))
    (folder / "probe.toml").write_text(probe.declaration_file.read_text())
    return load_probe(folder)


def point(device: Device, probe: Probe, sweep: str, parameters: Parameters | None = None) -> ProbePoint:
    """Run one point of a sweep, the first unless told, and leave the device's memory empty."""
    declared = next(each for each in probe.declaration.sweeps if each.name == sweep)
    bench = Workbench(device, probe)
    chosen = parameters or points_on(device.facts, probe, declared)[0]
    try:
        return run_point(bench, declared, chosen).point
    finally:
        bench.clear()

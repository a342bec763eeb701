"""The machine: what the device is, in what state it was, and what each probe found."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.curves import Curve, curves
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.machine import MachineProfile, Metric, ProbeResult
from gpuadvisor.reporting.numbers import byte_size, decimal, magnitude, seconds
from gpuadvisor.reporting.sparkline import sparkline


def render_machine(profile: MachineProfile, console: Console) -> None:
    """Print the machine profile: the device and every probe."""
    render_device(profile, console)
    render_probes(profile, console)


def render_probes(profile: MachineProfile, console: Console) -> None:
    """Print what each probe found."""
    for probe in profile.probes:
        _render_probe(probe, console)


def render_device(profile: MachineProfile, console: Console) -> None:
    """Print what the device is; an emulated one says first that nothing was measured."""
    device = profile.device
    console.print(Text.assemble((device.name, "bold cyan"), f"  {device.id}  ", (device.provenance, "dim")))
    if device.kind == "emulated":
        notice = "No GPU took part: counters are counted by the emulator, times are modelled."
        console.print(Text(f"  {notice}", style="yellow"))
    console.print(Text(f"  {_facts(device)}"))
    if device.conditions is not None:
        console.print(Text(f"  {_conditions(device.conditions)}", style="dim"))
        modes = ", ".join(_modes(device, device.conditions))
        if modes:
            console.print(Text(f"  {modes}", style="dim"))
    if profile.cut_short:
        console.print(Text(f"  {profile.cut_short}", style="yellow"))


def _facts(device: DeviceFacts) -> str:
    return (
        f"compute capability {device.compute_capability}, {device.multiprocessors} multiprocessors, "
        f"up to {decimal(device.sm_clock_hz, 'Hz')}, {byte_size(device.memory_bytes)} memory at "
        f"{decimal(device.dram_bytes_per_second, 'B/s')}, L2 {byte_size(device.l2_bytes)}"
    )


def _conditions(conditions: DeviceConditions) -> str:
    known = {
        "driver": conditions.driver_version,
        "CUDA": conditions.cuda_driver_version,
        "clock": conditions.sm_clock_hz and decimal(conditions.sm_clock_hz, "Hz"),
        "power": conditions.power_watts and f"{conditions.power_watts:.0f} W",
        "temperature": conditions.temperature_celsius and f"{conditions.temperature_celsius:.0f} C",
        "throttled by": ", ".join(conditions.throttle_reasons or ()),
    }
    return ", ".join(f"{name} {value}" for name, value in known.items() if value) or "conditions unknown"


def _modes(device: DeviceFacts, conditions: DeviceConditions) -> list[str]:
    """Return how the GPU is set up, as far as the driver tells."""
    said = {
        "ECC": conditions.ecc_enabled,
        "persistence mode": conditions.persistence_mode,
        "MIG": conditions.mig_enabled if device.mig_instance is None else None,
    }
    modes = [f"{name} {'on' if state else 'off'}" for name, state in said.items() if state is not None]
    if device.mig_instance is not None:
        modes.insert(0, f"MIG instance {device.mig_instance}")
    if conditions.virtualization not in (None, "none"):
        modes.append(f"virtualization: {conditions.virtualization}")
    application_hz = conditions.application_sm_clock_hz
    if application_hz is not None and application_hz < device.sm_clock_hz:
        modes.append(f"application clock {decimal(application_hz, 'Hz')}")
    return modes


def _render_probe(probe: ProbeResult, console: Console) -> None:
    console.print()
    invalid = sum(not point.valid for point in probe.points)
    heading = Text.assemble((probe.title, "bold"), (f"  {probe.name}, {seconds(probe.seconds)}", "dim"))
    if invalid:
        heading.append(f"  {invalid} of {len(probe.points)} points not valid", style="bold red")
    console.print(heading)
    if not probe.metrics and invalid < len(probe.points):
        console.print(Text("  right answers, but none of its metrics can be had on this device", style="dim"))
    ascii_only = not console.encoding.lower().startswith("utf")
    for metric in probe.metrics:
        found = curves(probe, metric.name)
        if found:
            heading = Text.assemble(f"  {metric.name}", (f"  {metric.unit}, {metric.provenance}", "dim"))
            console.print(heading)
            console.print(_table(metric, found, ascii_only=ascii_only))
    for reason in sorted({reason for point in probe.points for reason in point.reasons}):
        console.print(Text(f"  not valid: {reason}", style="red"))
    for sweep, reason in probe.without.items():
        console.print(Text(f"  without {sweep}: {reason}", style="dim"))


def _table(metric: Metric, found: list[Curve], *, ascii_only: bool) -> Table:
    table = Table.grid(padding=(0, 2))
    for curve in found:
        known = [value for value in curve.values if value is not None]
        low, high = magnitude(min(known), metric.unit), magnitude(max(known), metric.unit)
        over = f"{curve.axis} {curve.positions[0]}..{curve.positions[-1]}" if curve.axis else ""
        table.add_row(
            Text(f"    {_fixed(curve)}"),
            Text(sparkline(curve.values, ascii_only=ascii_only), style="green"),
            Text(low if low == high else f"{low} .. {high}"),
            Text(over, style="dim"),
        )
    return table


def _fixed(curve: Curve) -> str:
    """Name what stays fixed along a curve: `conflict, width 4`; a text needs no name."""
    return ", ".join(
        value if isinstance(value, str) else f"{name} {value}" for name, value in curve.fixed.items()
    )

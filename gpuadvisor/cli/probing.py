"""What `probe` does between its options and its output."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gpuadvisor.cli.output import write_document
from gpuadvisor.cli.progress import progress_bar
from gpuadvisor.devices.open import open_device, why_emulated
from gpuadvisor.model.documents import encode
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.probing.run import Step, run_probes
from gpuadvisor.reporting.terminal import render_machine


def probe_device(
    spec: str | None,
    names: Sequence[str],
    directories: Sequence[Path],
    *,
    quick: bool = False,
    quiet: bool,
) -> MachineProfile:
    """Open the device, say which it is and why, and run the probes under a progress bar."""
    errors = Console(stderr=True, quiet=quiet)
    with closing(open_device(spec)) as device:
        errors.print(Text(f"probing {device.facts.id} ({device.facts.name}){_why(spec)}"), soft_wrap=True)
        with progress_bar(errors) as bar:
            task = bar.add_task("", total=None)

            def show(step: Step) -> None:
                bar.update(
                    task,
                    description=f"{step.probe}: {step.point}",
                    completed=step.number - 1,
                    total=step.total,
                )

            profile = run_probes(device, names or None, directories, show, quick=quick)
        if profile.cut_short:
            errors.print(Text(f"{profile.cut_short}; name fewer probes for more"), soft_wrap=True)
        return profile


def show_profile(profile: MachineProfile, form: str) -> None:
    """Write the profile to standard output, as `text` or `json`."""
    if form == "json":
        write_document(encode(profile))
    else:
        render_machine(profile, Console())


def _why(spec: str | None) -> str:
    reason = why_emulated() if spec is None else None
    return f": nothing is measured, because {reason.what}" if reason else ""

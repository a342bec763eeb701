"""What a device cannot do is told with the probe that asks for it."""

import io

from rich.console import Console

from gpuadvisor.model.machine import ProbeResult
from gpuadvisor.reporting.terminal.machine import render_probes
from tests.advising.profiles import machine

REASON = "there is no second GPU that this one reaches directly"


def test_a_sweep_without_what_it_needs_is_told_with_the_reason() -> None:
    result = ProbeResult(
        name="transfers",
        title="Transfers",
        metrics=[],
        points=[],
        seconds=0.1,
        without={"to_peer": REASON},
    )
    console = Console(file=io.StringIO(), width=200)
    render_probes(machine([result]), console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert f"without to_peer: {REASON}" in text
    assert "right answers" not in text

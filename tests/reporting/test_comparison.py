"""The machine's section says what was reached, from where it is known, and what is suspect."""

import io

import msgspec
import pytest
from rich.console import Console

from gpuadvisor.advising.machine.compare import compare
from gpuadvisor.model.comparison import MachineComparison
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Report
from gpuadvisor.reporting.terminal import render
from gpuadvisor.reporting.terminal.comparison import render_comparison
from tests.advising.machine.machines import DEVICE, arithmetic, dram, point, probe, profile, whole


class Ascii(io.StringIO):
    """A terminal that knows no Unicode."""

    encoding = "ascii"


def text(
    machine: MachineProfile | None = None, *, width: int = 100, stream: io.StringIO | None = None
) -> str:
    stream = io.StringIO() if stream is None else stream
    render_comparison(compare(whole() if machine is None else machine), Console(file=stream, width=width))
    return stream.getvalue()


def rows(shown: str) -> list[str]:
    return [" ".join(line.split()) for line in shown.splitlines()]


@pytest.mark.parametrize(
    "expected",
    [
        "Achieved against theory measured",
        "DRAM read 2.79 TB/s 3 TB/s 93 %",
        "L1 read 124 B/clock ~125 B/clock 79.4 % 99.2 % 19.8 TB/s",
        "DRAM 660 cycles ~650 cycles 102 %",
        "FP32 FMA 127/clock 128/clock 79.4 % 99.2 % 40.6 TFLOP/s",
        "~ what others have measured on this model",
        "FP32 14.6 4.52 2.05 1.59 40.6 TFLOP/s measured",
        "Where curves bend measured",
        "DRAM saturates at 31.2 % occupancy with 4 loads in flight",
    ],
)
def test_it_says(expected: str) -> None:
    assert expected in rows(text())


def test_roofs_are_named_where_they_end() -> None:
    shown = text().splitlines()
    (dram_line,) = [line for line in shown if line.lstrip().startswith("DRAM ⣀")]
    (ceiling,) = [line for line in shown if line.endswith(" FP16 tensor")]
    assert shown.index(ceiling) < shown.index(dram_line)
    assert any(line.endswith("operations/byte") for line in shown)


def test_names_that_share_a_row_leave_the_lines_in_place() -> None:
    """The same bandwidth of L1 and shared memory: both slopes begin in one row."""
    shown = text(profile()).splitlines()
    (both,) = [line for line in shown if "L1/shared" in line]
    (dram_line,) = [line for line in shown if line.lstrip().startswith("DRAM ⣀")]
    assert both.index("shared") + len("shared") == dram_line.index("DRAM") + len("DRAM")


def test_a_terminal_without_unicode_gets_plain_characters() -> None:
    shown = text(stream=Ascii())
    assert shown.isascii()
    assert "****" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    shown = text(width=width)
    assert all(len(line) <= width for line in shown.splitlines())
    assert "Roofline" in shown


def test_modelled_figures_are_plainly_said_to_be() -> None:
    modelled = profile(dram(Provenance.MODELLED, read=3e12))
    shown = text(modelled)
    assert "Modelled figures follow from the data sheet" in shown
    assert "Achieved against theory  modelled" in shown
    assert "all datasheet" in shown
    assert "Modelled figures" not in text()


def test_figures_of_several_origins_are_told_apart() -> None:
    mixed = profile(dram(Provenance.MODELLED, read=3e12), arithmetic())
    lines = rows(text(mixed))
    assert "DRAM read 3 TB/s 3 TB/s 100 % modelled" in lines
    assert any(line.startswith("FP32 FMA 127/clock") and line.endswith("measured") for line in lines)


def test_suspect_figures_are_shown_as_such_with_the_reasons() -> None:
    doubted = [point({"bandwidth": 9e12}, "above the plausible 3.06e+12", sweep="read", width=4)]
    measured = probe("dram_bandwidth", {"bandwidth": ("bytes/s", "higher")}, doubted)
    shown = text(profile(measured))
    assert "DRAM read suspect 3 TB/s" in rows(shown)
    assert "Suspect: shown, but used for nothing" in shown
    assert "dram_bandwidth: 1 of 1 points: above the plausible 3.06e+12" in shown
    assert "9 TB/s" not in shown


def test_nothing_known_prints_nothing() -> None:
    stream = io.StringIO()
    render_comparison(MachineComparison(), Console(file=stream))
    assert stream.getvalue() == ""


def test_the_report_shows_it_before_the_probes_and_without_them() -> None:
    machine = whole()
    report = Report(tool=machine.tool, machine=machine, comparison=compare(machine))
    for probes in (True, False):
        stream = io.StringIO()
        render(report, Console(file=stream, width=100), {}, probes=probes)
        shown = stream.getvalue()
        assert shown.index("Test GPU") < shown.index("Achieved against theory")
        assert ("memory_latency, 1 s" in shown) is probes


def test_a_device_of_which_little_is_known_has_a_roofline_all_the_same() -> None:
    bare = msgspec.structs.replace(DEVICE, fp64_lanes=None, l1_bytes_per_clock=None)
    shown = text(profile(dram(read=2e12), device=bare))
    assert "FP32" in shown
    assert "FP64" not in shown

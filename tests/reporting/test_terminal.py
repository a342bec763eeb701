"""The terminal report says what is known, where from, and keeps odd names as they are."""

import io

import msgspec
import pytest
from rich.console import Console

from gpuadvisor.model.counters import KernelCounters, LineCounts
from gpuadvisor.model.kernel import KernelProfile, KernelTime, Launch, Occupancy, Resources
from gpuadvisor.model.machine import ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Evidence, Gain, NotEvaluated, Report, Subject
from gpuadvisor.reporting.terminal import render, render_machine
from tests.model.test_documents import machine

SOURCE = "int a;\nout[x * n + y] = in[i];\n}\n"


def kernel() -> KernelProfile:
    stores = {"global_store_requests": 10, "global_store_sectors": 320, "global_store_ideal_sectors": 40}
    return KernelProfile(
        name="f[abi:cxx11]<int>[/x]",
        source="k.cu",
        line=1,
        device="emulated:h100",
        launch=Launch(grid=(64, 64, 1), block=(32, 8, 1)),
        resources=Resources(
            compiler="nvrtc 13.5",
            compute_capability="9.0",
            registers_per_thread=16,
            static_shared_bytes=4096,
            local_bytes=0,
            spill_store_bytes=0,
            spill_load_bytes=0,
            barriers=1,
        ),
        occupancy=Occupancy(theoretical=0.5, blocks_per_sm=4, warps_per_sm=32, limiters=["registers"]),
        counters=KernelCounters(
            blocks_total=4096, blocks_run=16, warp_instructions=100, thread_instructions=1600, **stores
        ),
        lines=[LineCounts(file="k.cu", line=2, warp_instructions=60, **stores)],
        time=KernelTime(provenance=Provenance.MODELLED, seconds=1.5e-5, bound_by="l2", next_bound_by="dram"),
    )


def advice(number: int) -> Advice:
    return Advice(
        rule="memory-layout/excess-sectors",
        title=f"Title {number}",
        severity="high",
        subject=Subject(kind="access", kernel="f", file="k.cu", line=2),
        message="Stores touch 32 sectors; 4 would do",
        evidence={"access.sectors": Evidence(value=32.0, unit="sectors", provenance=Provenance.COUNTED)},
        change="Turn the loop round.\n\nDetails of the change.",
        gain=Gain(low=1.0, expected=2.5, high=4.0),
    )


REPORT = Report(
    tool=Tool(version="1"),
    machine=machine(),
    kernels=[kernel()],
    advice=[advice(1), advice(2)],
    not_evaluated=[
        NotEvaluated(rule="launch/tail", missing=["kernel.waves"], subject=Subject(kind="kernel", kernel="f"))
    ],
)


def text(report: Report, *, width: int = 120, verbose: bool = False) -> str:
    stream = io.StringIO()
    render(report, Console(file=stream, width=width), {"k.cu": SOURCE}, verbose=verbose)
    return stream.getvalue()


@pytest.mark.parametrize(
    "expected",
    [
        "No GPU took part",
        "132 multiprocessors",
        "1 of 2 points not valid",
        "not valid: throttled",
        "f[abi:cxx11]<int>[/x]",
        "64x64x1 blocks of 32x8x1 threads",
        "compiled by nvrtc 13.5",
        "50 %: 4 blocks, 32 warps per multiprocessor; limited by registers",
        "16 of 4,096",
        "15 us; bound by l2, next dram",
        "modelled",
        ">    2 | out[x * n + y] = in[i];",
        "2.50x faster expected, 1.00 to 4.00 (modelled)",
        "counted: sectors 32",
        "Not evaluated: 1 rules; missing kernel.waves",
    ],
)
def test_it_says(expected: str) -> None:
    assert expected in text(REPORT)


def test_the_change_is_printed_once_per_rule_and_in_full_when_verbose() -> None:
    assert text(REPORT).count("Turn the loop round.") == 1
    assert "Details of the change." not in text(REPORT)
    assert "Details of the change." in text(REPORT, verbose=True)


def test_the_place_is_said_once() -> None:
    located = msgspec.structs.replace(advice(1), message="k.cu:2: each store goes astray")
    shown = text(msgspec.structs.replace(REPORT, advice=[located]))
    assert "k.cu:2 in f" in shown
    assert "     Each store goes astray" in shown


def test_without_probes_the_machine_is_only_named() -> None:
    stream = io.StringIO()
    render(REPORT, Console(file=stream, width=120), {}, probes=False)
    assert "132 multiprocessors" in stream.getvalue()
    assert "Coalescing" not in stream.getvalue()


def test_a_probe_without_metrics_says_so() -> None:
    bare = ProbeResult(
        name="bare", title="Bare", metrics=[], points=[ProbePoint(parameters={}, values={})], seconds=0.1
    )
    stream = io.StringIO()
    profile = msgspec.structs.replace(machine(), probes=[bare])
    render_machine(profile, Console(file=stream, width=120))
    assert "none of its metrics can be had on this device" in stream.getvalue()


def test_no_advice_is_said() -> None:
    assert "No advice" in text(Report(tool=Tool(version="1")))


def test_a_narrow_terminal_breaks_lines_but_loses_no_advice() -> None:
    narrow = text(REPORT, width=50)
    assert all(len(line) <= 50 for line in narrow.splitlines())
    assert "Title 1" in narrow
    assert "Title 2" in narrow


OF_A_RUN = Gain(low=1.0, expected=1.25, high=2.0, saved_seconds=2.0, saved_fraction=0.2)


@pytest.mark.parametrize(
    ("gain", "subject", "expected"),
    [
        (
            OF_A_RUN,
            Subject(kind="timeline", file="trace.json"),
            "1.25x faster expected, 1.00 to 2.00 (modelled); saves 2 s, 20 % of the run",
        ),
        (
            msgspec.structs.replace(OF_A_RUN, expected=1.0, saved_seconds=0.0, saved_fraction=0.0),
            Subject(kind="timeline", file="trace.json"),
            "up to 2.00x faster, the recording does not tell how much of it (modelled)",
        ),
        (
            Gain(low=1.0, expected=1.0, high=2.0),
            Subject(kind="kernel", kernel="f"),
            "up to 2.00x faster, little expected (modelled)",
        ),
    ],
)
def test_gains_of_runs_are_told_in_seconds(gain: Gain, subject: Subject, expected: str) -> None:
    of_run = msgspec.structs.replace(advice(1), gain=gain, subject=subject)
    assert expected in text(msgspec.structs.replace(REPORT, advice=[of_run]))

"""A run on the terminal."""

import io
import re

import msgspec
from rich.console import Console

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Claim, Disagreement, Report, Subject
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.reporting.terminal import render
from tests.advising.timelines import kernel, run


def text(timeline: TimelineProfile, *, width: int = 100, verbose: bool = False, **more: object) -> str:
    report = Report(tool=Tool(version="1"), timelines=[timeline], **more)  # type: ignore[arg-type]
    console = Console(file=io.StringIO(), width=width)
    render(report, console, {}, verbose=verbose)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def line_with(words: str, printed: str) -> str:
    (line,) = (line for line in printed.splitlines() if words in line)
    return re.sub(r"\s+", " ", line).strip()


def test_how_busy_the_gpu_was() -> None:
    printed = text(run())
    assert "trace.json  rank 0 of 2, 12 s recorded  imported:kineto" in printed
    assert "GPU 0 (A10): busy 70 % of 10 s, with kernels 60 %" in printed
    assert "25 steps, 440 ms in the median" in printed
    assert "note: made up" in printed


def test_tables() -> None:
    printed = text(run())
    assert line_with("gemm", printed) == "gemm[/x] 4.5 s 75 % 100 45 ms"
    assert line_with("pageable", printed) == "host to device, pageable 800 ms 3 GiB 12 4.03"
    assert line_with("waited", printed) == "the host waited for the GPU 2 s 10 less than 10 us"
    assert line_with("launched late", printed) == "the host launched late 750 ms 20 less than 10 us"
    assert line_with("cudaLaunchKernel", printed) == "cudaLaunchKernel 2 s 2,110 1 ms"


def test_shapes_of_one_kernel_are_added_up() -> None:
    timeline = msgspec.structs.replace(run(), kernels=[kernel("add", 1, 0.5), kernel("add", 3, 0.5)])
    assert line_with(" add ", text(timeline)) == "add 2 s 100 % 4 500 ms"


def test_a_long_table_is_cut_unless_asked_for() -> None:
    kernels = [kernel(f"kernel_{number:02}", 1, 1.0) for number in range(25)]
    timeline = msgspec.structs.replace(run(), kernels=kernels)
    assert "and 15 more" in text(timeline)
    assert "kernel_24" not in text(timeline)
    assert "kernel_24" in text(timeline, verbose=True)


def test_narrow_terminals_keep_the_numbers() -> None:
    timeline = msgspec.structs.replace(run(), kernels=[kernel("a" * 500, 7, 1.0)])
    printed = text(timeline, width=60)
    assert max(map(len, printed.splitlines())) <= 60
    assert line_with("aaa...", printed) == "aaaaaaaaa... 7 s 100 % 7 1 s"


def test_a_run_without_gpu() -> None:
    bare = TimelineProfile(
        tool=Tool(version="1"),
        provenance=Provenance.IMPORTED_NSYS,
        source="r.sqlite",
        span_seconds=0.0,
        notes=["no GPU activity was recorded"],
    )
    assert "note: no GPU activity was recorded" in text(bare)


def test_disagreements_name_the_sources() -> None:
    claims = [
        Claim(source="a.csv", provenance=Provenance.IMPORTED_NCU, value=40),
        Claim(source="k.cu", provenance=Provenance.COMPILED, value=48),
    ]
    found = Disagreement(kernel="f[/x]", quantity="registers_per_thread", unit="registers", claims=claims)
    printed = text(run(), disagreements=[found])
    assert "f[/x]: registers per thread" in printed
    assert "40 registers  a.csv, imported:ncu" in printed
    assert "48 registers  k.cu, compiled" in printed


def test_advice_names_the_run_once() -> None:
    advice = Advice(
        rule="transfers/pageable-copies",
        title="Pageable copies",
        severity="medium",
        subject=Subject(kind="timeline", file="trace.json"),
        message="trace.json: 5 bytes are copied",
        evidence={},
        change="Pin it.",
    )
    printed = text(run(), advice=[advice])
    assert "     trace.json\n     5 bytes are copied" in printed

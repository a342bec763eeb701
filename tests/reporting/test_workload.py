"""What is printed of a framework's program."""

import io

import msgspec
import pytest
from rich.console import Console

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.report import Report
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Communication, InputWait, OperatorCalls, Optimizer, Workload
from gpuadvisor.reporting.terminal.timeline import render_timelines
from tests.advising.timelines import run

WORKLOAD = Workload(
    operators=[
        OperatorCalls(name="autograd::engine::evaluate_function: MmBackward0", count=9, total_seconds=2.0),
        OperatorCalls(name="MmBackward0[/x]", count=9, total_seconds=1.5),
        OperatorCalls(name="aten::mm", count=2000, total_seconds=0.5),
    ],
    inputs=[
        InputWait(pipeline="worker-processes", count=25, total_seconds=1.1, max_seconds=0.1, idle_seconds=0.5)
    ],
    optimizer=Optimizer(names=["Adam", "SGD"], steps=50, total_seconds=0.25, launches=1000),
    communication=Communication(backend="nccl", seconds=1.5, exposed_seconds=0.5),
)


def printed(timeline: TimelineProfile, *, verbose: bool = False) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    render_timelines(Report(tool=Tool(version="1"), timelines=[timeline]), console, verbose=verbose)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "waits for the workers of a DataLoader: 1.1 s, 10 % of the steps, 500 ms of it without a kernel",
        "optimiser Adam, SGD: 50 steps, 250 ms, 20 launches each",
        "collectives by nccl: 1.5 s, 500 ms of it with no other kernel beside",
    ],
)
def test_each_part_has_its_line(line: str) -> None:
    assert line in printed(msgspec.structs.replace(run(), workload=WORKLOAD))


def test_a_run_without_a_framework_has_none_of_them() -> None:
    shown = printed(run())
    assert "optimiser" not in shown
    assert "operators" not in shown


def test_operators_are_listed_where_nothing_ran_on_a_gpu_or_all_is_asked_for() -> None:
    with_gpu = msgspec.structs.replace(run(), workload=WORKLOAD)
    assert "aten::mm" not in printed(with_gpu)
    assert "aten::mm" in printed(with_gpu, verbose=True)
    shown = printed(msgspec.structs.replace(with_gpu, kernels=[]))
    assert "MmBackward0[/x]" in shown
    assert "2,000" in shown
    assert "evaluate_function" not in shown

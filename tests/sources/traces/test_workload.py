"""What operators, marks and memory events of a trace tell, each worked out by hand."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gpuadvisor.model.documents import decode, encode
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Autograd, MatrixProduct, Workload
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.nsys import read_nsys
from tests.sources.traces.kineto_traces import Json, call, kernel, step, trace, write
from tests.sources.traces.nsys_exports import export
from tests.sources.traces.operator_events import allocation, called, with_inputs

FLOAT = ["float", "float"]
LOADER = "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"
BACK = "autograd::engine::evaluate_function: "


def profile(tmp_path: Path, events: list[Json], **head: Any) -> TimelineProfile:
    return read_kineto(write(tmp_path / "trace.json", trace(events, **head)))


def workload(tmp_path: Path, events: list[Json], **head: Any) -> Workload:
    found = profile(tmp_path, events, **head).workload
    assert found is not None
    return found


def annotated(name: str, ts: float, dur: float) -> Json:
    return called(name, ts, dur, category="user_annotation")


def test_nothing_of_a_framework_is_no_workload(tmp_path: Path) -> None:
    assert profile(tmp_path, [kernel(0, 5), call(0, 1)]).workload is None


def test_operators_are_counted_and_nested_ones_cover_time_once(tmp_path: Path) -> None:
    nested = [called("aten::linear", 0, 10), called("aten::addmm", 2, 6), called("aten::linear", 20, 10)]
    found = workload(tmp_path, [*nested, called("aten::mm", 5, 10, tid=2)])
    seconds = {calls.name: (calls.count, calls.total_seconds) for calls in found.operators}
    assert seconds["aten::linear"] == (2, pytest.approx(20e-6))
    assert seconds["aten::addmm"] == (1, pytest.approx(6e-6))
    assert found.operator_seconds == pytest.approx(30e-6)


def test_waits_within_reads_of_scalars_are_told_apart(tmp_path: Path) -> None:
    events = [
        called("aten::item", 0, 100),
        called("aten::_local_scalar_dense", 1, 98),
        call(10, 60, "cudaStreamSynchronize"),
        call(5, 2, "cudaMemcpyAsync"),
        called("aten::nonzero", 200, 50),
        call(210, 30, "cudaStreamSynchronize"),
        call(300, 500, "cudaDeviceSynchronize"),
    ]
    found = workload(tmp_path, events)
    assert found.scalar_reads is not None
    assert (found.scalar_reads.count, found.scalar_reads.total_seconds) == (1, pytest.approx(60e-6))
    assert found.shape_reads is not None
    assert (found.shape_reads.count, found.shape_reads.total_seconds) == (1, pytest.approx(30e-6))


def test_reads_on_a_cpu_wait_for_no_gpu(tmp_path: Path) -> None:
    assert workload(tmp_path, [called("aten::_local_scalar_dense", 0, 5)]).scalar_reads is None


def test_waits_for_input_are_idle_where_no_kernel_runs(tmp_path: Path) -> None:
    events = [annotated(LOADER, 0, 100), annotated(LOADER, 200, 50), kernel(60, 100)]
    (wait,) = workload(tmp_path, events).inputs
    assert (wait.pipeline, wait.count) == ("single-process", 2)
    assert wait.total_seconds == pytest.approx(150e-6)
    assert wait.max_seconds == pytest.approx(100e-6)
    assert wait.idle_seconds == pytest.approx(110e-6)


def test_only_waits_within_marked_steps_count_where_steps_are_marked(tmp_path: Path) -> None:
    events = [
        annotated(LOADER, 0, 500),
        step(1, 500, 100),
        annotated(LOADER, 520, 30),
        annotated(LOADER, 700, 9),
    ]
    (wait,) = workload(tmp_path, events).inputs
    assert (wait.count, wait.total_seconds, wait.max_seconds) == (
        1, pytest.approx(30e-6), pytest.approx(30e-6),
    )  # fmt: skip


def test_launches_and_operators_of_an_optimizer(tmp_path: Path) -> None:
    events = [
        annotated("Optimizer.step#AdamW.step", 100, 50),
        called("aten::_foreach_add_", 110, 5),
        called("aten::_fused_adamw_", 120, 5),
        call(112, 2, "cudaLaunchKernel"),
        call(122, 2, "cuLaunchKernelEx"),
        call(90, 2, "cudaLaunchKernel"),
        called("aten::_amp_foreach_non_finite_check_and_unscale_", 80, 5),
    ]
    optimizer = workload(tmp_path, events).optimizer
    assert optimizer is not None
    assert (optimizer.names, optimizer.steps, optimizer.launches) == (["AdamW"], 1, 2)
    assert (optimizer.foreach_calls, optimizer.fused_calls, optimizer.loss_scalings) == (1, 1, 1)


def test_only_fills_of_gradients_are_counted(tmp_path: Path) -> None:
    events = [
        annotated("Optimizer.step#SGD.step", 0, 5),
        annotated("Optimizer.zero_grad#SGD.zero_grad", 10, 20),
        called("aten::zero_", 12, 2),
        called("aten::zero_", 50, 2),
    ]
    optimizer = workload(tmp_path, events).optimizer
    assert optimizer is not None
    assert optimizer.gradient_fills == 1


def test_nodes_of_the_graph_of_gradients(tmp_path: Path) -> None:
    """Two passes of three operators each, of which the second never goes back."""
    forward = [
        called("aten::mm", ts, 5, **{"Sequence number": number, "Fwd thread id": 0})
        for ts, number in [(0, 7), (10, 8), (20, 9), (100, 10), (110, 11), (120, 12)]
    ]
    back = [
        called(f"{BACK}MmBackward0", ts, 5, tid=2, **{"Sequence number": number, "Fwd thread id": 1})
        for ts, number in [(30, 9), (40, 8), (50, 7)]
    ]
    leaf = called(f"{BACK}torch::autograd::AccumulateGrad", 60, 5, tid=2)
    assert workload(tmp_path, [*forward, *back, leaf]).autograd == Autograd(created=6, evaluated=3)


def test_without_gradients_there_is_no_graph(tmp_path: Path) -> None:
    same = [called("aten::mm", ts, 5, **{"Sequence number": 4, "Fwd thread id": 0}) for ts in (0, 10)]
    assert workload(tmp_path, same).autograd is None


def test_products_by_shape_and_type(tmp_path: Path) -> None:
    events = [
        with_inputs("aten::mm", 0, [[2, 3], [3, 4]], FLOAT),
        with_inputs("aten::mm", 10, [[2, 3], [3, 4]], FLOAT),
        with_inputs("aten::addmm", 20, [[4], [8, 16], [16, 4], [], []], ["c10::Half"] * 3),
        with_inputs("aten::bmm", 30, [[5, 2, 3], [5, 3, 4]], ["c10::BFloat16"] * 2),
    ]
    assert workload(tmp_path, events).products == [
        MatrixProduct(operator="aten::addmm", type="float16", m=8, n=4, k=16, count=1),
        MatrixProduct(operator="aten::bmm", type="bfloat16", m=2, n=4, k=3, batch=5, count=1),
        MatrixProduct(operator="aten::mm", type="float32", m=2, n=4, k=3, count=2),
    ]


@pytest.mark.parametrize(
    "dimensions",
    [
        [],
        [[2, 3]],
        [[2, 3], [4, 4]],
        [[2], [2, 3]],
        [[2, -3], [-3, 4]],
        "x",
        {"a": 1},
        None,
        [[2, 3], [3, 10**30]],
        [[2**30, 2**30], [2**30, 4]],
    ],
)
def test_inputs_that_are_no_product_are_left_out(dimensions: Any, tmp_path: Path) -> None:
    assert workload(tmp_path, [with_inputs("aten::mm", 0, dimensions, FLOAT)]).products == []


def test_flags_of_convolutions(tmp_path: Path) -> None:
    def convolved(ts: float, size: int, benchmark: str, deterministic: str) -> Json:
        values = [*[""] * 9, benchmark, deterministic, "True", "True"]
        return with_inputs("aten::_convolution", ts, [[1, 3, size, size], [8, 3, 3, 3]], FLOAT, values)

    events = [
        convolved(0, 8, "True", "False"),
        convolved(9, 8, "False", "True"),
        convolved(20, 16, "False", "False"),
    ]
    found = workload(tmp_path, events).convolutions
    assert found is not None
    assert (found.calls, found.benchmark_calls, found.deterministic_calls, found.shapes) == (3, 1, 1, 2)


def test_collectives_beside_other_kernels(tmp_path: Path) -> None:
    sized = {"Collective name": "allreduce", "In msg nelems": 1024, "dtype": "Float"}
    events = [
        kernel(0, 100, name="ncclDevKernel_AllReduce_Sum_f32", stream=20),
        kernel(60, 100, name="sgemm"),
        called("record_param_comms", 0, 5, **sized),
        called("record_param_comms", 10, 5, **sized | {"In msg nelems": 2**20}),
    ]
    found = workload(tmp_path, events, distributedInfo={"backend": "nccl", "rank": 1}).communication
    assert found is not None
    assert found.backend == "nccl"
    assert (found.seconds, found.exposed_seconds) == (pytest.approx(100e-6), pytest.approx(60e-6))
    (calls,) = found.collectives
    assert (calls.name, calls.count, calls.total_bytes, calls.small_count) == (
        "allreduce", 2, 4096 + 2**22, 1,
    )  # fmt: skip


def test_compiled_regions(tmp_path: Path) -> None:
    names = ["0/0", "0/1", "0/1", "1/0"]
    events = [called(f"Torch-Compiled Region: {name}", 10 * at, 5) for at, name in enumerate(names)]
    found = workload(tmp_path, events).compiled
    assert found is not None
    assert (found.calls, found.regions, found.variants) == (4, 2, 2)


def test_peaks_of_the_allocator(tmp_path: Path) -> None:
    events = [
        allocation(1, 10, 30),
        allocation(2, 20, 40),
        allocation(3, 5, 35),
        allocation(4, 99, 99, -1, 0),
    ]
    (use,) = profile(tmp_path, events).memory
    assert (use.device, use.peak_allocated_bytes, use.peak_reserved_bytes) == (0, 20, 40)
    assert use.capacity_bytes == 85_000_000_000


HUGE = 10**40
HOSTILE = [
    allocation(1, HUGE, "x"),
    allocation(1, [1], {}, device={"a": 1}),
    called("aten::mm", 0, 5, **{"Sequence number": HUGE, "Fwd thread id": 0}),
    called("aten::mm", 6, 5, **{"Sequence number": -1, "Fwd thread id": 0}),
    called("aten::mm", 9, 5, **{"Sequence number": [3], "Fwd thread id": 0}),
    {
        "ph": "X",
        "cat": "cpu_op",
        "name": "aten::mm",
        "tid": [1, 2],
        "ts": 1,
        "dur": 2,
        "args": {"Input Dims": HUGE},
    },
    {"ph": "X", "cat": "cpu_op", "name": None, "tid": None, "ts": 1, "dur": -5},
    called("record_param_comms", 0, 5, **{"Collective name": "x", "In msg nelems": HUGE, "dtype": "Float"}),
    called("record_param_comms", 0, 5, **{"Collective name": ["x"], "In msg nelems": 2**39, "dtype": {}}),
    called("Torch-Compiled Region: 0/" + "9" * 50, 0, 5),
    called("Optimizer.step#" + "\x1b[31m" + ".step", 0, 5),
]


def test_what_cannot_be_is_left_out(tmp_path: Path) -> None:
    found = profile(tmp_path, [*HOSTILE, called("aten::mm\x1b", 20, 5)], distributedInfo={"backend": [1]})
    assert decode(encode(found), "here") == found
    assert found.memory == []
    assert b"\x1b" not in msgspec.json.encode(found).replace(b"\\u001b", b"\x1b")


def test_ranges_of_an_export_of_nsight_systems(tmp_path: Path) -> None:
    ranges = [
        (0, 50_000, 59, LOADER, None, 7),
        (60_000, 90_000, 59, "aten::addmm, seq = 5, op_id = 9", None, 7),
        (70_000, 80_000, 59, "aten::mm, seq = 6, op_id = 10", None, 7),
        (95_000, 99_000, 59, "Optimizer.step#Adam.step", None, 7),
        (95_000, None, 59, "aten::never_ended", None, 7),
    ]
    found = read_nsys(export(tmp_path / "run.sqlite", content={"NVTX_EVENTS": ranges})).workload
    assert found is not None
    assert [(calls.name, calls.count) for calls in found.operators] == [("aten::addmm", 1), ("aten::mm", 1)]
    assert found.operator_seconds == pytest.approx(30e-6)
    assert found.inputs[0].total_seconds == pytest.approx(50e-6)
    assert found.optimizer is not None

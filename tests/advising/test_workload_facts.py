"""Facts about a framework's run, worked out by hand from a made-up one."""

import msgspec
import pytest

from gpuadvisor.advising.catalogue import (
    communication,
    framework_memory,
    input_pipeline,
    matrix_work,
    operators,
    optimizers,
)
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import Scene
from gpuadvisor.advising.types import OF_FACT, type_of
from gpuadvisor.model.sampled import MemoryUse
from gpuadvisor.model.timeline import KernelActivity, TimelineDevice, TimelineProfile
from gpuadvisor.model.workload import (
    Autograd,
    Collectives,
    Communication,
    CompiledRegions,
    Convolutions,
    HostReads,
    InputWait,
    MatrixProduct,
    OperatorCalls,
    Optimizer,
    Peers,
    Workload,
)
from tests.advising.timelines import run

GROUPS = (operators, matrix_work, optimizers, input_pipeline, communication, framework_memory)
WORKLOAD = Workload(
    operators=[
        OperatorCalls(name="aten::lstm_cell", count=500, total_seconds=1.0),
        OperatorCalls(name="aten::_softmax", count=10, total_seconds=1.0),
        OperatorCalls(name="aten::bmm", count=20, total_seconds=1.0),
    ],
    operator_seconds=6.0,
    products=[
        MatrixProduct(operator="aten::mm", type="bfloat16", m=16, n=16, k=24, count=10),
        MatrixProduct(operator="aten::mm", type="bfloat16", m=16, n=12, k=32, count=30),
        MatrixProduct(operator="aten::mm", type="float32", m=1, n=1, k=1, count=1),
    ],
    convolutions=Convolutions(calls=40, benchmark_calls=30, deterministic_calls=10, shapes=4),
    scalar_reads=HostReads(count=5, total_seconds=1.5),
    shape_reads=HostReads(count=2, total_seconds=0.3),
    inputs=[
        InputWait(pipeline="single-process", count=1, total_seconds=4.0, max_seconds=4.0, idle_seconds=2.2),
        InputWait(pipeline="worker-processes", count=9, total_seconds=2.0, max_seconds=0.5, idle_seconds=1.1),
        InputWait(pipeline="tf.data", count=9, total_seconds=0.55, max_seconds=0.5),
    ],
    optimizer=Optimizer(
        names=["Adam"], steps=20, total_seconds=2.2, launches=400, foreach_calls=60, fused_calls=3,
        gradient_fills=10, loss_scalings=7,
    ),
    autograd=Autograd(created=1000, evaluated=750),
    communication=Communication(
        backend="nccl", seconds=2.0, exposed_seconds=0.5,
        collectives=[
            Collectives(name="allreduce", count=75, total_bytes=9, small_count=60),
            Collectives(name="broadcast", count=25, total_bytes=9, small_count=20),
        ],
    ),
    compiled=CompiledRegions(calls=9, regions=2, variants=4),
    data_parallel_calls=3,
)  # fmt: skip
EXPECTED = {
    "operators.host_fraction": 0.5,
    "scalar_reads": 5,
    "scalar_reads.wait_share": 0.5,
    "shape_reads": 2,
    "shape_reads.wait_share": 0.1,
    "tensors_read_per_step": 0.0,
    "gradients.unused_fraction": 0.25,
    "gradients.unused": 10.0,
    "compiled_calls": 9,
    "compiled_variants": 4,
    "devices": 2,
    "data_parallel_calls": 3,
    "compute_capability": 8.0,
    "matrix_fraction": 0.8,
    "convolution_fraction": 0.2,
    "float32_matrix_fraction": 0.1,
    "tf32_matrix_fraction": 0.2,
    "half_matrix_fraction": 0.5,
    "float64_fraction": 0.0,
    "layout_fraction": 0.1,
    "softmax_fraction": 0.05,
    "eager_tensorflow_fraction": 0.03,
    "recurrent_fraction": 0.02,
    "small_product_share": 100 / 160,
    "small_grid_fraction": 0.5,
    "products.unaligned_fraction": 0.75,
    "products.repeats": 30 / 25,
    "products.repeated_operations": 2 * 16 * 12 * 32,
    "recurrent_cells": 20.0,
    "recurrent_layers": 0,
    "separate_attention": 10,
    "convolutions.benchmark_fraction": 0.75,
    "convolutions.deterministic_fraction": 0.25,
    "convolutions.shape_fraction": 0.1,
    "optimizer.fraction": 0.2,
    "optimizer.launches": 20.0,
    "optimizer.foreach_calls": 60,
    "optimizer.fused_calls": 3,
    "optimizer.gradient_fills": 0.5,
    "optimizer.loss_scalings": 7,
    "input.fraction": 0.35,
    "input.in_process_fraction": 0.2,
    "input.workers_fraction": 0.1,
    "input.tf_data_fraction": 0.05,
    "input.longest_share": 0.25,
    "communication.exposed_fraction": 0.05,
    "communication.overlap": 0.75,
    "communication.backend": "nccl",
    "communication.calls": 4.0,
    "communication.small_share": 0.8,
    "ranks": 4,
    "compute_ratio": 1.5,
    "memory.allocated_bytes": 60,
    "memory.reserved_bytes": 80,
    "memory.filled_fraction": 0.8,
    "memory.unused_fraction": 0.25,
    "memory.retries": 2,
}


def kernel(role: str | None, seconds: float, count: int = 10, **more: object) -> KernelActivity:
    each = seconds / count
    told = {
        "role": role,
        "count": count,
        "total_seconds": seconds,
        "median_seconds": each,
        "max_seconds": each,
    }
    return msgspec.convert({"name": "k"} | told | more, KernelActivity)


def made_up() -> TimelineProfile:
    """Ten seconds on two GPUs, 25 steps of 11 seconds together, and ten seconds of kernels in all."""
    kernels = [
        kernel("matrix", 5.0, precision="bfloat16", tensor_cores=True),
        kernel("matrix", 0.0009, 100, precision="float32"),
        kernel("matrix", 0.9991, precision="float32"),
        kernel("convolution", 2.0, precision="tf32", tensor_cores=True, grid=[4, 1, 1]),
        kernel("layout", 1.0, grid=[100, 100, 1]),
        kernel("softmax", 0.5, 5, grid=[500, 1, 1]),
        kernel("eager", 0.3, 10, grid=[500, 1, 1]),
        kernel("recurrent", 0.2, 5, grid=[9, 5, 5]),
        kernel(None, 7.0, 70, communication=True, grid=[1, 1, 1]),
    ]
    device = TimelineDevice(index=0, compute_capability="9.0", multiprocessors=132, span_seconds=6.0)
    older = TimelineDevice(index=1, compute_capability="8.0", multiprocessors=108, span_seconds=4.0)
    return msgspec.structs.replace(
        run(),
        devices=[device, older],
        kernels=kernels,
        workload=WORKLOAD,
        peers=Peers(ranks=4, compute_seconds=3.0, median_compute_seconds=2.0),
        memory=[
            MemoryUse(device=None, peak_allocated_bytes=999),
            MemoryUse(device=0, peak_allocated_bytes=9, capacity_bytes=100),
            MemoryUse(
                device=1, peak_allocated_bytes=60, peak_reserved_bytes=80, capacity_bytes=100,
                allocation_retries=2,
            ),
        ],
    )  # fmt: skip


def test_every_fact_has_its_value_here() -> None:
    names = {fact.name.removeprefix("timeline.") for group in GROUPS for fact in group.FACTS}
    assert names == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fact_is_read_right(name: str) -> None:
    fact = CATALOGUE[f"timeline.{name}"]
    value = fact.read(Scene(timeline=made_up()))
    assert value is not None
    assert type_of(value) is OF_FACT[fact.type]
    assert value == pytest.approx(EXPECTED[name]) if isinstance(value, float) else value == EXPECTED[name]


KNOWN_WITHOUT_OPERATORS = {
    "communication.exposed_fraction": 0.0,
    "communication.backend": "none",
    "devices": 1,
    "ranks": 1,
}


@pytest.mark.parametrize("name", [name for name in EXPECTED if name not in KNOWN_WITHOUT_OPERATORS])
def test_what_was_not_recorded_is_missing(name: str) -> None:
    alone = msgspec.structs.replace(run(), kernels=[], world_size=None, steps=None)
    assert CATALOGUE[f"timeline.{name}"].read(Scene(timeline=alone)) is None


@pytest.mark.parametrize("name", KNOWN_WITHOUT_OPERATORS)
def test_what_one_process_without_operators_tells(name: str) -> None:
    alone = msgspec.structs.replace(run(), kernels=[], world_size=None, steps=None)
    assert CATALOGUE[f"timeline.{name}"].read(Scene(timeline=alone)) == KNOWN_WITHOUT_OPERATORS[name]


def test_steps_of_an_optimizer_count_where_no_steps_are_marked() -> None:
    unmarked = msgspec.structs.replace(made_up(), steps=None)
    assert CATALOGUE["timeline.recurrent_cells"].read(Scene(timeline=unmarked)) == 25.0

"""Training loops at fault in what the host does, and their tuned twins, simulated."""

from contextlib import ExitStack
from typing import Any

from tests.advising.runs.proof import Twins
from tests.advising.runs.simulation import SimulatedRun

STEPS = 20
IN_PROCESS = "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"
WORKERS = "enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__"


def operator(run: SimulatedRun, name: str, kernel_seconds: float = 0.0, **more: Any) -> None:
    """Call an operator: ten microseconds of the host, and a kernel if it has one."""
    with run.range(name, "cpu_op", **more):
        run.work(10e-6)
        if kernel_seconds:
            run.launch(f"void at::native::elementwise<{name}>", kernel_seconds)


def mark(run: SimulatedRun, name: str, seconds: float) -> None:
    with run.range(name, "user_annotation"):
        run.work(seconds)


def read(run: SimulatedRun, *operators: str, size_bytes: int = 4) -> None:
    """Copy a result to the host within operators, and wait for it."""
    with ExitStack() as opened:
        for name in operators:
            opened.enter_context(run.range(name))
        run.copy("DtoH", size_bytes)
        run.synchronize("cudaStreamSynchronize")


def scalar_reads(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mul", 500e-6)
            if not tuned:
                read(run, "aten::item", "aten::_local_scalar_dense")
            run.work(150e-6)
    read(run, "aten::item", "aten::_local_scalar_dense")


def data_dependent_shapes(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mul", 500e-6)
            if not tuned:
                read(run, "aten::nonzero")
            run.work(150e-6)
    read(run, "aten::item", "aten::_local_scalar_dense")


def tensors_read_back(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mul", 500e-6)
            if not tuned:
                read(run, "aten::_to_copy", "aten::copy_", size_bytes=4_000_000)
            run.work(150e-6)
    read(run, "aten::item", "aten::_local_scalar_dense")


def batches(run: SimulatedRun, name: str, waits: list[float]) -> None:
    for number, seconds in enumerate(waits):
        with run.step(number):
            mark(run, name, seconds)
            operator(run, "aten::mul", 5e-3)
            run.synchronize()


def input_in_process(run: SimulatedRun, tuned: bool) -> None:
    batches(run, WORKERS if tuned else IN_PROCESS, [20e-6 if tuned else 3e-3] * STEPS)


def input_workers_late(run: SimulatedRun, tuned: bool) -> None:
    batches(run, WORKERS, [20e-6 if tuned else 3e-3] * STEPS)


def input_workers_restart(run: SimulatedRun, tuned: bool) -> None:
    batches(run, WORKERS, [20e-6 if tuned else 0.3, *[20e-6] * (STEPS - 1)])


def input_tf_data(run: SimulatedRun, tuned: bool) -> None:
    batches(run, "IteratorGetNext", [20e-6 if tuned else 3e-3] * STEPS)


def optimizer_step(run: SimulatedRun, operators: list[tuple[str, float]]) -> None:
    with run.range("Optimizer.step#AdamW.step", "user_annotation"):
        for name, seconds in operators:
            operator(run, name, seconds)


def with_optimizer(run: SimulatedRun, operators: list[tuple[str, float]]) -> None:
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mm", 2e-3)
            optimizer_step(run, operators)
    run.synchronize()


LOOP = [("aten::lerp_", 2e-6), ("aten::addcmul_", 2e-6), ("aten::addcdiv_", 2e-6)] * 60
LISTS = [("aten::_foreach_lerp_", 40e-6), ("aten::_foreach_addcdiv_", 40e-6)] * 30
FUSED = [("aten::_fused_adamw_", 60e-6)]


def optimizer_loops(run: SimulatedRun, tuned: bool) -> None:
    with_optimizer(run, FUSED if tuned else LOOP)


def optimizer_not_fused(run: SimulatedRun, tuned: bool) -> None:
    with_optimizer(run, FUSED if tuned else LISTS)


def gradients_filled(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            with run.range("Optimizer.zero_grad#AdamW.zero_grad", "user_annotation"):
                for _ in range(0 if tuned else 20):
                    operator(run, "aten::zero_", 2e-6)
            operator(run, "aten::mm", 2e-3)
            optimizer_step(run, FUSED)
    run.synchronize()


def loss_scaling(run: SimulatedRun, tuned: bool) -> None:
    unscale = [] if tuned else [("aten::_amp_foreach_non_finite_check_and_unscale_", 40e-6)]
    with_optimizer(run, [*unscale, *FUSED])


def eager_overhead(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            if tuned:
                with run.range("Torch-Compiled Region: 0/0", "user_annotation"):
                    operator(run, "CompiledFxGraph", 600e-6)
            for layer in range(0 if tuned else 40):
                operator(run, f"aten::layer_{layer}", 4e-6)
    run.synchronize()


def recompiles(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number), run.range(f"Torch-Compiled Region: 0/{0 if tuned else number % 8}"):
            operator(run, "CompiledFxGraph", 600e-6)
    run.synchronize()


def gpu_utilization_low(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mm", 9e-3 if tuned else 1e-3)
            run.work(4e-3)
    run.synchronize()


def gradients_unused(run: SimulatedRun, tuned: bool) -> None:
    node = 0
    for number in range(STEPS):
        training = number % 2 == 0
        with run.step(number):
            for _ in range(40):
                operator(run, "aten::mm", 50e-6, **{"Sequence number": node, "Fwd thread id": 0})
                node += training or not tuned
            for back in range(40 if training else 0):
                name = "autograd::engine::evaluate_function: MmBackward0"
                operator(run, name, 50e-6, **{"Sequence number": node - back, "Fwd thread id": 1})
    run.synchronize()


def recurrent_cells(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            if tuned:
                operator(run, "aten::lstm", 400e-6)
            for _ in range(0 if tuned else 64):
                operator(run, "aten::lstm_cell", 4e-6)
    run.synchronize()


TWINS = (
    Twins(rule="deep-learning/scalar-reads", program="scalar_reads", simulate=scalar_reads),
    Twins(
        rule="deep-learning/data-dependent-shapes",
        program="data_dependent_shapes",
        simulate=data_dependent_shapes,
    ),
    Twins(rule="deep-learning/tensors-read-back", program="tensors_read_back", simulate=tensors_read_back),
    Twins(rule="deep-learning/input-in-process", program="input_in_process", simulate=input_in_process),
    Twins(rule="deep-learning/input-workers-late", program="input_workers_late", simulate=input_workers_late),
    Twins(
        rule="deep-learning/input-workers-restart",
        program="input_workers_restart",
        simulate=input_workers_restart,
    ),
    Twins(rule="deep-learning/input-tf-data", program="input_tf_data", simulate=input_tf_data),
    Twins(rule="deep-learning/optimizer-loops", program="optimizer_loops", simulate=optimizer_loops),
    Twins(
        rule="deep-learning/optimizer-not-fused", program="optimizer_not_fused", simulate=optimizer_not_fused
    ),
    Twins(rule="deep-learning/gradients-filled", program="gradients_filled", simulate=gradients_filled),
    Twins(rule="deep-learning/loss-scaling", program="loss_scaling", simulate=loss_scaling),
    Twins(rule="deep-learning/eager-overhead", program="eager_overhead", simulate=eager_overhead),
    Twins(rule="deep-learning/recompiles", program="recompiles", simulate=recompiles),
    Twins(
        rule="deep-learning/gpu-utilization-low", program="gpu_utilization_low", simulate=gpu_utilization_low
    ),
    Twins(
        rule="deep-learning/gradients-unused",
        program="gradients_unused",
        simulate=gradients_unused,
        formats=("kineto",),
    ),
    Twins(rule="deep-learning/recurrent-cells", program="recurrent_cells", simulate=recurrent_cells),
)

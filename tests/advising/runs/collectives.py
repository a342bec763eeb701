"""Runs of several ranks at fault in how they communicate, and their tuned twins, simulated."""

from tests.advising.runs.proof import Twins
from tests.advising.runs.simulation import SimulatedRun
from tests.advising.runs.training import STEPS, operator

NCCL = "ncclDevKernel_AllReduce_Sum_f32_RING_LL(ncclDevKernelArgsStorage<4096ul>)"
NCCL_STREAM = 20


def distributed(run: SimulatedRun, rank: int = 0, backend: str = "nccl", ranks: int = 2) -> None:
    run.head["distributedInfo"] = {"backend": backend, "rank": rank, "world_size": ranks}


def reduce_gradients(run: SimulatedRun, elements: int, seconds: float, *, overlapping: bool) -> None:
    """Reduce gradients beside the kernels that are launched, or after those that were."""
    if not overlapping:
        run.order(7, NCCL_STREAM)
    more = {"Collective name": "allreduce", "In msg nelems": elements, "dtype": "Float", "Group size": 2}
    with run.range("record_param_comms", "cpu_op", **more):
        run.work(5e-6)
        run.launch(NCCL, seconds, stream=NCCL_STREAM)
    if not overlapping:
        run.order(NCCL_STREAM, 7)


def communication_not_overlapped(run: SimulatedRun, tuned: bool) -> None:
    distributed(run)
    for number in range(STEPS):
        with run.step(number):
            if tuned:
                reduce_gradients(run, 6_000_000, 800e-6, overlapping=True)
            operator(run, "aten::mm", 2e-3)
            if not tuned:
                reduce_gradients(run, 6_000_000, 800e-6, overlapping=False)
    run.synchronize()


def communication_dominates(run: SimulatedRun, tuned: bool) -> None:
    distributed(run)
    for number in range(STEPS):
        with run.step(number):
            reduce_gradients(run, 12_000_000, 500e-6 if tuned else 1.5e-3, overlapping=True)
            operator(run, "aten::mm", 1e-3)
            run.synchronize()


def small_collectives(run: SimulatedRun, tuned: bool) -> None:
    distributed(run)
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mm", 4e-3)
            for _ in range(1 if tuned else 60):
                reduce_gradients(run, 600_000 if tuned else 10_000, 20e-6, overlapping=True)
    run.synchronize()


def collectives_not_nccl(run: SimulatedRun, tuned: bool) -> None:
    distributed(run, backend="nccl" if tuned else "gloo")
    for number in range(STEPS):
        with run.step(number):
            operator(run, "aten::mm", 1e-3)
    run.synchronize()


def rank(number: int, *, slow: bool) -> SimulatedRun:
    """Return the run of one of four ranks, which takes half as long again if it is slow."""
    run = SimulatedRun()
    distributed(run, number, ranks=4)
    for step in range(STEPS):
        with run.step(step):
            operator(run, "aten::mm", 1.5e-3 if slow else 1e-3)
            reduce_gradients(run, 6_000_000, 100e-6 if slow else 600e-6, overlapping=False)
    return run


TWINS = (
    Twins(
        rule="deep-learning/communication-not-overlapped",
        program="communication_not_overlapped",
        simulate=communication_not_overlapped,
    ),
    Twins(
        rule="deep-learning/communication-dominates",
        program="communication_dominates",
        simulate=communication_dominates,
    ),
    Twins(
        rule="deep-learning/small-collectives",
        program="small_collectives",
        simulate=small_collectives,
        formats=("kineto",),
    ),
    Twins(
        rule="deep-learning/collectives-not-nccl",
        program="collectives_not_nccl",
        simulate=collectives_not_nccl,
        formats=("kineto",),
    ),
)

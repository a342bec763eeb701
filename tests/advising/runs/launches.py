"""Programs whose launches are at fault, and their tuned twins, simulated."""

from tests.advising.runs.proof import Twins
from tests.advising.runs.simulation import SimulatedRun

ELEMENTWISE = "void at::native::vectorized_elementwise_kernel<4, at::native::{}Functor<float>>(int)"


def allocation_in_loop(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        if not tuned:
            run.call("cudaMalloc", 100e-6)
        run.launch("solve", 300e-6)
        if not tuned:
            run.synchronize("cudaFree")
    run.synchronize()


def host_late(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        run.work(0.1e-3 if tuned else 2e-3)
        run.launch("simulate", 1e-3)
    run.synchronize()


def small_kernels_in_a_row(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        for name in ["Fused"] if tuned else ["Mul", "Add", "Relu", "Mul", "Add"]:
            run.launch(ELEMENTWISE.format(name), 6e-6 if tuned else 4e-6)
        run.launch("ampere_sgemm_128x64_nn", 80e-6)
    run.synchronize()


def streams_unused(run: SimulatedRun, tuned: bool) -> None:
    for number in range(100):
        run.launch("factorize", 500e-6, blocks=8, stream=20 + number % 4 if tuned else 7)
    run.synchronize()


def uneven_devices(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        run.launch("convolve", 1.25e-3 if tuned else 2e-3, device=0)
        run.launch("convolve", 1.25e-3 if tuned else 0.5e-3, device=1)
    run.synchronize()


def one_call_dominates(run: SimulatedRun, tuned: bool) -> None:
    for number in range(100):
        if number == 0 or not tuned:
            run.call("cudaGetDeviceProperties_v2_v12000", 600e-6)
        run.launch("render", 300e-6)
    run.synchronize()


def idle_before_first_kernel(run: SimulatedRun, tuned: bool) -> None:
    run.call("cudaGetDeviceCount", 1e-6)
    run.work(0.02 if tuned else 0.2)
    for _ in range(100):
        run.launch("train", 2e-3)
    run.synchronize()


def idle_after_last_kernel(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        run.launch("render", 2e-3)
    run.synchronize()
    run.work(0.02 if tuned else 0.2)
    run.call("cudaStreamSynchronize", 1e-6)


def launches_wait(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(200):
        run.work(80e-6)
        run.launch("step", 200e-6, waits=not tuned)
    run.synchronize()


def host_waits_for_gpu(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        run.launch("step", 300e-6)
        if not tuned:
            run.synchronize("cudaStreamSynchronize")
        run.work(100e-6)
    run.synchronize()


def launch_bound(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        for kind in range(1 if tuned else 10):
            run.work(10e-6)
            run.launch(f"operator_{kind}", 30e-6 if tuned else 3e-6)
    run.synchronize()


TWINS = (
    Twins(rule="launch/allocation-in-loop", program="allocation_in_loop", simulate=allocation_in_loop),
    Twins(rule="launch/host-late", program="host_late", simulate=host_late),
    Twins(
        rule="launch/small-kernels-in-a-row",
        program="small_kernels_in_a_row",
        simulate=small_kernels_in_a_row,
    ),
    Twins(rule="launch/streams-unused", program="streams_unused", simulate=streams_unused),
    Twins(rule="launch/uneven-devices", program="uneven_devices", simulate=uneven_devices),
    Twins(rule="launch/one-call-dominates", program="one_call_dominates", simulate=one_call_dominates),
    Twins(
        rule="launch/idle-before-first-kernel",
        program="idle_before_first_kernel",
        simulate=idle_before_first_kernel,
    ),
    Twins(
        rule="launch/idle-after-last-kernel",
        program="idle_after_last_kernel",
        simulate=idle_after_last_kernel,
    ),
    Twins(rule="launch/launches-wait", program="launches_wait", simulate=launches_wait),
    Twins(rule="launch/host-waits-for-gpu", program="host_waits_for_gpu", simulate=host_waits_for_gpu),
    Twins(rule="launch/launch-bound", program="launch_bound", simulate=launch_bound),
)

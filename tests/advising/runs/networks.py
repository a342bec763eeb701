"""Networks at fault in what their kernels compute, and their tuned twins, simulated.

The kernels' names are those that cuBLAS, cuDNN, PyTorch, TensorFlow and XLA give.
"""

from typing import Any

from tests.advising.runs.proof import Twins
from tests.advising.runs.simulation import SimulatedRun
from tests.advising.runs.training import STEPS, mark, operator

SGEMM = "ampere_sgemm_128x64_nn"
TF32 = "cutlass_80_tensorop_s1688gemm_128x128_16x5_nn_align4"
BFLOAT16 = "ampere_bf16_s16816gemm_bf16_128x128_ldg8_f2f_stages_32x5_nn"
CONVOLUTION = "sm80_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nhwckrsc_nhwc_tilesize128x128x32"
EIGEN = "void Eigen::internal::EigenMetaKernel<Eigen::TensorEvaluator<float> >"
SOFTMAX = "void (anonymous namespace)::softmax_warp_forward<float, float, float, 10, false, false>"
FLASH = "void pytorch_flash::flash_fwd_kernel<Flash_fwd_kernel_traits<64, 128, 128, 4> >"
ELEMENTWISE = "void at::native::vectorized_elementwise_kernel<4, Add<float>>"
TURING = [{"id": 0, "name": "Tesla T4", "computeMajor": 7, "computeMinor": 5, "numSms": 40}]


def kernels(run: SimulatedRun, *names: str, seconds: float = 400e-6, blocks: int = 4096) -> None:
    for number in range(STEPS):
        with run.step(number):
            for name in names:
                run.launch(name, seconds, blocks=blocks)
    run.synchronize()


def tf32_off(run: SimulatedRun, tuned: bool) -> None:
    kernels(run, TF32 if tuned else SGEMM, ELEMENTWISE)


def tensor_cores_unused(run: SimulatedRun, tuned: bool) -> None:
    run.head["deviceProperties"] = TURING
    half = "turing_fp16_s1688gemm_fp16_128x128_ldg8_f2f_nn"
    kernels(run, half if tuned else "volta_sgemm_128x64_nn", ELEMENTWISE)


def half_precision(run: SimulatedRun, tuned: bool) -> None:
    kernels(run, BFLOAT16 if tuned else TF32, ELEMENTWISE)


def float64(run: SimulatedRun, tuned: bool) -> None:
    kernels(run, TF32 if tuned else "ampere_dgemm_64x64_nn", ELEMENTWISE)


def channels_last(run: SimulatedRun, tuned: bool) -> None:
    layout = "void cudnn::ops::nchwToNhwcKernel<__half, __half, float, false, true>"
    kernels(run, CONVOLUTION, *([] if tuned else [layout]))


def batch_too_small(run: SimulatedRun, tuned: bool) -> None:
    kernels(run, ELEMENTWISE, BFLOAT16, blocks=1024 if tuned else 8)


def product(run: SimulatedRun, kernel: str, seconds: float, m: int, k: int, n: int, kind: str) -> None:
    with run.range("aten::mm", "cpu_op", **{"Input Dims": [[m, k], [k, n]], "Input type": [kind, kind]}):
        run.work(5e-6)
        run.launch(kernel, seconds)


def dimensions_not_multiples_of_8(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            classes = 50304 if tuned else 50257
            product(run, BFLOAT16, 300e-6, 4096, 1024, classes, "c10::BFloat16")
    run.synchronize()


def unrolled_time_steps(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            for _ in range(1 if tuned else 100):
                product(run, SGEMM, 200e-6 if tuned else 4e-6, 3200 if tuned else 32, 128, 512, "float")
    run.synchronize()


def convolve(run: SimulatedRun, *, benchmark: bool, deterministic: bool) -> None:
    values = ["", "", "", "[1, 1]", "[1, 1]", "[1, 1]", "False", "[0, 0]", "1"]
    flags = [str(benchmark), str(deterministic), "True", "True"]
    shapes: dict[str, Any] = {"Input Dims": [[64, 64, 56, 56], [64, 64, 3, 3], [64]]}
    for number in range(STEPS):
        with run.step(number), run.range("aten::_convolution", "cpu_op", **shapes, **{
            "Concrete Inputs": values + flags
        }):  # fmt: skip
            run.work(20e-6)
            run.launch(CONVOLUTION, 300e-6)
    run.synchronize()


def cudnn_autotune_off(run: SimulatedRun, tuned: bool) -> None:
    convolve(run, benchmark=tuned, deterministic=False)


def cudnn_deterministic(run: SimulatedRun, tuned: bool) -> None:
    convolve(run, benchmark=tuned, deterministic=not tuned)


def attention_written_out(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            if tuned:
                operator(run, "aten::_scaled_dot_product_flash_attention")
                run.launch(FLASH, 200e-6)
            else:
                for name, kernel in (("bmm", BFLOAT16), ("_softmax", SOFTMAX), ("bmm", BFLOAT16)):
                    operator(run, f"aten::{name}")
                    run.launch(kernel, 200e-6)
    run.synchronize()


def tensorflow_without_xla(run: SimulatedRun, tuned: bool) -> None:
    kernels(run, TF32, *(["loop_multiply_fusion_12"] if tuned else [EIGEN, EIGEN]))


def keras_recurrent_loop(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            if tuned:
                run.launch("void RNN_blockPersist_fp_LSTM<float, float, float, 512>", 400e-6)
            for _ in range(0 if tuned else 50):
                run.launch("ampere_sgemm_32x32_sliced1x4_nn", 5e-6)
                run.launch(EIGEN, 4e-6)
    run.synchronize()


def allocator(run: SimulatedRun, allocated: int, reserved: int) -> None:
    """Let PyTorch's allocator reach its peak, of a GPU of 24 GB."""
    device = {"id": 0, "name": "NVIDIA A10", "computeMajor": 8, "computeMinor": 6, "numSms": 72}
    run.head["deviceProperties"] = [device | {"totalGlobalMem": 24_000_000_000}]
    place = {"ph": "i", "s": "t", "cat": "cpu_instant_event", "name": "[memory]", "pid": 99, "tid": 99}
    for share in (0.5, 1.0, 0.25):
        totals = {"Total Allocated": int(share * allocated), "Total Reserved": int(share * reserved)}
        run.instants.append(
            place | {"ts": 9, "args": {"Device Type": 1, "Device Id": 0, "Bytes": 9} | totals}
        )
    kernels(run, BFLOAT16)


def memory_near_limit(run: SimulatedRun, tuned: bool) -> None:
    allocator(run, *((9_000_000_000, 10_000_000_000) if tuned else (22_000_000_000, 23_000_000_000)))


def memory_fragmented(run: SimulatedRun, tuned: bool) -> None:
    allocator(run, 12_000_000_000, 13_000_000_000 if tuned else 22_000_000_000)


def data_parallel(run: SimulatedRun, tuned: bool) -> None:
    for number in range(STEPS):
        with run.step(number):
            mark(run, "DistributedDataParallel.forward" if tuned else "DataParallel.forward", 50e-6)
            for device in range(1 if tuned else 2):
                with run.range("aten::linear"):
                    run.launch(BFLOAT16, 400e-6, device=device)
    run.synchronize()


def _twins(function: Any, *formats: str) -> Twins:
    rule = f"deep-learning/{function.__name__.replace('_', '-')}"
    return Twins(rule=rule, program=function.__name__, simulate=function, formats=formats or ("kineto",))


TWINS = (
    _twins(tf32_off, "kineto", "nsys"),
    _twins(tensor_cores_unused),
    _twins(half_precision, "kineto", "nsys"),
    _twins(float64, "kineto", "nsys"),
    _twins(channels_last, "kineto", "nsys"),
    _twins(batch_too_small, "kineto", "nsys"),
    _twins(dimensions_not_multiples_of_8),
    _twins(unrolled_time_steps),
    _twins(cudnn_autotune_off),
    _twins(cudnn_deterministic),
    _twins(attention_written_out, "kineto", "nsys"),
    _twins(tensorflow_without_xla, "kineto", "nsys"),
    _twins(keras_recurrent_loop, "kineto", "nsys"),
    _twins(memory_near_limit),
    _twins(memory_fragmented),
    _twins(data_parallel, "kineto", "nsys"),
)

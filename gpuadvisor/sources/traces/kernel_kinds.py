"""What a kernel's name says of the work it does and of the type it does it in.

Source: the names that cuBLAS, cuDNN, CUTLASS, PyTorch, TensorFlow and XLA give their kernels, as published
profiles show them; no library documents them, so that a name that says nothing is left alone.
"""

import re

from gpuadvisor.model.timeline import KernelRole, Precision

_ROLES: tuple[tuple[KernelRole, re.Pattern[str]], ...] = (
    (
        "layout",
        re.compile(r"nchwToNhwc|nhwcToNchw|nhwcAddPadding|SwapDimension\w*InTensor|ShuffleInTensor3", re.I),
    ),
    ("softmax", re.compile(r"softmax", re.I)),
    (
        "recurrent",
        re.compile(r"persist\w*RNN|RNN_\w*persist|LSTM_elementWise|GRU_elementWise|elemWiseRNN", re.I),
    ),
    (
        "convolution",
        re.compile(
            r"implicit_convolve|implicit_gemm|cudnn|fprop|dgrad|wgrad|winograd|conv[123]d|convolution|im2col",
            re.I,
        ),
    ),
    ("matrix", re.compile(r"gemm|gemv|nvjet|cublas|wgmma|\bgemvx\b|dot_kernel", re.I)),
    ("eager", re.compile(r"EigenMetaKernel|Eigen::internal|tensorflow::", re.I)),
)
_PRECISIONS: tuple[tuple[Precision, re.Pattern[str]], ...] = (
    ("float8", re.compile(r"e4m3|e5m2|fp8|nvjet_q", re.I)),
    ("bfloat16", re.compile(r"bf16|bfloat16|nvjet_t", re.I)),
    ("tf32", re.compile(r"tf32|tensorop_s1688|(?<!f16_)(?<!fp16_)s1688(gemm|fprop|dgrad|wgrad)_(?!f)", re.I)),
    ("float16", re.compile(r"fp16|f16|__half|c10::Half|hgemm|h884|h1688|h16816|nvjet_h|s884|s1688|s16816")),
    ("int8", re.compile(r"i8816|i16832|imma|s8s8|int8|igemm", re.I)),
    ("float64", re.compile(r"dgemm|d884|f64|\bdouble\b", re.I)),
    ("float32", re.compile(r"sgemm|scudnn|simt|ffma|f32|\bfloat\b|nvjet_s", re.I)),
)


def role(name: str) -> KernelRole | None:
    """Return what a kernel computes; None where its name does not say."""
    return next((role for role, pattern in _ROLES if pattern.search(name)), None)


def precision(name: str) -> Precision | None:
    """Return the type of a kernel's inputs; None where its name does not say."""
    return next((kind for kind, pattern in _PRECISIONS if pattern.search(name)), None)

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
            r"implicit_convolve|implicit_gemm|cudnn::cnn|[sh]cudnn_|fprop|dgrad|wgrad|winograd|conv[123]d|"
            r"conv_depthwise|im2col",
            re.I,
        ),
    ),
    ("matrix", re.compile(r"gemm|nvjet", re.I)),
    ("eager", re.compile(r"EigenMetaKernel|Eigen::internal|tensorflow::", re.I)),
)
"""The first that fits. Products of a matrix and a vector are none: tensor cores do not speed them up."""
_PRECISIONS: tuple[tuple[Precision, re.Pattern[str]], ...] = (
    ("float8", re.compile(r"e4m3|e5m2|fp8|nvjet_(sm\d+_)?q", re.I)),
    ("bfloat16", re.compile(r"bf16|bfloat16|nvjet_(sm\d+_)?t", re.I)),
    ("tf32", re.compile(r"tf32|tensorop_s1688|(?<!f16_)(?<!fp16_)s1688(gemm|fprop|dgrad|wgrad)_(?!f)", re.I)),
    ("float16", re.compile(r"f16|fp16|__half|c10::Half|hgemm|[hs]884|h1688|16816|s1688|nvjet_(sm\d+_)?h")),
    ("int8", re.compile(r"i8816|i16832|imma|s8s8|int8|igemm", re.I)),
    ("float64", re.compile(r"dgemm|d884|f64|<(\d+, )*double\b|lambda\(double\b")),
    ("float32", re.compile(r"sgemm|scudnn|simt|ffma|f32|<(\d+, )*float\b|lambda\(float\b")),
)
"""The first that fits. Of templates their first type counts: parameters of float32 kernels may be doubles."""


def role(name: str) -> KernelRole | None:
    """Return what a kernel computes; None where its name does not say."""
    return next((role for role, pattern in _ROLES if pattern.search(name)), None)


def precision(name: str) -> Precision | None:
    """Return the type of a kernel's inputs; None where its name does not say."""
    return next((kind for kind, pattern in _PRECISIONS if pattern.search(name)), None)

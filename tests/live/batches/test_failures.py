"""Which errors mean that memory was lacking: the frameworks' own words."""

import math

import pytest

from gpuadvisor.live.batches.failures import in_one_line, is_out_of_memory
from gpuadvisor.live.batches.losses import is_finite


class OutOfMemoryError(RuntimeError):
    """As torch.OutOfMemoryError."""


class ResourceExhaustedError(Exception):
    """As tensorflow.errors.ResourceExhaustedError."""


class XlaRuntimeError(RuntimeError):
    """As jaxlib's."""


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"), True),
        (ResourceExhaustedError("OOM when allocating tensor with shape[8,8]"), True),
        (XlaRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1 bytes"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"), True),
        (RuntimeError("cuBLAS error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (8x3 and 4x2)"), False),
        (ValueError("out of memory is only a word here"), False),
        (KeyError("x"), False),
    ],
)
def test_memory_is_told_from_other_errors(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) is is_memory


def test_an_error_is_told_in_one_short_line() -> None:
    assert in_one_line(ValueError("first\nsecond")) == "ValueError: first"
    assert in_one_line(ValueError()) == "ValueError"
    assert len(in_one_line(ValueError("x" * 999))) == 200


class Tensor:
    """A tensor: a number can be made of one element alone, quietly of one without its gradient alone."""

    def __init__(self, *values: float, tracked: bool = False) -> None:
        self._values, self._tracked = values, tracked

    def detach(self) -> "Tensor":
        """Return it without its gradient."""
        return Tensor(*self._values)

    def __float__(self) -> float:
        assert not self._tracked
        if len(self._values) != 1:
            raise RuntimeError("a Tensor with several elements cannot be converted to Scalar")
        return self._values[0]


@pytest.mark.parametrize(
    ("returned", "finite"),
    [
        (1.5, True), (3, True), (math.nan, False), (-math.inf, False), (None, None), ("1.5", None),
        (Tensor(1.0, tracked=True), True), (Tensor(math.nan), False), (Tensor(1.0, 2.0), None),
        ([], None), ([Tensor(1.0), "x"], True), ((math.nan,), False), ({"loss": 2}, True), ({"x": 1}, None),
    ],
)  # fmt: skip
def test_a_loss_is_finite_or_not_or_none(returned: object, finite: bool | None) -> None:
    assert is_finite(returned) is finite

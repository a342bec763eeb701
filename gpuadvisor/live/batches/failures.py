"""Which errors mean that a batch does not fit: told by names, since the frameworks are not imported here."""

import re

_CLASSES = {"OutOfMemoryError", "ResourceExhaustedError", "MemoryError"}
"""`torch.OutOfMemoryError`, `tensorflow.errors.ResourceExhaustedError`, Python's own."""
_TEXTS = re.compile(
    r"out of memory|can't allocate memory|not enough memory|_ALLOC_FAILED|RESOURCE_EXHAUSTED"
    r"|OOM when allocating|cudaErrorMemoryAllocation",
    re.IGNORECASE,
)
"""CUDA's and its libraries' words, PyTorch's DefaultCPUAllocator's, XLA's and TensorFlow's."""
_LONGEST = 200


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory was lacking."""
    if any(kind.__name__ in _CLASSES for kind in type(error).__mro__):
        return True
    return isinstance(error, RuntimeError) and _TEXTS.search(str(error)) is not None


def in_one_line(error: BaseException) -> str:
    """Return an error's class and the first line of what it says."""
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."

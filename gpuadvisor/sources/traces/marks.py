"""The ranges that frameworks mark by themselves, and the operators that wait for results of the GPU.

Source of the names: PyTorch's `torch/utils/data/dataloader.py`, `torch/optim/optimizer.py` and
`torch/nn/parallel/data_parallel.py`; TensorFlow's operator `IteratorGetNext`.
"""

import re
from functools import lru_cache
from typing import Literal

Mark = Literal[
    "single-process", "worker-processes", "tf.data", "optimizer", "zero-grad", "zero", "scalar", "shape",
    "data-parallel", "compiled",
]  # fmt: skip

_MARKS: tuple[tuple[Mark, re.Pattern[str]], ...] = (
    ("single-process", re.compile(r"enumerate\(DataLoader\)#_SingleProcessDataLoaderIter\.__next__")),
    ("worker-processes", re.compile(r"enumerate\(DataLoader\)#\w+\.__next__")),
    ("tf.data", re.compile(r"(Dataset)?IteratorGetNext(Op::DoCompute)?\b.*|.*:IteratorGetNext\b.*")),
    ("optimizer", re.compile(r"Optimizer\.step#\w+\.step")),
    ("zero-grad", re.compile(r"Optimizer\.zero_grad#\w+\.zero_grad")),
    ("zero", re.compile(r"aten::(zero_|_foreach_zero_)")),
    ("scalar", re.compile(r"aten::_local_scalar_dense|aten::is_nonzero|aten::equal")),
    ("shape", re.compile(r"aten::(nonzero|_?unique\w*|masked_select|bincount|repeat_interleave)")),
    ("data-parallel", re.compile(r"DataParallel\.forward")),
    ("compiled", re.compile(r"Torch-Compiled Region.*|XlaModule:.*")),
)  # fmt: skip
_OWN_NAME = re.compile(r"(?P<name>.*?),? seq = \d+.*|(?P<plain>.*)", re.DOTALL)
"""An NVTX range of `emit_nvtx` adds `, seq = 5, op_id = 9` to the operator's name."""
_REGION = re.compile(r"(?P<region>\d+)/(?P<variant>\d+)")


@lru_cache(maxsize=4096)
def mark(name: str) -> Mark | None:
    """Return what a range of this name marks; None for most of them."""
    return next((kind for kind, pattern in _MARKS if pattern.fullmatch(name)), None)


def operator_name(text: str) -> str:
    """Return the operator's name out of the text of an NVTX range."""
    found = _OWN_NAME.fullmatch(text)
    return text if found is None else found["name"] or found["plain"] or ""


def compiled_region(name: str) -> tuple[str, int]:
    """Return a compiled region and the number of its variant: `Torch-Compiled Region: 3/1` is ("3", 1)."""
    found = _REGION.search(name)
    return (name, 0) if found is None else (found["region"], int(found["variant"][:9]))


def optimizer_class(name: str) -> str:
    """Return the class of `Optimizer.step#Adam.step`."""
    return name.partition("#")[2].rpartition(".")[0]

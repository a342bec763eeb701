"""Names of ranges, and what they mark."""

import pytest

from gpuadvisor.sources.traces.marks import compiled_region, mark, operator_name, optimizer_class

MARKS = {
    "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__": "single-process",
    "enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__": "worker-processes",
    "IteratorGetNext": "tf.data",
    "Optimizer.step#AdamW.step": "optimizer",
    "Optimizer.zero_grad#SGD.zero_grad": "zero-grad",
    "aten::_local_scalar_dense": "scalar",
    "aten::_unique2": "shape",
    "aten::_foreach_zero_": "zero",
    "DataParallel.forward": "data-parallel",
    "Torch-Compiled Region: 0/3": "compiled",
    "DistributedDataParallel.forward": None,
    "aten::zeros": None,
    "aten::item": None,
    "my Optimizer.step#AdamW.step": None,
}


@pytest.mark.parametrize("name", MARKS)
def test_a_name_marks(name: str) -> None:
    assert mark(name) == MARKS[name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("aten::addmm, seq = 5, op_id = 9", "aten::addmm"),
        ("aten::addmm, seq = 5, sizes = [[2, 3]]", "aten::addmm"),
        ("Optimizer.step#Adam.step", "Optimizer.step#Adam.step"),
        ("", ""),
    ],
)
def test_the_operator_of_an_nvtx_range(text: str, name: str) -> None:
    assert operator_name(text) == name


def test_regions_have_variants() -> None:
    assert compiled_region("Torch-Compiled Region: 3/1") == ("3", 1)
    assert compiled_region("Torch-Compiled Region") == ("Torch-Compiled Region", 0)


def test_the_class_of_an_optimizer() -> None:
    assert optimizer_class("Optimizer.step#AdamW.step") == "AdamW"

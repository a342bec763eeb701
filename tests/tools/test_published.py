"""The published figures name probes that exist, and recorded points are picked as declared."""

import pytest

from gpuadvisor.probing.catalogue import load_probes
from tests.tools.recordings import hand_made
from tools.recording.published import ANY, Quantity, nearest, published, recorded

FILE = published()
every_quantity = pytest.mark.parametrize("quantity", FILE.quantities, ids=lambda each: each.name)


@every_quantity
def test_its_probe_sweep_and_metric_exist(quantity: Quantity) -> None:
    declaration = load_probes([quantity.probe])[0].declaration
    assert quantity.metric in [metric.name for metric in declaration.metrics]
    sweep = next(each for each in declaration.sweeps if each.name == quantity.where["sweep"])
    for name, value in quantity.where.items():
        if name != "sweep":
            values = [*sweep.parameters.get(name, ()), *(case[name] for case in sweep.cases if name in case)]
            assert value in values, name


@every_quantity
def test_its_figures_are_of_known_gpus_and_sources(quantity: Quantity) -> None:
    assert quantity.published.keys() <= {*FILE.gpus, ANY}
    assert {each.source for figures in quantity.published.values() for each in figures} <= FILE.sources.keys()


def test_every_source_is_used() -> None:
    used = {
        figure.source
        for quantity in FILE.quantities
        for figures in quantity.published.values()
        for figure in figures
    }
    assert used == FILE.sources.keys()


@pytest.mark.parametrize(
    ("device", "gpu"),
    [
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("Tesla T4", "T4"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA A100-SXM4-80GB", "A100 80 GB"),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", "A100-SXM4-80GB MIG 1g.10gb"),
    ],
)
def test_a_gpu_is_found_by_the_name_cuda_gives_it(device: str, gpu: str) -> None:
    assert FILE.gpu(device) == gpu


def test_the_best_valid_point_of_the_sweep_is_picked() -> None:
    found = recorded(hand_made(), FILE.quantity("dram_copy"))
    assert found is not None
    assert found.value == pytest.approx(0.89 * 3.35e12)
    assert found.point.parameters["sweep"] == "copy"


def test_a_point_is_picked_by_its_parameters() -> None:
    found = recorded(hand_made(), FILE.quantity("l2_latency"))
    assert found is not None
    assert (found.value, found.point.parameters["kib"]) == (270.0, 1024)


def test_what_was_not_probed_is_none() -> None:
    assert recorded(hand_made(), FILE.quantity("l1_bandwidth")) is None


def test_the_nearest_figure() -> None:
    figures = FILE.quantity("l2_latency").figures("H100 SXM")
    assert [nearest(value, figures).value for value in (230, 280)] == [222, 291]  # type: ignore[union-attr]
    assert nearest(1.0, []) is None

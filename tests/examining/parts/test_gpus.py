"""GPUs against what is the least, what is installed and what is recommended."""

from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.examining.parts.gpus import gpus
from tests.examining.machines import GIB, gpu, host, nvidia

EIGHT_GB_CARD = 8_127_840_256
"""A GeForce RTX 2070 with 7751 MiB to its name."""


def test_good_gpus_are_ok(tmp_path: Path) -> None:
    parts = gpus(host(tmp_path), nvidia(gpu(), gpu(1)), {"PyTorch": (9, 0)})
    assert [part.name for part in parts] == ["gpu", "gpu:0", "gpu:1"]
    assert {part.status for part in parts} == {"ok"}
    assert parts[0].summary == "2 x NVIDIA H100 80GB HBM3"
    assert parts[1].summary == "NVIDIA H100 80GB HBM3, compute capability 9.0, 85.9 GB"
    assert parts[1].facts["memory_bytes"] == 80 * GIB


@pytest.mark.parametrize(
    ("facts", "shortcoming"),
    [
        ({"compute_capability": (3, 0)}, "below the minimum, compute capability 3.5"),
        ({"memory_bytes": GIB}, "below the minimum, 2 GB"),
        ({"compute_capability": (7, 0)}, "PyTorch needs 7.5"),
        ({"memory_bytes": 6 * GIB}, "below what is recommended, 8 GB"),
        ({"compute_mode": "prohibited"}, "prohibits compute work"),
    ],
)
def test_a_gpu_is_told_what_it_falls_short_of(
    tmp_path: Path, facts: dict[str, Any], shortcoming: str
) -> None:
    part = gpus(host(tmp_path), nvidia(gpu(**facts)), {"PyTorch": (7, 5), "CuPy": (5, 0)})[1]
    assert part.status == "warning"
    assert part.summary.endswith(f": {shortcoming}")
    assert part.remedy


def test_an_old_gpu_is_below_what_is_recommended(tmp_path: Path) -> None:
    part = gpus(host(tmp_path), nvidia(gpu(compute_capability=(5, 2))), {})[1]
    assert part.summary.endswith(": below what is recommended, compute capability 6.0")


def test_a_card_sold_with_8_gb_has_8_gb(tmp_path: Path) -> None:
    card = gpu(memory_bytes=EIGHT_GB_CARD, compute_capability=(7, 5))
    assert gpus(host(tmp_path), nvidia(card), {})[1].status == "ok"


def test_memory_of_unknown_size_is_not_little(tmp_path: Path) -> None:
    part = gpus(host(tmp_path), nvidia(gpu(memory_bytes=None)), {})[1]
    assert part.status == "ok"
    assert part.summary.endswith("compute capability 9.0, memory of unknown size")


def test_no_gpu_is_missing(tmp_path: Path) -> None:
    (part,) = gpus(host(tmp_path), nvidia(), {})
    assert (part.name, part.status) == ("gpu", "missing")


@pytest.mark.parametrize(
    ("visible", "status"), [("", "warning"), ("-1", "warning"), ("0", "ok"), ("1,0", "ok")]
)
def test_hidden_gpus_are_told(tmp_path: Path, visible: str, status: str) -> None:
    part = gpus(host(tmp_path, CUDA_VISIBLE_DEVICES=visible), nvidia(gpu()), {})[0]
    assert part.status == status
    assert ("hidden" in part.summary) == (status == "warning")

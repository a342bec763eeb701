"""Adding a probe is one folder and no Python."""

import re
from pathlib import Path

import pytest

from gpuadvisor.content import directory
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.machine import ProbeResult
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.run import run_probes
from tests.probing.folders import write_probe

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-probe.md"


def probe(parent: Path) -> ProbeResult:
    return run_probes(open_device("emulated:h100"), ["scale"], [parent]).probes[0]


def test_a_folder_is_a_probe(tmp_path: Path) -> None:
    write_probe(tmp_path)
    result = probe(tmp_path)
    assert {metric.name: metric.provenance for metric in result.metrics} == {
        "bandwidth": Provenance.MODELLED,
        "sectors": Provenance.COUNTED,
        "cycles": Provenance.MODELLED,
    }
    assert all(point.valid for point in result.points)
    assert [point.values["sectors"] for point in result.points] == [4.0] * 4


def test_the_example_of_the_guide_runs(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    folder.mkdir()
    example = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]
    (folder / "probe.toml").write_text(example)
    (folder / "kernel.cu").write_text((directory("probes") / "coalescing" / "kernel.cu").read_text())
    found = run_probes(open_device("emulated:h100"), ["example"], [tmp_path]).probes[0].points
    assert [point.values for point in found if point.valid] == [
        {"sectors_per_request": float(sectors)} for sectors in (4, 8, 16, 32)
    ]


def test_a_kernel_with_the_wrong_answer_is_caught(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=("input[i] * factor", "input[i] * factor + (i == 100)"))
    valid = {point.parameters["blocks"]: point.valid for point in probe(tmp_path).points}
    assert valid == {1: True, 2: False}


def test_a_kernel_that_leaves_its_buffer_is_caught(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=("input[i] * factor", "input[i + 1024] * factor"))
    for point in probe(tmp_path).points:
        assert not point.valid
        assert "kernel.cu:7" in point.reasons[0]


def test_of_a_large_grid_a_sample_is_checked(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=("blocks = [1, 2]", "blocks = [1000]"))
    assert all(point.valid for point in probe(tmp_path).points)


@pytest.mark.parametrize("wrong", ["+ (i == 63999)", "+ (blockIdx.x > 500)"])
def test_a_wrong_answer_in_a_sampled_block_is_caught(wrong: str, tmp_path: Path) -> None:
    write_probe(
        tmp_path,
        replace=("blocks = [1, 2]", "blocks = [1000]"),
    )
    kernel = tmp_path / "scale" / "kernel.cu"
    kernel.write_text(kernel.read_text().replace("* factor;", f"* factor {wrong};"))
    assert not any(point.valid for point in probe(tmp_path).points)

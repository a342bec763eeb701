from pathlib import Path

import pytest

from gpuadvisor.content import directory
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.catalogue import load_probes
from tests.probing.folders import write_probe

SHIPPED = sorted(folder.parent.name for folder in directory("probes").glob("*/probe.toml"))
FEWEST = 20


def test_shipped_probes_load_in_alphabetical_order() -> None:
    assert [probe.name for probe in load_probes(None)] == SHIPPED
    assert len(SHIPPED) >= FEWEST


def test_every_shipped_probe_says_what_can_fool_it() -> None:
    for probe in load_probes(None):
        assert "What can fool it." in probe.opening_comment
        assert probe.measured_lines or all(sweep.steps for sweep in probe.declaration.sweeps)


def test_a_folder_of_probes_is_added(tmp_path: Path) -> None:
    write_probe(tmp_path)
    assert [probe.name for probe in load_probes(None, [tmp_path])] == sorted([*SHIPPED, "scale"])
    assert [probe.name for probe in load_probes(["scale", "divergence"], [tmp_path])] == [
        "divergence",
        "scale",
    ]


@pytest.mark.parametrize(("name", "remedy"), [("occupnacy", "'occupancy'"), ("xyz", "known are")])
def test_an_unknown_name_is_answered_with_known_ones(name: str, remedy: str) -> None:
    with pytest.raises(GpuAdvisorError, match=name) as error:
        load_probes([name])
    assert remedy in str(error.value.remedy)


def test_two_probes_of_one_name_are_refused(tmp_path: Path) -> None:
    write_probe(tmp_path, "coalescing")
    with pytest.raises(GpuAdvisorError, match="two probes are called 'coalescing'"):
        load_probes(None, [tmp_path])


def test_a_folder_without_probes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match=r"probe\.toml"):
        load_probes(None, [write_probe(tmp_path)])
    with pytest.raises(GpuAdvisorError, match="not a directory"):
        load_probes(None, [tmp_path / "nowhere"])

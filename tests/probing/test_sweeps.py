from pathlib import Path

from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.sweeps import points_of
from tests.probing.folders import write_probe


def test_a_product_runs_through_the_last_parameter_first(tmp_path: Path) -> None:
    sweep = load_probe(write_probe(tmp_path)).declaration.sweeps[0]
    assert points_of(sweep) == [
        {"factor": 3, "blocks": 1},
        {"factor": 3, "blocks": 2},
        {"factor": 5, "blocks": 1},
        {"factor": 5, "blocks": 2},
    ]


def test_cases_are_taken_as_listed(tmp_path: Path) -> None:
    cases = "cases = [{ factor = 7, blocks = 2 }, { factor = 3, blocks = 1 }]"
    folder = write_probe(tmp_path, replace=("parameters = { factor = [3, 5], blocks = [1, 2] }", cases))
    sweep = load_probe(folder).declaration.sweeps[0]
    assert points_of(sweep) == [{"factor": 7, "blocks": 2}, {"factor": 3, "blocks": 1}]

from pathlib import Path

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import ProbePoint, ProbeResult
from gpuadvisor.probing.run import Step, run_probes
from tests.probing.fake_gpu import FakeGpu
from tests.probing.folders import DECLARATION, SATURATION, write_probe

KERNEL = 'kernel = "scale"'


def scale(parent: Path, *, quick: bool = False) -> ProbeResult:
    return run_probes(FakeGpu(), ["scale"], [parent], quick=quick).probes[0]


def parameters(points: list[ProbePoint]) -> list[tuple[object, object]]:
    return [(point.parameters["factor"], point.parameters["blocks"]) for point in points]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("1", [(3, 1), (3, 2), (5, 1), (5, 2)]),
        ("blocks // 2", [(3, 2), (5, 2)]),
        ("3 // factor * elements", [(3, 1), (3, 2)]),
    ],
)
def test_points_that_are_not_wanted_are_left_out(
    wanted: str, expected: list[tuple[int, int]], tmp_path: Path
) -> None:
    write_probe(tmp_path, replace=(KERNEL, f'{KERNEL}\nwanted = "{wanted}"'))
    assert parameters(scale(tmp_path).points) == expected


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ('wanted = "multiprocessors // 5"', None),
        ("compute_capability = 100", "it needs compute capability 10.0"),
    ],
)
def test_a_probe_without_points_has_nothing_to_run(key: str, remedy: str | None, tmp_path: Path) -> None:
    write_probe(tmp_path, replace=(KERNEL, f"{KERNEL}\n{key}"))
    with pytest.raises(GpuAdvisorError, match="'scale' has nothing to run on cuda:0") as error:
        scale(tmp_path)
    assert error.value.remedy == remedy


def test_a_gpu_that_is_new_enough_runs_a_sweep(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=(KERNEL, f"{KERNEL}\ncompute_capability = 90"))
    assert len(scale(tmp_path).points) == 4


def test_progress_counts_the_points_that_are_wanted(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=(KERNEL, f'{KERNEL}\nwanted = "blocks // 2"'))
    steps: list[Step] = []
    run_probes(FakeGpu(), ["scale"], [tmp_path], steps.append)
    assert [(step.number, step.total) for step in steps] == [(1, 2), (2, 2)]


def test_what_is_wanted_cannot_follow_from_the_compiled_kernel(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=(KERNEL, f'{KERNEL}\nwanted = "blocks_per_sm"'))
    with pytest.raises(GpuAdvisorError, match="'blocks_per_sm' is not known here") as error:
        scale(tmp_path)
    assert "sweep 'sizes': wanted" in str(error.value.where)


def test_quick_runs_quick_sweeps_only(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    second = DECLARATION[DECLARATION.index("[[sweep]]") :].replace('"sizes"', '"more"')
    quick = second.replace(KERNEL, f"{KERNEL}\nquick = true")
    (folder / "probe.toml").write_text(DECLARATION + quick + SATURATION)
    assert {point.parameters["sweep"] for point in scale(tmp_path).points} == {"sizes", "more", "saturation"}
    assert {point.parameters["sweep"] for point in scale(tmp_path, quick=True).points} == {"more"}


def test_a_quick_result_says_how_much_of_the_probe_it_left_out(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    second = DECLARATION[DECLARATION.index("[[sweep]]") :].replace('"sizes"', '"more"')
    (folder / "probe.toml").write_text(DECLARATION + second.replace(KERNEL, f"{KERNEL}\nquick = true"))
    assert scale(tmp_path).left_out == 0
    assert scale(tmp_path, quick=True).left_out == 4


def test_quick_leaves_out_probes_without_a_quick_sweep(tmp_path: Path) -> None:
    write_probe(tmp_path)
    with pytest.raises(GpuAdvisorError, match="'scale' has no quick sweep") as error:
        scale(tmp_path, quick=True)
    assert error.value.remedy == "leave out --quick"


def test_a_metric_may_belong_to_some_sweeps(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    second = DECLARATION[DECLARATION.index("[[sweep]]") :].replace('"sizes"', '"more"')
    limited = DECLARATION.replace('unit = "cycles"', 'unit = "cycles"\nsweeps = ["more"]')
    (folder / "probe.toml").write_text(limited + second)
    has_cycles = {(point.parameters["sweep"], "cycles" in point.values) for point in scale(tmp_path).points}
    assert has_cycles == {("sizes", False), ("more", True)}


def test_a_metric_of_an_unknown_sweep_is_refused(tmp_path: Path) -> None:
    write_probe(tmp_path, replace=('unit = "cycles"', 'unit = "cycles"\nsweeps = ["sizse"]'))
    with pytest.raises(GpuAdvisorError, match="'sizse' is not known here") as error:
        scale(tmp_path)
    assert error.value.remedy == "did you mean 'sizes'?"

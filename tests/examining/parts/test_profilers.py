"""Nsight Compute and Nsight Systems."""

from gpuadvisor.examining.looks.profilers import Profiler, Profilers
from gpuadvisor.examining.parts.profilers import profilers
from tests.examining.machines import gpu, nvidia

NCU = Profiler(path="/usr/bin/ncu", on_path=True, version="2025.3.1.0")


def test_neither_is_needed() -> None:
    parts = profilers(Profilers(), nvidia(gpu()))
    assert [(part.name, part.status, part.optional) for part in parts] == [
        ("ncu", "missing", True),
        ("nsys", "missing", True),
    ]


def test_one_on_the_path_is_told_with_its_version() -> None:
    part = profilers(Profilers(ncu=NCU), nvidia(gpu()))[0]
    assert (part.status, part.summary, part.remedy) == ("ok", "2025.3.1.0", None)


def test_one_aside_of_the_path_is_told_with_its_place() -> None:
    nsys = Profiler(path="/opt/nvidia/nsight-systems/2025.3/bin/nsys", on_path=False)
    part = profilers(Profilers(nsys=nsys), nvidia(gpu()))[1]
    assert part.status == "warning"
    assert part.summary == "of unknown version in /opt/nvidia/nsight-systems/2025.3/bin/nsys, not on PATH"
    assert part.remedy == "add its folder to PATH"


def test_nsight_compute_does_not_serve_old_gpus() -> None:
    part = profilers(Profilers(ncu=NCU), nvidia(gpu(), gpu(1, compute_capability=(6, 1))))[0]
    assert part.status == "warning"
    assert part.summary.endswith("it serves compute capability 7.0 and newer, GPU 1 has 6.1")

"""What is compiled before points run: exactly what they ask for, once, and nothing twice."""

from pathlib import Path

import pytest

from gpuadvisor.compiler.compile import is_compiled
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing import compile_ahead as ahead
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.compile_ahead import compile_ahead, jobs_of
from gpuadvisor.probing.selection import Selection, select
from gpuadvisor.probing.workbench import Workbench
from tests.probing.fake_gpu import FACTS
from tests.probing.folders import write_probe

MACROS = ('kernel = "scale"', 'kernel = "scale"\nmacros = { F = "factor * 2 + blocks // 2" }')


@pytest.fixture
def selected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Selection]:
    """Four points of four compilations, nothing of it compiled."""
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "probes").mkdir()
    write_probe(tmp_path / "probes", replace=MACROS)
    return select(FACTS, load_probes(["scale"], [tmp_path / "probes"]), None, quick=False)


def test_every_compilation_is_asked_for_once(selected: list[Selection]) -> None:
    jobs = jobs_of(FACTS, [*selected, *selected])
    assert [job.options.defines for job in jobs] == [("F=6",), ("F=7",), ("F=10",), ("F=11",)]
    assert {job.options.compute_capability for job in jobs} == {"9.0"}


def test_what_was_compiled_ahead_is_what_the_points_ask_for(selected: list[Selection]) -> None:
    told: list[int] = []
    assert compile_ahead(FACTS, selected, 60.0, told.append, processes=2) == 4
    assert told == [4]
    bench = Workbench(open_device("emulated:h100"), selected[0].probe)
    for factor in (6, 7, 10, 11):
        known = ahead.kernel_options(FACTS, {"F": factor}, None)
        assert is_compiled(selected[0].probe.source, str(selected[0].probe.kernel_file), known)
        bench.kernel("scale", {"F": factor})
    assert compile_ahead(FACTS, selected, 60.0, told.append, processes=2) == 0, "all is known by now"


def test_a_kernel_that_does_not_compile_is_left_to_its_point(
    selected: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [
        ahead.CompileJob("__global__ void scale( {", "kernel.cu", job.options)
        for job in jobs_of(FACTS, selected)
    ]
    monkeypatch.setattr(ahead, "jobs_of", lambda *_: broken)
    assert compile_ahead(FACTS, selected, 60.0, lambda _: None, processes=2) == 4


def test_without_a_compiler_the_points_say_so(
    selected: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> list[str]:
        raise GpuAdvisorError("no compiler")

    monkeypatch.setattr(ahead, "supported_compute_capabilities", missing)
    assert compile_ahead(FACTS, selected, 60.0, lambda _: None, processes=2) == 0


@pytest.mark.parametrize("processes", [1, None])
def test_one_processor_or_one_kernel_are_not_worth_it(
    selected: list[Selection], processes: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "ProcessPoolExecutor", None)
    if processes is None:
        single = jobs_of(FACTS, selected)[:1]
        monkeypatch.setattr(ahead, "jobs_of", lambda *_: single)
    assert compile_ahead(FACTS, selected, 60.0, lambda _: None, processes=processes) == 0

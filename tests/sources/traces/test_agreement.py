"""Several files about the same kernels: what joins, and what disagrees."""

from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.kernel_names import plain_name
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.agreement import disagreements, merged
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.ncu import read_ncu
from tests.sources.traces.kineto_traces import kernel, write
from tests.sources.traces.ncu_tables import IDENTITY, RAW, wide

NAME = "void transpose<float>(float*, float const*, int)"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("transpose", "transpose"),
        ("void transpose<float>(float *, const float *, int)", "transpose<float>"),
        ("void transpose<float, 4>(int)", "transpose<float,4>"),
        ("void f<void (*)(int)>(float*)", "f<void(*)(int)>"),
        ("void at::native::(anonymous namespace)::k<int>(int)", "at::native::{anonymous}::k<int>"),
        ("ncclDevKernel_AllReduce(ncclDevComm*)", "ncclDevKernel_AllReduce"),
        ("", ""),
    ],
)
def test_names_without_what_profilers_add(name: str, expected: str) -> None:
    assert plain_name(name) == expected


def ncu(tmp_path: Path, name: str = "a.csv", **changed: str) -> list[KernelProfile]:
    text = wide([IDENTITY])
    for metric, value in changed.items():
        _, old = RAW[f"launch__{metric}"]
        text = text.replace(f'"{old:,.0f}"', f'"{value}"')
    (tmp_path / name).write_text(text)
    return read_ncu(tmp_path / name)


def trace(tmp_path: Path, **args: object) -> TimelineProfile:
    launch = {"grid": [64, 64, 1], "block": [32, 8, 1], "registers per thread": 40, "shared memory": 4352}
    return read_kineto(write(tmp_path / "t.json", [kernel(0, 5, name=NAME, **(launch | args))]))


def test_sources_that_agree(tmp_path: Path) -> None:
    assert disagreements(ncu(tmp_path), [trace(tmp_path)]) == []


@pytest.mark.parametrize(
    ("args", "quantity", "values"),
    [
        ({"registers per thread": 48}, "registers_per_thread", [40, 48]),
        ({"shared memory": 0}, "shared_bytes", [4352, 0]),
        ({"grid": [1, 1, 1]}, "grid", [(64, 64, 1), (1, 1, 1)]),
        ({"block": [256, 1, 1]}, "block", [(32, 8, 1), (256, 1, 1)]),
    ],
)
def test_sources_that_disagree(
    args: dict[str, object], quantity: str, values: list[object], tmp_path: Path
) -> None:
    (found,) = disagreements(ncu(tmp_path), [trace(tmp_path, **args)])
    assert (found.kernel, found.quantity) == ("transpose<float>", quantity)
    assert [claim.value for claim in found.claims] == values
    assert [claim.source for claim in found.claims] == [str(tmp_path / "a.csv"), str(tmp_path / "t.json")]


def test_launches_of_one_source_do_not_disagree(tmp_path: Path) -> None:
    events = [kernel(0, 5, name=NAME, grid=[x, 1, 1]) for x in (1, 2)]
    assert disagreements([], [read_kineto(write(tmp_path / "t.json", events))]) == []


def test_what_one_file_lacks_the_other_adds(tmp_path: Path) -> None:
    (full,), (timeless,) = ncu(tmp_path), ncu(tmp_path, "b.csv")
    timeless = msgspec.structs.replace(timeless, time=None)
    (joined,) = merged([[timeless], [full]])
    assert joined.time == full.time
    assert joined.source == timeless.source


def test_launches_of_one_file_stay_apart(tmp_path: Path) -> None:
    (profile,) = ncu(tmp_path)
    assert merged([[profile, profile]]) == [profile, profile]
    assert merged([[profile, profile], [profile]]) == [profile, profile]
    other = msgspec.structs.replace(profile, device="another")
    assert merged([[profile], [other]]) == [profile, other]

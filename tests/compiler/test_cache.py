import hashlib
import multiprocessing
import os
from pathlib import Path

import pytest

from gpuadvisor.compiler import cache
from gpuadvisor.compiler import compile as compile_module
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.model.errors import GpuAdvisorError
from tests.compiler.compiling import FILL, compiled


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(directory: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:  # noqa: ARG001 - an empty cache
    """Record the path of every source that NVRTC is asked to compile."""
    paths: list[str] = []
    original = compile_module.compile_with_nvrtc

    def recorded(job: Job) -> CompilerOutput:
        paths.append(job.path)
        return original(job)

    monkeypatch.setattr(compile_module, "compile_with_nvrtc", recorded)
    return paths


def entries(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_the_second_compilation_is_the_stored_first(compilations: list[str]) -> None:
    first = compiled(FILL)
    assert compiled(FILL) == first
    assert len(compilations) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"source": FILL + " "},
        {"path": "other.cu"},
        {"compute_capability": "8.0"},
        {"defines": ("N=1",)},
        {"standard": "c++20"},
        {"extra": ("--use_fast_math",)},
        {"maximum_registers": 64},
        {"include_directories": (Path("headers"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_everything_that_goes_in_counts(compilations: list[str], change: dict[str, object]) -> None:
    compiled(FILL)
    compiled(**{"source": FILL, **change})
    assert len(compilations) == 2


def test_the_working_folder_counts_because_line_information_holds_it(
    compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(FILL)
    monkeypatch.chdir(tmp_path)
    assert f'"{tmp_path}/kernel.cu"' in compiled(FILL).ptx
    assert len(compilations) == 2


@pytest.mark.parametrize("place", ["beside the source", "in an include directory", "included by a header"])
def test_an_edit_of_a_header_recompiles(place: str, compilations: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "source" if place == "beside the source" else tmp_path / "headers"
    folder.mkdir()
    name = "value.cuh"
    if place == "included by a header":
        name = "outer.cuh"
        (folder / name).write_text('#include "value.cuh"\n')
    (folder / "value.cuh").write_text("#define VALUE 111\n")
    source = f'#include "{name}"\n__global__ void k(int* x) {{ x[0] = VALUE; }}'
    path, options = str(tmp_path / "source" / "k.cu"), {"include_directories": (tmp_path / "headers",)}
    assert "111" in compiled(source, path, **options).ptx
    compiled(source, path, **options)
    assert len(compilations) == 1
    (folder / "value.cuh").write_text("#define VALUE 222\n")
    assert "222" in compiled(source, path, **options).ptx


@pytest.mark.usefixtures("directory")
def test_a_header_that_appears_before_the_one_used_recompiles(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (second / "value.cuh").write_text("#define VALUE 111\n")
    source = "#include <value.cuh>\n__global__ void k(int* x) { x[0] = VALUE; }"
    options = {"include_directories": (first, second)}
    assert "111" in compiled(source, **options).ptx
    (first / "value.cuh").write_text("#define VALUE 222\n")
    assert "222" in compiled(source, **options).ptx


def test_an_include_spelled_by_a_macro_is_never_cached(
    directory: Path, compilations: list[str], tmp_path: Path
) -> None:
    (tmp_path / "value.cuh").write_text("#define VALUE 111\n")
    source = '#define HEADER "value.cuh"\n#include HEADER\n__global__ void k(int* x) { x[0] = VALUE; }'
    for _ in range(2):
        assert "111" in compiled(source, str(tmp_path / "k.cu")).ptx
    assert len(compilations) == 2
    assert not directory.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:0],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"\0" * len(content),
    ],
    ids=["empty", "cut", "one bit", "zeros"],
)
def test_a_damaged_entry_is_compiled_again(damage: object, directory: Path, compilations: list[str]) -> None:
    first = compiled(FILL)
    (entry,) = entries(directory)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))  # type: ignore[operator]
    assert compiled(FILL) == first
    assert len(compilations) == 2
    assert entry.read_bytes() == whole


def test_an_entry_of_another_layout_counts_as_absent(directory: Path) -> None:
    payload = b"\x81\xa3ptx\x01"
    entry = directory / "compiled" / "ab" / "cd"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(hashlib.sha256(payload).digest() + payload)
    assert cache.load("abcd") is None


def test_a_folder_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "file"))
    assert compiled(FILL).resources


def test_errors_are_not_stored(directory: Path) -> None:
    with pytest.raises(GpuAdvisorError):
        compiled("__global__ void k() { x }")
    assert not directory.exists()


def compile_in_process(directory: str, number: int) -> str:
    os.environ["GPUADVISOR_CACHE_DIR"] = directory
    return compiled(FILL + f"// {number % 2}").ptx


def test_processes_share_the_folder(directory: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        texts = pool.starmap(compile_in_process, [(str(directory), number) for number in range(8)])
    assert len(set(texts)) == 1
    assert len(entries(directory)) == 2
    assert all(cache.load(path.parent.name + path.name) for path in entries(directory))


def test_without_the_variable_the_users_cache_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GPUADVISOR_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_directory() == tmp_path / "gpuadvisor" / "compiled"

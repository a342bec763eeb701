import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.cli.main import run
from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompileOptions
from tests.examples.running import EXAMPLES

SOURCE = """\
__global__ void twice(float* out, const float* in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        out[i] = 2.0f * in[i];
}

__global__ void nothing(float* out) {}
"""
LAUNCH = """
[[launch]]
kernel = "twice"
grid = 4
block = 64
args = [ { name = "out", type = "float32", shape = 256, fill = "zeros" },
         { name = "in",  type = "float32", shape = 256, fill = "arange" },
         { name = "n",   type = "int32",   value = 256 } ]
"""
INLINE = [
    *("--kernel", "twice", "--grid", "2", "--block", "128"),
    *("--arg", "out=float32[256]:zeros", "--arg", "in=float32[256]:random", "--arg", "n=int32:256"),
]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source with its launch file in the current folder, and no machine profile to judge by."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "twice.cu").write_text(SOURCE)
    (tmp_path / "twice.toml").write_text(LAUNCH)
    return Path("twice.cu")


def analyze(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["gpuadvisor", "analyze", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        run()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def analyzed(*arguments: object) -> list[dict[str, Any]]:
        assert analyze(monkeypatch, *arguments, "--format", "json") == 0
        document = json.loads(capsys.readouterr().out)
        assert document["schema"] == "gpuadvisor.report"
        found: list[dict[str, Any]] = document["kernels"]
        return found

    return analyzed


def test_the_launch_file_beside_the_source(source: Path, kernels: Any) -> None:
    (kernel,) = kernels(source)
    assert (kernel["name"], kernel["source"], kernel["line"]) == ("twice", "twice.cu", 1)
    assert kernel["launch"] == {
        "grid": [4, 1, 1],
        "block": [64, 1, 1],
        "dynamic_shared_bytes": 0,
        "cluster": None,
    }
    assert kernel["device"] == "emulated:h100"
    assert kernel["counters"]["provenance"] == "counted"
    assert kernel["counters"]["global_load_sectors"] == 256 * 4 // 32
    assert kernel["resources"]["provenance"] == "compiled"
    assert kernel["time"]["provenance"] == "modelled"
    assert {(line["file"], line["line"]) for line in kernel["lines"]} >= {("twice.cu", 3), ("twice.cu", 5)}
    assert kernel["occupancy"]["blocks_per_sm"] == 32
    assert kernel["loads_in_flight"] == 1


def test_an_inline_launch_replaces_the_file(source: Path, kernels: Any) -> None:
    (kernel,) = kernels(source, *INLINE)
    assert kernel["launch"]["block"] == [128, 1, 1]
    (kernel,) = kernels(source, "--kernel", "twice", "--block", 32)
    assert (kernel["launch"]["grid"], kernel["launch"]["block"]) == ([4, 1, 1], [32, 1, 1])


def test_a_kernel_is_named_behind_its_file(source: Path, kernels: Any) -> None:
    (kernel,) = kernels(f"{source}:twice")
    assert kernel["name"] == "twice"
    (kernel,) = kernels(f"{source}:nothing", "--grid", 1, "--block", 32, "--arg", "out=null")
    assert kernel["name"] == "nothing"


def test_ptx_has_its_launch_beside_it_too(source: Path, kernels: Any) -> None:
    options = CompileOptions(compute_capability="9.0")
    source.with_name("copy.ptx").write_text(compile_source(SOURCE, "twice.cu", options).ptx)
    source.with_suffix(".toml").rename("copy.toml")
    (kernel,) = kernels("copy.ptx")
    assert (kernel["name"], kernel["source"], kernel["line"]) == ("twice", "twice.cu", 1)
    assert kernel["counters"]["global_load_sectors"] == 256 * 4 // 32
    assert kernel["resources"]["compiler"].startswith("ptxas")


def test_python_kernels_need_their_package(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source.with_suffix(".py").write_text("import cupy\n")
    source.with_name("cupy.py").write_text("raise ModuleNotFoundError('no cupy here', name='cupy')\n")
    assert analyze(monkeypatch, "twice.py") == 2
    printed = capsys.readouterr().err
    assert printed == "gpuadvisor: twice.py: needs cupy: pip install cupy-cuda13x\n"


def test_another_launch_file_and_another_device(source: Path, kernels: Any) -> None:
    Path("other.toml").write_text(LAUNCH.replace("grid = 4", "grid = 2") + "[compile]\nmax-registers = 16\n")
    (kernel,) = kernels(source, "--launch", "other.toml", "--device", "emulated:a10", "--all-blocks")
    assert kernel["launch"]["grid"] == [2, 1, 1]
    assert (kernel["device"], kernel["resources"]["compute_capability"]) == ("emulated:a10", "8.6")


def test_a_folder_stands_for_its_sources(source: Path, kernels: Any) -> None:
    Path("more.cu").write_text(SOURCE)
    Path("more.toml").write_text(LAUNCH + LAUNCH)
    Path("bare.cu").write_text(SOURCE)
    found = kernels(source.parent)
    assert [kernel["source"] for kernel in found] == ["more.cu", "more.cu", "twice.cu"]


@pytest.mark.parametrize("name", ["scale", "scale<float,4>", "filters::differences", "differences"])
def test_a_program_needs_only_file_and_kernel_once_its_launch_is_given(kernels: Any, name: str) -> None:
    (kernel,) = kernels(EXAMPLES / "program.cu", "--kernel", name)
    assert kernel["name"] == ("scale<float, 4>" if "scale" in name else "filters::differences")
    assert kernel["counters"]["global_store_requests"] == 1_048_576 // 32
    assert kernel["resources"]["compiler"].startswith("nvcc")


def test_the_report_document_is_written_and_quiet_prints_nothing(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(monkeypatch, source, "--quiet", "-o", "report.json") == 0
    assert capsys.readouterr() == ("", "")
    assert [kernel["name"] for kernel in json.loads(Path("report.json").read_text())["kernels"]] == ["twice"]


def test_text_output_names_kernel_and_source(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(monkeypatch, source) == 0
    printed = capsys.readouterr().out
    assert "twice" in printed
    assert "out[i] = 2.0f * in[i];" in printed


def test_kernels_without_a_launch_are_told_beside_the_others(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(monkeypatch, source) == 0
    assert "twice.cu: no launch for nothing; not analysed" in capsys.readouterr().err
    assert analyze(monkeypatch, source, "--kernel", "twice") == 0
    assert capsys.readouterr().err == ""


def test_a_kernel_is_found_among_the_sources_of_a_folder(
    source: Path, kernels: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("more.cu").write_text(SOURCE.replace("twice", "again"))
    Path("more.toml").write_text(LAUNCH.replace("twice", "again"))
    assert [kernel["source"] for kernel in kernels(source.parent, "--kernel", "twice")] == ["twice.cu"]
    assert analyze(monkeypatch, ".", "--kernel", "thrice") == 2
    assert "none of the 2 sources has a launch of 'thrice'" in capsys.readouterr().err
    assert analyze(monkeypatch, ".", "--grid", "4") == 2
    assert "need a single FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--grid", "4"], ["--kernel NAME"]),
        (["--kernel", "thrice"], ["has no kernel thrice", "twice(float* out, const float* in, int n)"]),
        (["--kernel", "nothing"], ["no launch is given for nothing", 'kernel = "nothing"', 'name = "out"']),
        (["--launch", "none.toml"], ["none.toml"]),
        (["--device", "emulated:h10"], ["h100"]),
        (["--machine", "none.json"], ["none.json"]),
        (["--machine", "twice.toml"], ["twice.toml"]),
        (
            [*INLINE[:-2]],
            ["takes 3 parameters", "int n (4 bytes)", "in = float32[256] (pointer of 8 bytes to 1,024)"],
        ),
        (
            [*INLINE[:-3], "in=float32[250]:random", *INLINE[-2:]],
            ["gpuadvisor: twice.cu:5", "block", "thread"],
        ),
    ],
)
def test_mistakes_end_with_2_and_say_what_to_mend(
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: list[str],
) -> None:
    assert analyze(monkeypatch, source, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    for word in words:
        assert word in captured.err


def test_a_source_without_any_launch_shows_the_launch_to_write(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("twice.toml").unlink()
    assert analyze(monkeypatch, source) == 2
    printed = capsys.readouterr().err
    Path("twice.toml").write_text(printed[printed.index("[[launch]]") : printed.index("} ]") + 3])
    assert analyze(monkeypatch, source, "--quiet") == 0


def test_a_syntax_error_gives_file_line_and_caret(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(SOURCE.replace("2.0f * in[i];", "2.0f * ;"))
    assert analyze(monkeypatch, source) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any("twice.cu:5" in line for line in lines)
    assert any(line.strip() == "^" for line in lines)

"""`gpuadvisor gate` from its options to its exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gpuadvisor.cli.gate import command
from gpuadvisor.cli.main import run

SOURCE = """\
__global__ void reverse(float* out, const float* in)
{
    __shared__ float tile[32][33];
    tile[threadIdx.y][threadIdx.x] = in[threadIdx.y * 32 + threadIdx.x];
    __syncthreads();
    out[threadIdx.y * 32 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];
}
"""
LAUNCH = """
[[launch]]
kernel = "reverse"
grid = 1
block = [32, 32]
args = [ { name = "out", type = "float32", shape = 1024, fill = "zeros" },
         { name = "in",  type = "float32", shape = 1024, fill = "arange" } ]
"""
ITEM = "tile.cu:reverse"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a kernel, a first configuration and a baseline."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tile.cu").write_text(SOURCE)
    (tmp_path / "tile.toml").write_text(LAUNCH)
    assert gate("--init").exit_code == 0
    assert gate("--update").exit_code == 0
    return tmp_path


def gate(*options: str) -> Result:
    return CliRunner().invoke(command, options, standalone_mode=False)


def verdict(*options: str) -> tuple[int, dict[str, object]]:
    result = gate("--format", "json", *options)
    return result.return_value, json.loads(result.stdout)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_unchanged_kernel_passes(folder: Path) -> None:
    code, report = verdict()
    assert (code, report["verdict"], report["checks"]) == (0, "pass", [])
    assert folder.exists()


def test_padding_removed_fails_and_is_explained(folder: Path) -> None:
    edit(folder / "tile.cu", "[33]", "[32]")
    code, report = verdict()
    assert (code, report["verdict"]) == (1, "fail")
    checks = {check["fact"]: check for check in report["checks"]}  # type: ignore[attr-defined]
    assert checks["shared_load.wavefronts"]["before"] == 32
    assert checks["shared_load.wavefronts"]["after"] == 32 * 32
    assert checks["shared_load.wavefronts"]["explained_by"] == ["shared-memory/bank-conflicts"]
    assert "32 times" in gate().stdout


def test_formatting_and_renaming_never_fail(folder: Path) -> None:
    edit(folder / "tile.cu", "tile[threadIdx.y]", "tile  [ threadIdx.y ]")
    edit(folder / "tile.cu", "__syncthreads();", "// together\n\n    __syncthreads();")
    edit(folder / "tile.cu", "tile", "staged")
    assert verdict()[0] == 0
    edit(folder / "tile.cu", "reverse", "turned")
    edit(folder / "tile.toml", "reverse", "turned")
    code, report = verdict()
    assert code == 0
    messages = [check["message"] for check in report["checks"]]  # type: ignore[attr-defined]
    assert messages == ["tile.cu:turned was tile.cu:reverse in the baseline"]


def test_an_update_agrees_to_what_is_true_now(folder: Path) -> None:
    edit(folder / "tile.cu", "[33]", "[32]")
    assert gate("--update").exit_code == 0
    assert verdict()[0] == 0


def test_budgets_and_forbidden_advice(folder: Path) -> None:
    edit(folder / "gpuadvisor.toml", 'source = "tile.cu"', 'source = "tile.cu"\nbudgets = ["barriers <= 3"]')
    code, report = verdict()
    assert code == 1
    (check,) = report["checks"]  # type: ignore[misc]
    assert check["message"] == "barriers is 32 barriers; the budget is `barriers <= 3`"


def test_only_chosen_items(folder: Path) -> None:
    edit(folder / "tile.cu", "[33]", "[32]")
    assert verdict("--only", "tile.cu:*")[0] == 1
    with pytest.raises(Exception, match="no item matches"):
        CliRunner().invoke(command, ["--only", "other"], standalone_mode=False, catch_exceptions=False)


def test_without_a_baseline_nothing_is_compared(folder: Path) -> None:
    (folder / "gpuadvisor-baseline.toml").unlink()
    code, report = verdict()
    assert code == 0
    assert "gate --update" in str(report["notes"])


def test_another_compiler_is_inconclusive(folder: Path) -> None:
    path = folder / "gpuadvisor-baseline.toml"
    path.write_text(path.read_text().replace('compiler = "nvrtc ', 'compiler = "nvrtc 1'))
    assert verdict()[0] == 3
    assert verdict("--inconclusive", "pass")[0] == 0


def test_init_leaves_an_existing_file_alone(folder: Path) -> None:
    before = (folder / "gpuadvisor.toml").read_text()
    assert "exists already" in str(gate("--init").exception)
    assert (folder / "gpuadvisor.toml").read_text() == before


def test_the_first_configuration_names_the_sources_found(folder: Path) -> None:
    assert 'source = "tile.cu"' in (folder / "gpuadvisor.toml").read_text()


def test_files_in_other_formats(folder: Path) -> None:
    gate("--quiet", "--write", "json=gate.json")
    assert json.loads((folder / "gate.json").read_text())["schema"] == "gpuadvisor.gate"


def test_the_process_ends_with_the_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(folder / "tile.cu", "[33]", "[32]")
    monkeypatch.setattr("sys.argv", ["gpuadvisor", "gate"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 1


def test_kernels_of_one_name_in_two_sources_have_advice_of_their_own(folder: Path) -> None:
    (folder / "worse.cu").write_text(SOURCE.replace("[33]", "[32]"))
    (folder / "worse.toml").write_text(LAUNCH)
    (folder / "gpuadvisor.toml").write_text(
        '[gate]\nforbid = ["shared-memory/bank-conflicts"]\n[[kernel]]\nsource = "*.cu"\n'
    )
    _, report = verdict()
    failed = {check["item"] for check in report["checks"] if check["outcome"] == "fail"}  # type: ignore[attr-defined]
    assert failed == {"worse.cu:reverse"}

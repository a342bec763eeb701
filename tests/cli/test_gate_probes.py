"""Probes as gated items: their readings are facts, compared with a baseline and held to budgets."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.gate import command
from gpuadvisor.model.errors import GpuAdvisorError
from tests.cli.test_gate import edit
from tests.probing.folders import write_probe

CONFIGURATION = '[[probe]]\nname = "scale"\ndirectory = "own"\nbudgets = []\n'
READING = "sectors[sweep=sizes,factor=3,blocks=2]"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests: what is compiled there once need not be again."""
    return tmp_path_factory.mktemp("gated")


@pytest.fixture
def folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a probe of its own and a baseline."""
    monkeypatch.chdir(place)
    shutil.rmtree(place / "own", ignore_errors=True)
    (place / "own").mkdir()
    write_probe(place / "own")
    (place / "gpuadvisor.toml").write_text(CONFIGURATION)
    gate("--update")
    return place


def gate(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, options, standalone_mode=False, catch_exceptions=False)
    return result.return_value, result.stdout


def checks() -> tuple[int, list[dict[str, object]]]:
    code, output = gate("--format", "json")
    return code, json.loads(output)["checks"]


def budget(folder: Path, text: str) -> None:
    edit(folder / "gpuadvisor.toml", "budgets = []", f'budgets = ["{text}"]')


def test_the_baseline_holds_readings_under_their_provenance(folder: Path) -> None:
    text = (folder / "gpuadvisor-baseline.toml").read_text()
    counted = text.partition('["probe:scale".counted]')[2].partition('["probe')[0]
    assert f'"{READING}" = 4\n' in counted
    assert "cycles" not in counted
    assert '"cycles[sweep=sizes,factor=3,blocks=2]"' in text.partition('["probe:scale".modelled]')[2]
    assert 'compiler = "nvrtc ' in text
    assert checks() == (0, [])


@pytest.mark.parametrize("scattered", ["2 * i", "i / 2"])
def test_a_reading_that_changes_fails_whatever_the_direction(folder: Path, scattered: str) -> None:
    edit(folder / "own/scale/kernel.cu", "= input[i] * factor", f"= input[{scattered}] * 0 + i * factor")
    edit(folder / "own/scale/kernel.cu", "input[", "((const volatile unsigned*)input)[")
    edit(
        folder / "own/scale/probe.toml",
        'count = "elements"\nfill = "arange"',
        'count = "2 * elements"\nfill = "arange"',
    )
    code, found = checks()
    failed = {check["fact"]: check for check in found if check["outcome"] == "fail"}
    assert code == 1
    assert failed[READING]["before"] == 4
    assert failed[READING]["after"] == (8 if scattered == "2 * i" else 2)
    assert failed[READING]["provenance"] == "counted"


def test_a_metric_with_a_direction_may_get_better(folder: Path) -> None:
    edit(
        folder / "own/scale/kernel.cu",
        "= input[i] * factor",
        "= ((const volatile unsigned*)input)[i / 2] * 0 + i * factor",
    )
    edit(folder / "own/scale/probe.toml", 'unit = "sectors"\n', 'unit = "sectors"\nbetter = "lower"\n')
    _, found = checks()
    assert {check["outcome"] for check in found if str(check["fact"]).startswith("sectors")} == {"improved"}


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("sectors <= 4", 0),
        ("sectors <= 3", 4),
        ("sectors[factor=3] <= 3", 2),
        ("sectors[factor=3, blocks=1] <= 3", 1),
    ],
)
def test_a_budget_holds_for_the_points_that_it_names(folder: Path, text: str, failed: int) -> None:
    budget(folder, text)
    code, found = checks()
    outcomes = [check["outcome"] for check in found]
    assert outcomes.count("fail") == failed
    assert code == (1 if failed else 0)


def test_a_budget_on_no_reading_is_named_with_its_line(folder: Path) -> None:
    budget(folder, "sector <= 4")
    with pytest.raises(GpuAdvisorError, match="no reading is called `sector`") as error:
        gate()
    assert error.value.where == "gpuadvisor.toml:4"
    assert "sectors" in str(error.value.remedy)


def test_an_unknown_probe_is_named_with_its_line(folder: Path) -> None:
    edit(folder / "gpuadvisor.toml", '"scale"', '"scales"')
    with pytest.raises(GpuAdvisorError, match="no probe is called 'scales'") as error:
        gate()
    assert error.value.where == "gpuadvisor.toml:2"


def test_a_pattern_names_the_probes_that_no_other_entry_does(folder: Path) -> None:
    write_probe(folder / "own", "scale_again")
    budget(folder, "sectors[factor=3] <= 3")
    with (folder / "gpuadvisor.toml").open("a") as file:
        file.write('[[probe]]\nname = "scale*"\ndirectory = "own"\nbudgets = ["sectors[factor=3] <= 2"]\n')
    _, found = checks()
    limits = {(check["item"], check["limit"]) for check in found if check["kind"] == "budget"}
    assert limits == {
        ("probe:scale", "sectors[factor=3] <= 3"),
        ("probe:scale_again", "sectors[factor=3] <= 2"),
    }


def test_a_wrong_answer_is_an_error(folder: Path) -> None:
    edit(folder / "own/scale/kernel.cu", "* factor", "* 2")
    with pytest.raises(GpuAdvisorError, match="factor=3 blocks=1"):
        gate()


def test_another_compiler_refuses_all_readings(folder: Path) -> None:
    edit(folder / "gpuadvisor-baseline.toml", 'compiler = "nvrtc ', 'compiler = "nvrtc 1')
    code, (check,) = checks()
    assert code == 3
    assert "not compared: cycles, sectors" in str(check["message"]).replace("bandwidth, ", "")

"""Configurations, and errors that name file, line and key."""

import datetime as dt
from pathlib import Path

import pytest

from gpuadvisor.gating.reading import load_configuration
from gpuadvisor.model.errors import GpuAdvisorError

WHOLE = """\
[gate]
device = "emulated:a100"
forbid = ["shared-memory/*", { rule = "*", severity = "high", gain = 1.5 }]
tolerance = { warp_instructions = 0.01 }

[[kernel]]
source = "k/*.cu"
budgets = ["registers_per_thread <= 64", "time <= +3 %"]

[[probe]]
name = "coalescing"

[[script]]
name = "step"
command = ["python", "train.py"]

[[accept]]
item = "k/a.cu:f"
fact = "memory-layout/*"
reason = "shown as it is"
expires = 2030-06-30
"""


def written(tmp_path: Path, text: str, name: str = "gpuadvisor.toml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    loaded = load_configuration(written(tmp_path, WHOLE))
    assert loaded.configuration.kernel[0].budgets == ("registers_per_thread <= 64", "time <= +3 %")
    assert loaded.configuration.accept[0].expires == dt.date(2030, 6, 30)
    assert loaded.directory == tmp_path


def test_a_table_of_pyproject(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n[tool.gpuadvisor.gate]\ndevice = "emulated:a10"\n'
    loaded = load_configuration(written(tmp_path, text, "pyproject.toml"))
    assert loaded.configuration.gate.device == "emulated:a10"


@pytest.mark.parametrize(
    ("line", "text", "words"),
    [
        (2, '[gate]\nbasline = "x"\n', ("gate.basline", "unknown key", "did you mean `baseline`")),
        (4, '[gate]\n\n[[kernel]]\nsorce = "x"\n', ("kernel[0].sorce", "did you mean `source`")),
        (1, "[[kernel]]\nbudgets = []\n", ("kernel[0]", "missing required field `source`")),
        (3, '[[kernel]]\nsource = "x"\nbudgets = ["regs <="]\n', ("kernel[0].budgets[0]", "is no budget")),
        (
            3,
            '[[kernel]]\nsource = "x"\nbudgets = ["registers <= 3"]\n',
            ("unknown fact", "registers_per_thread"),
        ),
        (3, '[[kernel]]\nsource = "x"\nbudgets = ["time <= 3"]\n', ("budgets[0]", "time <= +3 %")),
        (2, '[gate]\nbudgets = ["nothing_near == 1"]\n', ("gate.budgets[0]", "docs/facts.md")),
        (3, '[[kernel]]\nsource = "x"\nbudgets = 3\n', ("kernel[0].budgets", "Expected `array`")),
        (2, "[gate]\ntolerance = { time = -1 }\n", ("gate.tolerance",)),
        (5, '[[accept]]\nitem = "x"\nfact = "y"\nreason = "z"\nexpires = "soon"\n', ("accept[0].expires",)),
        (3, '[[script]]\nname = "s"\ncommand = []\n', ("script[0].command",)),
    ],
)
def test_mistakes_are_named_with_their_line(
    tmp_path: Path, line: int, text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        load_configuration(written(tmp_path, text))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'gpuadvisor.toml'}:{line}: ")
    for word in words:
        assert word in message


def test_what_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match=r"not TOML.*line 2"):
        load_configuration(written(tmp_path, "[gate]\ndevice = \n"))


def test_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GpuAdvisorError, match="gate --init"):
        load_configuration(None)

from pathlib import Path

import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.inputs import load_inputs

DATA = """
import numpy as np

def named():
    return {"out": np.zeros((2, 3), np.float32), "n": np.int32(6)}

def ordered():
    return [np.arange(12, dtype=np.int16)[::2], np.float64(0.5)]

def loose():
    return {"n": 6}

def text():
    return "no arrays"

def failing():
    raise KeyError("nowhere")

value = 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data.py").write_text(DATA)
    (tmp_path / "broken.py").write_text("def make(:\n")
    return tmp_path


def test_a_dict_names_its_values(folder: Path) -> None:
    values = load_inputs("data.py:named", folder)
    assert list(values) == ["out", "n"]
    assert values["n"].dtype == np.int32
    assert values["out"].shape == (2, 3)


def test_a_sequence_keeps_its_order_and_becomes_contiguous(folder: Path) -> None:
    first, second = load_inputs("data.py:ordered", folder).values()
    assert isinstance(first, np.ndarray)
    assert first.flags.c_contiguous
    assert first.tolist() == [0, 2, 4, 6, 8, 10]
    assert second == np.float64(0.5)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("data.py", "file.py:function"),
        ("none.py:make", r"none\.py"),
        ("data.py:absent", "no function 'absent'"),
        ("data.py:value", "no function 'value'"),
        ("data.py:loose", "'n' is int"),
        ("data.py:text", "'argument 0' is str"),
        ("data.py:failing", "KeyError.*nowhere"),
        ("broken.py:make", "SyntaxError"),
    ],
)
def test_mistakes_are_named(folder: Path, reference: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        load_inputs(reference, folder)


def test_what_it_prints_stays_out_of_standard_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "chatty.py").write_text(
        "import numpy as np\nprint('loading')\ndef make():\n    print('making')\n    return [np.int32(1)]\n"
    )
    load_inputs("chatty.py:make", folder)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "loading\nmaking\n"


def test_it_does_not_choose_the_exit_code(folder: Path) -> None:
    (folder / "leaving.py").write_text("def make():\n    raise SystemExit(3)\n")
    with pytest.raises(GpuAdvisorError, match="raised SystemExit: 3"):
        load_inputs("leaving.py:make", folder)

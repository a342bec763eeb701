"""The programs of examples/runs in TensorFlow run, slow and tuned."""

import runpy
import sys

import pytest

from tests.advising.runs.proof import PROGRAMS
from tests.networks.training import needs

pytestmark = [needs("tensorflow", "TensorFlow"), pytest.mark.filterwarnings("default")]
IN_TENSORFLOW = ("input_tf_data", "tensorflow_without_xla", "keras_recurrent_loop")


@pytest.mark.parametrize("options", [(), ("--tuned",)], ids=["slow", "tuned"])
@pytest.mark.parametrize("program", IN_TENSORFLOW)
def test_it_runs(
    program: str,
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", [program, *options])
    runpy.run_path(str(PROGRAMS / f"{program}.py"), run_name="__main__")
    assert capsys.readouterr().out

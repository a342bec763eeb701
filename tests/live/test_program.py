"""A program under the profiler is what it is alone: arguments, path, name, ending, traceback."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpuadvisor.live.program import FAILED, INTERRUPTED, Program, run_program
from gpuadvisor.model.errors import GpuAdvisorError
from tests.live.programs import COLLECTOR, INTERRUPT, run_text

Capture = pytest.CaptureFixture[str]
SURROUNDINGS = """
import gc, json, os, sys
import __main__
print(json.dumps([sys.argv, sys.path[0], __name__, __file__, os.getcwd(), __main__.__file__, __main__.mark]))
"""


def test_the_surroundings_are_those_of_the_program_alone(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "program.py"
    path.write_text("mark = 7" + SURROUNDINGS)
    alone = subprocess.run([sys.executable, str(path), "-x", "--", "y"], capture_output=True, check=True)
    ending = run_program(Program(name=str(path), arguments=("-x", "--", "y")), COLLECTOR)
    assert json.loads(capsys.readouterr().out) == json.loads(alone.stdout)
    assert ending.exit_code == 0


def test_the_surroundings_are_restored(tmp_path: Path) -> None:
    before = sys.argv, sys.path[:], gc.get_threshold(), sys.modules["__main__"]
    run_text(tmp_path, "import sys; sys.path.append('x'); sys.argv.append('y')")
    assert (sys.argv, sys.path, gc.get_threshold(), sys.modules["__main__"]) == before


def test_garbage_is_collected_as_python_does(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "program.py"
    path.write_text("import gc; print(gc.get_threshold())")
    run_program(Program(name=str(path)), (123, 4, 5))
    assert capsys.readouterr().out.strip().startswith("(123, 4")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pass", 0),
        ("raise SystemExit", 0),
        ("import sys; sys.exit(None)", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(256 + 3)", 3),
        ("import sys; sys.exit('a reason')", FAILED),
        ("1 / 0", FAILED),
        ("def (", FAILED),
    ],
)
def test_the_exit_code_is_the_programs(tmp_path: Path, text: str, code: int, capsys: Capture) -> None:
    path = tmp_path / "program.py"
    path.write_text(text)
    alone = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    ending = run_text(tmp_path, text)
    assert (ending.exit_code, ending.interrupted) == (code, False)
    assert alone.returncode == code
    shown = capsys.readouterr().err
    assert shown.splitlines()[-1:] == alone.stderr.splitlines()[-1:]


def test_a_traceback_shows_the_programs_frames_alone(tmp_path: Path, capsys: Capture) -> None:
    text = "def f():\n    raise KeyError('absent')\n\nf()\n"
    path = tmp_path / "program.py"
    path.write_text(text)
    alone = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    run_text(tmp_path, text)
    assert capsys.readouterr().err == alone.stderr


def test_the_programs_own_hook_shows_its_errors(tmp_path: Path, capsys: Capture) -> None:
    hook = sys.excepthook
    try:
        run_text(tmp_path, "import sys\nsys.excepthook = lambda *_: print('mine')\n1 / 0")
    finally:
        sys.excepthook = hook
    assert capsys.readouterr().out == "mine\n"


def test_control_c_ends_the_program_and_is_told(tmp_path: Path) -> None:
    ending = run_text(tmp_path, INTERRUPT)
    assert (ending.exit_code, ending.interrupted) == (INTERRUPTED, True)


def test_a_program_may_handle_control_c_itself(tmp_path: Path) -> None:
    text = f"try: exec({INTERRUPT!r})\nexcept KeyboardInterrupt: raise SystemExit(5)"
    assert run_text(tmp_path, text).exit_code == 5


def test_a_module_is_run_as_python_dash_m_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    package = tmp_path / "parcel"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("import sys; print(sys.argv[1:], sys.path[0], __name__)")
    monkeypatch.chdir(tmp_path)
    ending = run_program(Program(name="parcel.inner", arguments=("a",), is_module=True), COLLECTOR)
    assert ending.exit_code == 0
    assert capsys.readouterr().out.strip() == f"['a'] {os.getcwd()} __main__"  # noqa: PTH109 - as Python's


def test_no_such_program_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="no such file"):
        run_program(Program(name=str(tmp_path / "absent.py")), COLLECTOR)

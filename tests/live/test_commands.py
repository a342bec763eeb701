"""`gpuadvisor profile` and `gpuadvisor batch-size` as they are typed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gpuadvisor.cli.sizes import SIZE
from gpuadvisor.model.documents import read
from gpuadvisor.model.timeline import TimelineProfile
from tests.live.fake_torch import write_torch

TRAIN = """
import sys, torch
print("arguments", sys.argv[1:])
optimizer = torch.optim.Optimizer()
for _ in range(10): optimizer.step()
sys.exit(int(sys.argv[1]))
"""


def gpuadvisor(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GPUADVISOR_STATE_DIR": str(folder), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "gpuadvisor", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=folder, env=environment,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_torch(tmp_path)
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path


def test_a_program_is_recorded_and_reported(folder: Path) -> None:
    ended = gpuadvisor(
        folder, "profile", "--wait", 2, "--steps", 4, "-o", "run.json", "train.py", 7, "-q", "--x"
    )
    assert ended.returncode == 7, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == "arguments ['7', '-q', '--x']"
    assert lines[2].startswith("train.py  ")
    assert "measured" in lines[2]
    assert "4 steps" in lines[3]
    assert "note: no GPU took part: PyTorch ran on the CPU" in ended.stdout
    document = read(folder / "run.json")
    assert isinstance(document, TimelineProfile)
    assert document.steps is not None
    assert document.steps.count == 4
    told_again = gpuadvisor(folder, "report", "run.json").stdout.splitlines()
    assert told_again[1:5] == lines[2:6]  # the run, its steps, memory and note


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_that_the_program_forks_ends_where_it_does(folder: Path) -> None:
    (folder / "forks.py").write_text(
        "import os, sys, torch\n"
        "optimizer = torch.optim.Optimizer()\n"
        "for _ in range(9): optimizer.step()\n"
        "child = os.fork()\n"
        "if not child: optimizer.step(); print('child'); sys.exit(6)\n"
        "print('ended', os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    ended = gpuadvisor(folder, "profile", "forks.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("child\nended 6\n")
    assert ended.stdout.count("recorded  measured") == 1


def test_quiet_prints_what_the_program_prints(folder: Path) -> None:
    ended = gpuadvisor(folder, "profile", "-q", "train.py", 0)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "arguments ['0']\n", "")


def test_what_cannot_be_recorded_is_one_line_and_bad_input(folder: Path) -> None:
    (folder / "plain.py").write_text("print('done')")
    ended = gpuadvisor(folder, "profile", "plain.py")
    assert (ended.returncode, ended.stdout) == (2, "done\n")
    assert ended.stderr.startswith("gpuadvisor: plain.py: nothing was recorded: the program imported none of")
    assert len(ended.stderr.splitlines()) == 1


def test_tensorflow_without_cupti_says_how_to_install_it(folder: Path) -> None:
    (folder / "tensorflow.py").write_text("")
    (folder / "cupti.py").write_text("raise ModuleNotFoundError('x', name='cupti')")
    (folder / "plain.py").write_text("import tensorflow")
    ended = gpuadvisor(folder, "profile", "plain.py")
    assert ended.returncode == 2
    assert "used TensorFlow, which CUPTI records: pip install 'gpuadvisor[cupti]'" in ended.stderr


def test_a_failed_program_keeps_its_exit_code_without_a_recording(folder: Path) -> None:
    (folder / "plain.py").write_text("raise SystemExit(9)")
    ended = gpuadvisor(folder, "profile", "plain.py")
    assert ended.returncode == 9
    assert "nothing was recorded" in ended.stderr


def test_a_place_that_cannot_be_written_to_is_refused_before_the_program_runs(folder: Path) -> None:
    ended = gpuadvisor(folder, "profile", "-o", "absent/run.json", "train.py", 0)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "gpuadvisor: absent: no such folder\n"


def test_nothing_heavy_is_imported_before_the_program(folder: Path) -> None:
    (folder / "light.py").write_text(
        "import sys, torch\nprint(sorted({'numpy', 'rich', 'cupy', 'scipy'} & set(sys.modules)))"
    )
    assert gpuadvisor(folder, "profile", "-q", "light.py").stdout == "[]\n"


STEPS = """
import time
def step(batch):
    if batch > 40: raise MemoryError
    return lambda: time.sleep(0.002 + 0.0001 * batch) or 0.25
"""


def test_a_sweep_is_told_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEPS)
    ended = gpuadvisor(tmp_path, "batch-size", "steps.py:step", "--seconds", 0.02, "-o", "sweep.json")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("steps.py:step  no framework on CPU")
    assert "does not fit" in ended.stdout
    assert "Use a batch of " in ended.stdout
    assert "the largest that fits: 40 (42 does not)" in ended.stdout
    assert json.loads((tmp_path / "sweep.json").read_bytes())["schema"] == "gpuadvisor.batch-size"


def test_a_sweep_is_told_as_json(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("print('noise')\n" + STEPS)
    ended = gpuadvisor(
        tmp_path, "batch-size", "steps.py:step", "--to", 16, "--seconds", 0.02, "--format", "json"
    )
    document = json.loads(ended.stdout)
    assert [point["batch"] for point in document["points"]] == [8, 16]
    assert (document["largest"], document["smallest_unfit"]) == (16, None)
    assert document["provenance"] == "measured"
    assert document["place"]["is_gpu"] is False


def test_a_step_that_never_runs_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("def step(batch): raise ValueError('shapes')")
    ended = gpuadvisor(tmp_path, "batch-size", "steps.py:step")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no batch size could be run (8: ValueError: shapes; 16: " in ended.stderr


@pytest.mark.parametrize(
    ("text", "size"),
    [("8GiB", 8 * 2**30), ("500MB", 500_000_000), ("1.5k", 1536), ("7", 7), ("2 tib", 2 * 2**40), ("9B", 9)],
)
def test_sizes(text: str, size: int) -> None:
    assert SIZE.convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "GiB", "-1", "8 gallons", "8iB", "0"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a size"):
        SIZE.convert(text, None, None)

"""Children that answer, refuse, fail, die and hang."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from gpuadvisor.fleet.process import end_children, run_child
from gpuadvisor.model.errors import GpuAdvisorError


def answer() -> bytes:
    sys.stdout.write("noise")
    return os.environb[b"CUDA_VISIBLE_DEVICES"]


def refuse() -> bytes:
    raise GpuAdvisorError("the GPU is busy", remedy="wait")


def fail() -> bytes:
    raise ValueError("of no use")


def die() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def hang(file: Path) -> bytes:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    file.write_text(str(sleeper.pid))
    time.sleep(600)
    return b""


def test_a_child_answers_with_its_environment() -> None:
    ended = run_child(answer, 60, {"CUDA_VISIBLE_DEVICES": "GPU-1234"})
    assert (ended.state, ended.content) == ("probed", b"GPU-1234")


def test_a_child_refuses() -> None:
    ended = run_child(refuse, 60)
    assert (ended.state, ended.reason) == ("failed", "the GPU is busy\n  wait")


def test_a_child_fails() -> None:
    ended = run_child(fail, 60)
    assert ended.state == "failed"
    assert ended.reason == "its process ended with exit code 1: ValueError: of no use"


def test_a_child_dies() -> None:
    ended = run_child(die, 60)
    assert (ended.state, ended.reason) == ("failed", "its process was ended by SIGKILL")


def test_a_child_that_hangs_is_ended_with_its_own_children(tmp_path: Path) -> None:
    file = tmp_path / "sleeper"
    ended = run_child(partial(hang, file), 2)
    assert (ended.state, ended.reason) == ("overdue", "did not end within 2 s and was stopped")
    assert 2 <= ended.seconds < 30
    state = Path(f"/proc/{file.read_text()}/stat")
    deadline = time.monotonic() + 10
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_all_children_are_ended_when_work_is_interrupted(tmp_path: Path) -> None:
    file = tmp_path / "sleeper"
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(run_child, partial(hang, file), 60)
        while not file.exists():
            time.sleep(0.02)
        end_children()
        assert ending.result(30).reason == "its process was ended by SIGKILL"

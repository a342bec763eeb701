"""Child processes: whatever a framework does there, the answer comes within the time."""

import os
import signal
import time
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.examining.children import Look, look_at
from gpuadvisor.examining.looks.sight import Sight
from gpuadvisor.examining.outcome import Absent, Broken, Ended, Late, Seen
from tests.examining.planting import plant

TORCH = Look(name="torch", module="torch")
PATIENT = 30.0


def look(limit_seconds: float = PATIENT) -> Ended:
    return look_at([TORCH], limit_seconds)["torch"]


def test_what_is_not_installed_is_absent() -> None:
    ended = look_at([Look(name="torch", module="no_such_package")], PATIENT)
    assert isinstance(ended["torch"].outcome, Absent)


def test_an_import_error_is_told_with_its_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = "raise ImportError('libcudnn.so.9: cannot open shared object file: No such file or directory')"
    plant(monkeypatch, tmp_path, "torch", source)
    assert look().outcome == Broken(
        "ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory"
    )


def test_an_import_error_of_several_lines_is_told_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch, tmp_path, "torch", r"raise ImportError('libnccl.so.2 is not found\nsee the manual')")
    assert look().outcome == Broken("ImportError: libnccl.so.2 is not found\nsee the manual")


def test_a_crash_is_told_by_its_signal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant(monkeypatch, tmp_path, "torch", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert look().outcome == Broken("it crashes (SIGSEGV)")


def test_another_exception_is_told_by_the_last_line_of_its_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch, tmp_path, "torch", "raise ValueError('numpy.dtype size changed')")
    assert look().outcome == Broken("ValueError: numpy.dtype size changed")


def test_an_exit_without_a_word_is_told_by_its_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant(monkeypatch, tmp_path, "torch", "import os; os._exit(3)")
    assert look().outcome == Broken("it ends its process (exit code 3)")


def test_a_hang_ends_with_its_time_and_with_what_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noted = tmp_path / "grandchild"
    source = f"""
        import pathlib, subprocess, sys, time
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(noted)!r}).write_text(str(grandchild.pid))
        time.sleep(60)
    """
    version = "__version__, cuda, hip = '2.9.0+cpu', None, None"
    plant(monkeypatch, tmp_path, "torch", source, version=version)
    start = time.monotonic()
    outcome = look(limit_seconds=3.0).outcome
    assert time.monotonic() - start < 10
    assert isinstance(outcome, Late)
    assert outcome.limit_seconds == 3.0
    assert msgspec.json.decode(outcome.glimpse, type=Sight) == Sight(version="2.9.0+cpu", has_cuda=False)
    assert _ends(int(noted.read_text()))


def test_a_crash_behind_what_the_files_tell_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGABRT)"
    plant(monkeypatch, tmp_path, "torch", crash, version="__version__, cuda, hip = '2.9.0', '12.8', None")
    assert look().outcome == Broken("it crashes (SIGABRT)")


def test_a_crash_behind_the_answer_does_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    crash_at_exit = "import atexit, os, signal; atexit.register(lambda: os.kill(os.getpid(), signal.SIGSEGV))"
    plant(monkeypatch, tmp_path, "numba", f"__version__ = '0.1'\n{crash_at_exit}")
    outcome = look_at([Look(name="numba", module="numba")], PATIENT)["numba"].outcome
    assert isinstance(outcome, Seen)


def test_what_a_framework_prints_is_its_log_and_no_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = "import sys; __version__ = '0.1'; print('{}'); print('Could not load', file=sys.stderr)"
    plant(monkeypatch, tmp_path, "numba", source)
    ended = look_at([Look(name="numba", module="numba")], PATIENT)["numba"]
    assert ended.outcome == Seen(msgspec.Raw(msgspec.json.encode(Sight(version="0.1", has_cuda=False))))
    assert set(ended.log.split("\n")) >= {"{}", "Could not load"}


def test_the_current_folder_holds_no_frameworks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('a script of the user')")
    monkeypatch.chdir(tmp_path)
    outcome = look().outcome
    assert not (isinstance(outcome, Broken) and "a script of the user" in outcome.reason)


def test_all_are_looked_at_side_by_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each waits for the other: one after the other, neither would ever answer."""
    wait = """
        import pathlib, time
        __version__ = "1"
        folder = pathlib.Path({folder!r})
        (folder / "{mine}").touch()
        while not (folder / "{other}").exists():
            time.sleep(0.01)
    """
    places = {"folder": str(tmp_path)}
    plant(monkeypatch, tmp_path, "numba", wait.format(mine="n", other="t", **places))
    plant(
        monkeypatch,
        tmp_path / "second",
        "triton",
        wait.format(mine="t", other="n", **places),
        backends="backends = {}",
    )
    looks = [Look(name="numba", module="numba"), Look(name="triton", module="triton")]
    ended = look_at(looks, PATIENT)
    assert all(isinstance(each.outcome, Seen) for each in ended.values())


def test_no_framework_may_take_the_gpus_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = ("TF_FORCE_GPU_ALLOW_GROWTH", "XLA_PYTHON_CLIENT_PREALLOCATE")
    plant(monkeypatch, tmp_path, "numba", f"import os; __version__ = str([os.environ[n] for n in {names}])")
    outcome = look_at([Look(name="numba", module="numba")], PATIENT)["numba"].outcome
    assert isinstance(outcome, Seen)
    assert msgspec.json.decode(outcome.value, type=Sight).version == "['true', 'false']"


def _ends(process: int) -> bool:
    """Return whether a process that nobody waits for ends soon; a zombie of another parent has ended."""
    for _ in range(100):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    return False

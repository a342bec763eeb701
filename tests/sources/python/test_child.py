"""The process that imports the user's module: whatever the module does costs one message."""

from pathlib import Path

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.python import child
from gpuadvisor.sources.python.child import ask
from gpuadvisor.sources.python.messages import Question

FAKE_CUPY = """
class RawKernel:
    def __init__(self, code, name, options=()):
        self.code, self.name, self.options = code, name, options
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "kernels.py"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import no_such_package.part", "needs no_such_package: pip install no_such_package$"),
        ("raise ValueError('no data')", "ValueError: no data"),
        ("import sys\nprint('loading')\nsys.exit(3)", r"ended the process \(exit code 3\)"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", r"exit code -9"),
        ("def broken(:", "SyntaxError"),
        ("import math", "has no kernel 'twice'; it has none"),
    ],
)
def test_what_goes_wrong_is_told_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(GpuAdvisorError, match=rf"kernels\.py: .*{words}"):
        ask(Question(file=str(path), kernel="twice"), path)


def test_an_endless_import_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LIMIT_SECONDS", 2.0)
    path = written(tmp_path, "while True:\n    pass\n")
    with pytest.raises(GpuAdvisorError, match="longer than 2 s"):
        ask(Question(file=str(path)), path)


def test_what_the_module_prints_does_not_disturb_the_answer(tmp_path: Path) -> None:
    (tmp_path / "cupy.py").write_text(FAKE_CUPY)
    path = written(tmp_path, "import os\nimport cupy\nprint('hello')\nos.write(1, b'raw')\n"
                             "twice = cupy.RawKernel('code', 'twice')\nother = 3\n")  # fmt: skip
    answer = ask(Question(file=str(path)), path)
    assert [kernel.name for kernel in answer.kernels] == ["twice"]

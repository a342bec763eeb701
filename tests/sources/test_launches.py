from pathlib import Path

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.launches import read_launch_file

COMPLETE = """
[compile]
defines = ["N=4"]
include = ["include"]
standard = "c++17"
max-registers = 64

[[launch]]
kernel = "scan<float, 4>"
grid = 64
block = [32, 8]
shared = 1024
args = [ { name = "out", type = "float32", shape = [16, 4], fill = "zeros" },
         { name = "n", type = "int32", value = 64 } ]

[[launch]]
kernel = "other"
grid = [2, 3, 4]
block = [64]
cluster = 2
inputs = "data.py:make"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "kernel.toml"
    path.write_text(text)
    return path


def test_reads_every_key(tmp_path: Path) -> None:
    file = read_launch_file(written(tmp_path, COMPLETE))
    first, second = file.requests
    assert first.kernel == "scan<float, 4>"
    assert first.launch == Launch(grid=(64, 1, 1), block=(32, 8, 1), dynamic_shared_bytes=1024)
    assert [(each.name, each.type, each.extents, each.fill, each.value) for each in first.arguments] == [
        ("out", "float32", (16, 4), "zeros", None),
        ("n", "int32", None, None, 64),
    ]
    assert second.launch == Launch(grid=(2, 3, 4), block=(64, 1, 1), cluster=(2, 1, 1))
    assert (second.inputs, second.directory) == ("data.py:make", tmp_path)
    assert (file.compile.defines, file.compile.include) == (("N=4",), ("include",))
    assert (file.compile.standard, file.compile.max_registers) == ("c++17", 64)


LAUNCH = '[[launch]]\nkernel = "k"\ngrid = 1\nblock = 32\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAUNCH + "gird = 2\n", ["gird", "launch[0]"]),
        ('[[launch]]\nkernel = "k"\ngrid = 1\n', ["block", "launch[0]"]),
        (LAUNCH.replace("grid = 1", 'grid = "1"'), ["grid", "launch[0]"]),
        (LAUNCH.replace("grid = 1", "grid = [1, 2, 3, 4]"), ["one to three", "launch[0]"]),
        (LAUNCH.replace("block = 32", "block = [64, 32]"), ["2048 threads", "1024", "launch[0]"]),
        (LAUNCH.replace("block = 32", "block = 0"), ["block [0]", "launch[0]"]),
        (LAUNCH + "shared = -1\n", ["shared", "launch[0]"]),
        (LAUNCH + 'args = [{ name = "a", type = "float", value = 1 }]\n', ["'float'", "float32", "args[0]"]),
        (LAUNCH + 'args = [{ name = "a", type = "int32" , fill = "zeros" }]\n', ["'a' needs a shape"]),
        (LAUNCH + 'args = [{ name = "a", type = "int32" , shape = 4 }]\n', ["'a' needs a fill"]),
        (LAUNCH + 'args = [{ name = "a", value = 4 }]\n', ["'a' needs a type"]),
        (LAUNCH + 'args = [{ name = "a", type = "int8", value = 4, fill = "ones" }]\n', ["one or the other"]),
        (LAUNCH + 'args = [{ name = "a", type = "int8", shape = [4, 0], fill = "ones" }]\n', ["empty shape"]),
        ("[compile]\nmax_registers = 4\n", ["max_registers", "compile"]),
        ("[[launch]\n", ["line 1"]),
        ('[[launch]]\nkernel = "k"\ngrid = = 2\n', ["line 3"]),
    ],
)
def test_mistakes_are_refused_with_file_and_place(tmp_path: Path, text: str, words: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(GpuAdvisorError) as caught:
        read_launch_file(path)
    assert caught.value.where == str(path)
    for word in words:
        assert word in str(caught.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match=r"none\.toml"):
        read_launch_file(tmp_path / "none.toml")

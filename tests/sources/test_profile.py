from pathlib import Path

import pytest

from gpuadvisor.sources.profile import shown


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("{root}/kernels/a.cu", "kernels/a.cu", "kernels/a.cu"),
        ("{root}/kernels/a.cu", "{root}/kernels/a.cu", "{root}/kernels/a.cu"),
        ("{root}/kernels/detail/b.cuh", "{root}/kernels/a.cu", "{root}/kernels/detail/b.cuh"),
        ("{root}/kernels/../include/c.cuh", "kernels/a.cu", "include/c.cuh"),
        ("/opt/toolkit/bin/../include/d.h", "kernels/a.cu", "/opt/toolkit/include/d.h"),
        ("{root}/kernels/a.cu", "../{name}/kernels/a.cu", "../{name}/kernels/a.cu"),
    ],
)
def test_files_are_named_as_the_user_names_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, source: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    names = {"root": str(tmp_path), "name": tmp_path.name}
    assert shown(file.format(**names), Path(source.format(**names))) == expected.format(**names)

from pathlib import Path

import pytest

from gpuadvisor.compiler.includes import include_directories, included_files
from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.module import CompileOptions


def job(source: str, path: Path, **options: tuple[object, ...]) -> Job:
    return Job(source, str(path), CompileOptions(compute_capability="9.0", **options), "9.0")  # type: ignore[arg-type]


def test_headers_are_followed_from_header_to_header(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "library").mkdir()
    (tmp_path / "a.cuh").write_text('#  include "sub/b.cuh"\n#include <cstdio>\n')
    (tmp_path / "sub" / "b.cuh").write_text('#include "c.cuh"\n#include <d.h>\n#include "../a.cuh"\n')
    (tmp_path / "sub" / "c.cuh").write_text("")
    (tmp_path / "library" / "d.h").write_text("// d")
    source = '#include "a.cuh" // comment\n#include <vector>\n'
    found = included_files(job(source, tmp_path / "k.cu", include_directories=(tmp_path / "library",)))
    assert found is not None
    assert {str(path.relative_to(tmp_path)) for path in found} == {
        "a.cuh",
        "sub/b.cuh",
        "sub/c.cuh",
        "library/d.h",
    }
    assert found[tmp_path / "library" / "d.h"] == b"// d"


def test_a_tested_header_counts_as_included(tmp_path: Path) -> None:
    (tmp_path / "maybe.h").write_text("")
    assert included_files(job('#if __has_include("maybe.h")\n#endif', tmp_path / "k.cu")) == {
        tmp_path / "maybe.h": b""
    }


@pytest.mark.parametrize("source", ["#include HEADER", "#if __has_include(HEADER)\n#endif"])
def test_a_macro_in_place_of_a_name_leaves_the_answer_open(source: str, tmp_path: Path) -> None:
    assert included_files(job(source, tmp_path / "k.cu")) is None


@pytest.mark.parametrize(
    "extra", [("-Isome",), ("-I", "some"), ("--include-path=some",), ("-O3", "-isystem", "some", "-lineinfo")]
)
def test_directories_among_further_options_count(extra: tuple[str, ...]) -> None:
    options = CompileOptions(compute_capability="9.0", include_directories=(Path("first"),), extra=extra)
    assert include_directories(options) == [Path("first").absolute(), Path("some").absolute()]

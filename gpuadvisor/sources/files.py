"""The files of kernels that paths on the command line stand for."""

import re
from collections.abc import Sequence
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError

_SOURCE = ".cu"
CUDA_SUFFIXES = (_SOURCE, ".cuh")
"""CUDA C++; headers only where they are named outright, as they belong to the sources around them."""
SUFFIXES = (*CUDA_SUFFIXES, ".ptx", ".py")
_BINARIES = (b"\x7fELF", b"MZ", b"!<arch>", b"\x50\xed\x55\xba")
"""How programs, libraries, objects and cubins begin, and a fat binary of its own."""
_FILE_AND_KERNEL = re.compile(r"(?P<file>.+?\.\w+):(?P<kernel>[^:].*)")


def source_files(paths: Sequence[Path]) -> list[Path]:
    """Return the CUDA sources; a folder stands for those of its sources that have a launch file."""
    for path in paths:
        _check_text(path)
    return [source for path in paths for source in (_in_folder(path) if path.is_dir() else [_file(path)])]


def file_and_kernel(path: Path) -> tuple[Path, str | None]:
    """Return the file and, where the path is `FILE:KERNEL`, the kernel."""
    match = _FILE_AND_KERNEL.fullmatch(str(path))
    if match is None or path.exists():
        return path, None
    return Path(match["file"]), match["kernel"]


def _in_folder(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.glob(f"*{_SOURCE}")) if path.with_suffix(".toml").is_file()]
    if not found:
        raise GpuAdvisorError(
            f"holds no {_SOURCE} file with a launch file (.toml) beside it", where=str(folder)
        )
    return found


def _file(path: Path) -> Path:
    if not path.is_file():
        raise GpuAdvisorError("no such file or folder", where=str(path))
    if path.suffix not in SUFFIXES and not _is_binary(path):
        raise GpuAdvisorError(
            "is neither a source of kernels nor a binary",
            where=str(path),
            remedy=f"known: {' '.join(SUFFIXES)}",
        )
    return path


def _check_text(path: Path) -> None:
    """Refuse a path that is not text: compilers and reports take UTF-8 alone."""
    whole = str(path.absolute())
    try:
        whole.encode()
    except UnicodeEncodeError:
        raise GpuAdvisorError(
            "the path is not UTF-8",
            where=whole.encode(errors="surrogateescape").decode(errors="replace"),
            remedy="rename the file or folder",
        ) from None


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith(_BINARIES)

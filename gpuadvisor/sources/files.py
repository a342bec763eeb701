"""The sources that paths on the command line stand for, and their launch files."""

from collections.abc import Sequence
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.launches import LaunchFile, read_launch_file

_SUFFIX = ".cu"


def source_files(paths: Sequence[Path]) -> list[Path]:
    """Return the CUDA sources; a folder stands for those of its sources that have a launch file."""
    return [source for path in paths for source in (_in_folder(path) if path.is_dir() else [_file(path)])]


def launch_file(source: Path, given: Path | None) -> LaunchFile:
    """Return the launches of `source`: of the given file, else of the TOML file beside it, else none."""
    beside = source.with_suffix(".toml")
    if given is not None:
        return read_launch_file(given)
    return read_launch_file(beside) if beside.is_file() else LaunchFile(directory=source.parent)


def _in_folder(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.glob(f"*{_SUFFIX}")) if path.with_suffix(".toml").is_file()]
    if not found:
        raise GpuAdvisorError(
            f"holds no {_SUFFIX} file with a launch file (.toml) beside it", where=str(folder)
        )
    return found


def _file(path: Path) -> Path:
    if not path.is_file():
        raise GpuAdvisorError("no such file or folder", where=str(path))
    if path.suffix != _SUFFIX:
        raise GpuAdvisorError(f"is not a CUDA C++ source ({_SUFFIX})", where=str(path))
    return path

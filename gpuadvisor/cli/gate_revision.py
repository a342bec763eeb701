"""The files of another revision, beside those of the working tree."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError


@contextmanager
def files_of(revision: str, directory: Path) -> Iterator[Path]:
    """Yield a folder that holds what `directory` held in a revision; the repository is left as it is.

    Raises GpuAdvisorError where there is no repository, no git, or no such revision.
    """
    top = Path(_git(directory, "rev-parse", "--show-toplevel").decode().strip())
    content = _git(top, "archive", "--format=tar", revision)
    with tempfile.TemporaryDirectory(prefix="gpuadvisor-") as folder:
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder) / directory.resolve().relative_to(top.resolve())


def revision_of(directory: Path) -> str | None:
    """Return the revision that a folder is at, None where there is no repository."""
    try:
        return _git(directory, "rev-parse", "HEAD").decode().strip()
    except GpuAdvisorError:
        return None


def _git(directory: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(directory), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise GpuAdvisorError("--base needs git, which is not installed") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GpuAdvisorError(f"git: {said[-1] if said else 'failed'}", where=f"--base in {directory}")
    return done.stdout

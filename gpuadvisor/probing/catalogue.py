"""Find the probes: those that come with the tool, and those of the user's folders."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from gpuadvisor.content import directory
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.probe import Probe


def probe_folders(directories: Sequence[Path] = ()) -> dict[str, Path]:
    """Return the folder of every probe by name, sorted; each directory holds one folder per probe."""
    found: dict[str, Path] = {}
    for parent in (directory("probes"), *directories):
        for path in _folders_in(parent):
            if path.name in found:
                raise GpuAdvisorError(
                    f"two probes are called {path.name!r}", where=f"{found[path.name]}, {path}"
                )
            found[path.name] = path
    return dict(sorted(found.items()))


def load_probes(names: Sequence[str] | None, directories: Sequence[Path] = ()) -> list[Probe]:
    """Return the named probes, or all, in alphabetical order.

    Raises GpuAdvisorError for an unknown name, naming the closest, and for a damaged folder.
    """
    folders = probe_folders(directories)
    for name in names or ():
        if name not in folders:
            close = get_close_matches(name, folders, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(folders)}"
            raise GpuAdvisorError(f"no probe is called {name!r}", remedy=remedy)
    return [load_probe(folder) for name, folder in folders.items() if not names or name in names]


def _folders_in(parent: Path) -> list[Path]:
    if not parent.is_dir():
        raise GpuAdvisorError("not a directory", where=str(parent), remedy="give a folder of probe folders")
    folders = [path for path in parent.iterdir() if (path / "probe.toml").is_file()]
    if not folders:
        remedy = "give the folder that holds the probe folders"
        raise GpuAdvisorError("holds no folder with a probe.toml", where=str(parent), remedy=remedy)
    return folders

"""Read probe folders; whatever is wrong in one is said with its file and key."""

from pathlib import Path
from typing import Any

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.declaration import ProbeDeclaration
from gpuadvisor.probing.expressions import Expression, parse
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.verify import verify


def load_probe(folder: Path) -> Probe:
    """Return the probe in `folder`; raise GpuAdvisorError, naming file and key, where it is not one."""
    path = folder / "probe.toml"
    try:
        written = _with_common_keys(msgspec.toml.decode(_read(path)))
        declaration = msgspec.convert(written, ProbeDeclaration, dec_hook=_expression)
    except msgspec.MsgspecError as error:
        raise GpuAdvisorError(str(error), where=str(path)) from None
    probe = Probe(folder.name, folder, declaration, _read(folder / "kernel.cu"))
    verify(probe)
    return probe


def _with_common_keys(written: dict[str, Any]) -> dict[str, Any]:
    """Return what probe.toml says with the keys of `every_sweep` in each sweep that does not have them."""
    common, sweeps = written.pop("every_sweep", {}), written.get("sweep", [])
    if common and isinstance(common, dict) and isinstance(sweeps, list):
        written["sweep"] = [common | sweep if isinstance(sweep, dict) else sweep for sweep in sweeps]
    return written


def _expression(kind: type, value: object) -> Any:  # noqa: ANN401 - msgspec's hook
    if kind is Expression and isinstance(value, str | int | float) and not isinstance(value, bool):
        return parse(value)
    raise ValueError(f"expected a number or an expression, got {value!r}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise GpuAdvisorError(
            error.strerror or str(error),
            where=str(path),
            remedy="a probe is a folder with kernel.cu and probe.toml",
        ) from None
    except UnicodeDecodeError as error:
        raise GpuAdvisorError(f"not UTF-8: {error.reason}", where=str(path)) from None

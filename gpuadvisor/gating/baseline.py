"""Baselines: what every fact was when somebody last agreed to it, in a file that people review.

TOML with sorted keys and one fact a line; the head says what wrote it and what the values depend on:

    [baseline]
    compiler = "nvrtc 13.5"
    device = "emulated:h100"
    gpuadvisor = "0.1.0"
    version = 1

    ["examples/transpose.cu:transpose_padded".compiled]
    registers_per_thread = 16

    ["examples/transpose.cu:transpose_padded".counted]
    global_load.sectors = 131072

The last part of a header is the provenance of the facts below it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpuadvisor import __version__
from gpuadvisor.gating.facts import Known
from gpuadvisor.model.documents import write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import GateValue
from gpuadvisor.model.provenance import Provenance

VERSION = 1
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)", re.MULTILINE)
_HEAD = (
    "# The baseline of `gpuadvisor gate`: written by `gpuadvisor gate --update`, reviewed by people.\n"
    "# Headers name the item and the provenance of its facts: compiled and counted are exact.\n"
)
Entries = dict[str, dict[str, Known]]
"""Items to their facts; units are empty where the values come from a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What every item's facts were, and on what."""

    device: str
    compiler: str | None = None
    measured_on: str | None = None
    """What stored times depend on; None where there are none."""
    items: Entries = field(default_factory=dict)


def read_baseline(path: Path) -> Baseline | None:
    """Return the baseline in a file, None where there is no file.

    Raises GpuAdvisorError, with the line, for a merge conflict and for what is no baseline.
    """
    if not path.exists():
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GpuAdvisorError(f"cannot be read: {error}", where=str(path)) from None
    _refuse_conflict(path, text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise GpuAdvisorError(f"not TOML: {error}", where=str(path)) from None
    return _baseline(path, content)


def write_baseline(path: Path, baseline: Baseline) -> bool:
    """Write the file, whole, unless it holds just this already; return whether it was written."""
    text = _text(baseline)
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    write(path, text.encode())
    return True


def _refuse_conflict(path: Path, text: str) -> None:
    found = _CONFLICT.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise GpuAdvisorError(
            "an unresolved merge conflict",
            where=f"{path}:{line}",
            remedy="keep either side, then run `gpuadvisor gate --update` to write what is true now",
        )


def _baseline(path: Path, content: Mapping[str, Any]) -> Baseline:
    head = content.get("baseline")
    if not isinstance(head, dict) or not isinstance(head.get("device"), str):
        raise GpuAdvisorError("is no baseline of gpuadvisor: it has no [baseline] head", where=str(path))
    if not isinstance(head.get("version"), int) or head["version"] > VERSION:
        raise GpuAdvisorError(
            f"version {head.get('version')} is newer than this gpuadvisor reads ({VERSION})",
            where=str(path),
            remedy="upgrade gpuadvisor",
        )
    items = {name: _facts(path, name, groups) for name, groups in content.items() if name != "baseline"}
    return Baseline(
        device=head["device"],
        compiler=head.get("compiler"),
        measured_on=head.get("measured_on"),
        items=items,
    )


def _facts(path: Path, item: str, groups: Any) -> dict[str, Known]:  # noqa: ANN401 - as TOML has it
    found: dict[str, Known] = {}
    try:
        for provenance, table in groups.items():
            values = _flat(table)
            found |= {name: Known(value, "", Provenance(provenance)) for name, value in values.items()}
    except (AttributeError, ValueError):
        raise GpuAdvisorError(
            f"{item!r}: facts stand under a provenance, as [{_quoted(item)}.counted]", where=str(path)
        ) from None
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, GateValue]:
    found: dict[str, GateValue] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _text(baseline: Baseline) -> str:
    head: dict[str, GateValue] = {
        "device": baseline.device,
        "gpuadvisor": __version__,
        "version": VERSION,
    }
    if baseline.compiler is not None:
        head["compiler"] = baseline.compiler
    if baseline.measured_on is not None:
        head["measured_on"] = baseline.measured_on
    parts = [_HEAD, _section("baseline", head)]
    for item, facts in sorted(baseline.items.items()):
        for provenance in sorted({known.provenance for known in facts.values()}):
            values = {name: known.value for name, known in facts.items() if known.provenance == provenance}
            parts.append(_section(f"{_quoted(item)}.{_key(provenance)}", values))
    return "\n".join(parts)


def _section(header: str, values: Mapping[str, GateValue]) -> str:
    lines = (f"{_dotted(name)} = {_value(value)}\n" for name, value in sorted(values.items()))
    return f"[{header}]\n{''.join(lines)}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name) else _quoted(name)


def _dotted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else _quoted(name)


def _value(value: GateValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(character):04x}" if ord(character) < 32 or character in '"\\\x7f' else character
        for character in text
    )
    return f'"{escaped}"'

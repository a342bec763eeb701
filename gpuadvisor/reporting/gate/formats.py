"""The formats by name: each writes a verdict as bytes."""

from collections.abc import Callable, Mapping

import msgspec

from gpuadvisor.model.gate import GateReport


def _json(report: GateReport) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


FORMATS: Mapping[str, Callable[[GateReport], bytes]] = {"json": _json}

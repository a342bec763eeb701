"""The formats by name: each writes a verdict as bytes."""

from collections.abc import Callable, Mapping

import msgspec

from gpuadvisor.model.gate import GateReport
from gpuadvisor.reporting.gate.github import github
from gpuadvisor.reporting.gate.gitlab import gitlab
from gpuadvisor.reporting.gate.junit import junit
from gpuadvisor.reporting.gate.markdown import markdown
from gpuadvisor.reporting.gate.sarif import sarif
from gpuadvisor.reporting.gate.text import text


def _json(report: GateReport) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


FORMATS: Mapping[str, Callable[[GateReport], bytes]] = {
    "text": text,
    "json": _json,
    "markdown": markdown,
    "junit": junit,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
}

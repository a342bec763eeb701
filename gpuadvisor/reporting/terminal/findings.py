"""Defects that the check found in a kernel."""

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gpuadvisor.model.findings import Finding
from gpuadvisor.model.kernel import KernelProfile

_TITLES = {
    "out-of-bounds": "access out of bounds",
    "misaligned": "misaligned access",
    "uninitialised-read": "read of uninitialised memory",
    "unfinished-copy": "asynchronous copy not waited for",
    "shared-race": "race on shared memory",
    "global-race": "race on global memory",
    "missing-syncwarp": "exchange within a warp without __syncwarp()",
    "divergent-barrier": "barrier that not all threads of the block reach",
    "divergent-warp": "wait for lanes that never come",
    "use-after-free": "use after free",
    "invalid-free": "invalid free",
    "memory-leak": "memory never freed",
    "stopped": "the kernel stops",
}


def render_findings(kernel: KernelProfile, console: Console, sources: Mapping[str, str]) -> None:
    """Print what the check found, if there was one."""
    if kernel.findings is None:
        return
    if not kernel.findings:
        console.print(Text("  check: no defect found", style="green"))
        return
    count = len(kernel.findings)
    console.print(Text(f"  check: {count} {'defect' if count == 1 else 'defects'}", style="bold red"))
    for finding in kernel.findings:
        _render_one(finding, console, sources.get(finding.file))


def _render_one(finding: Finding, console: Console, source: str | None) -> None:
    heading = (f"  {_place(finding.file, finding.line)}  ", ("  ".join(_heading(finding)), "red"))
    console.print(Text.assemble(*heading))
    block, thread = (",".join(map(str, each)) for each in (finding.block, finding.thread))
    console.print(
        Padding(Text(f"{finding.message}; block {block}, thread {thread}{_times(finding)}"), (0, 0, 0, 4))
    )
    lines = [] if source is None else source.splitlines()
    if finding.line is not None and 0 < finding.line <= len(lines):
        text = Text(f"  >{finding.line:5} | {lines[finding.line - 1]}")
        console.print(text, no_wrap=True, overflow="ellipsis")


def _heading(finding: Finding) -> list[str]:
    title = _TITLES[finding.kind]
    if finding.variable:
        title += f": {finding.variable}"
    if finding.other_file is None:
        return [title]
    return [title, f"with {_place(finding.other_file, finding.other_line)}"]


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def _times(finding: Finding) -> str:
    return "" if finding.count == 1 else f" first of {finding.count:,} ({finding.provenance})"

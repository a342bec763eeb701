"""A probe as loaded: its declaration, its kernel and what the kernel's comments say."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gpuadvisor.probing.declaration import ProbeDeclaration

MARK = re.compile(r"//\s*measured(?::\s*(?P<group>[a-z]\w*))?\s*$")
"""Ends the lines of kernel.cu whose counters are the probe's; a name puts them into a group of their own."""


@dataclass(frozen=True)
class Probe:
    """One folder of probes/."""

    name: str
    folder: Path
    declaration: ProbeDeclaration
    source: str

    @property
    def kernel_file(self) -> Path:
        """Where the kernels are."""
        return self.folder / "kernel.cu"

    @property
    def declaration_file(self) -> Path:
        """Where the declaration is."""
        return self.folder / "probe.toml"

    @cached_property
    def measured_lines(self) -> dict[int, str]:
        """The lines of kernel.cu that end in `// measured` (group "") or `// measured: GROUP`, by number."""
        marks = ((number, MARK.search(line)) for number, line in enumerate(self.source.splitlines(), 1))
        return {number: mark["group"] or "" for number, mark in marks if mark}

    @cached_property
    def opening_comment(self) -> str:
        """The `//` lines that kernel.cu opens with, without their slashes; empty if it opens otherwise."""
        text = []
        for line in self.source.splitlines():
            if not line.startswith("//"):
                break
            text.append(line.removeprefix("//").removeprefix(" "))
        return "\n".join(text).strip()

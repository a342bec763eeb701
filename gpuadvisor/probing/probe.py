"""A probe as loaded: its declaration, its kernel and what the kernel's comments say."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gpuadvisor.probing.declaration import ProbeDeclaration

MARK = re.compile(r"//\s*measured\s*$")
"""Ends the lines of kernel.cu whose counters are the probe's: the access or the branch it is about."""


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
    def measured_lines(self) -> frozenset[int]:
        """The numbers of the lines of kernel.cu that end in `// measured`."""
        lines = self.source.splitlines()
        return frozenset(number for number, line in enumerate(lines, 1) if MARK.search(line))

    @cached_property
    def opening_comment(self) -> str:
        """The `//` lines that kernel.cu opens with, without their slashes; empty if it opens otherwise."""
        text = []
        for line in self.source.splitlines():
            if not line.startswith("//"):
                break
            text.append(line.removeprefix("//").removeprefix(" "))
        return "\n".join(text).strip()

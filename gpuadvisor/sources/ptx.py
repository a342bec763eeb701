"""PTX text as a unit: assembled where ptxas is at hand, for what the machine code needs."""

import re
from collections.abc import Iterator
from pathlib import Path

from gpuadvisor.compiler.demangle import written_names
from gpuadvisor.compiler.headers import is_library_header
from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.compiler.ptxas import assemble
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.unit import Unit

_LOCATION = re.compile(r"^\s*\.loc\s", re.MULTILINE)
_STATEMENT = re.compile(r"\s*(?:@!?[%\w$]+\s+)?[a-z][\w.]*(?:::[\w.]+)*(?:[\s;].*)?")
"""A line on which an instruction begins; a label has its colon behind the name."""
_INITIALISER = re.compile(r"=\s*\{")
_COMMENT = re.compile(r"//.*$|/\*.*?\*/")


def ptx_unit(path: Path, ptx: str, compute_capability: str, listing: Path) -> Unit:
    """Return the module; without line information its instructions are attributed to lines of `listing`."""
    shown = ptx if _LOCATION.search(ptx) else with_own_lines(ptx, str(listing.resolve()))
    program = decode(shown, is_library_header)
    if not program.kernels:
        raise GpuAdvisorError("has no kernel (.entry)", where=str(path))
    assembled = assemble(ptx, compute_capability)
    unknown = f"registers, spills, occupancy and time are not known: {assembled.reason}"
    module = CompiledModule(
        ptx=shown,
        cubin=assembled.cubin,
        compiler=assembled.compiler,
        compute_capability=assembled.compute_capability,
        resources=assembled.resources,
        names=written_names(program.kernels),
    )
    return Unit(
        path=path, declared=[], module=module, program=program, notes=() if assembled.cubin else (unknown,)
    )


def with_own_lines(ptx: str, file: str) -> str:
    """Return the module with a `.loc` before each instruction that names its own line of `file`."""
    escaped = file.replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join((*_located(ptx.splitlines()), f'.file 1 "{escaped}"', ""))


def _located(lines: list[str]) -> Iterator[str]:
    """Yield the lines, a location before each on which an instruction begins.

    They do so inside of bodies, behind the end of another one, a label or a brace.
    """
    depth, begins, initialiser = 0, False, False
    for number, line in enumerate(lines, 1):
        code = _COMMENT.sub("", line)
        initialiser = initialiser or _INITIALISER.search(code) is not None
        if depth > 0 and begins and not initialiser and _STATEMENT.fullmatch(code):
            yield f".loc 1 {number} 0"
        yield line
        depth += code.count("{") - code.count("}")
        if code.strip():
            begins = code.rstrip()[-1] in ";{}:"
            initialiser = initialiser and not code.rstrip().endswith(";")

"""Valid PTX to start from: each kernel of the corpus as a module of its own, without debug information."""

import re
from functools import cache

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompileOptions
from tests.emulator.corpus.harness import KERNELS

MOST_LINES = 150
"""Longer kernels take longer and hold nothing that shorter ones lack."""
_DEBUG = re.compile(r"^\s*(\.loc\b|\.file\b|//|\.pragma\b)")
_VARIABLE = re.compile(r"^(?=\.(?:visible|weak|extern|global|const)\b).*?([\w$]+)(?:\[\d*\])*(?: = [^;]*)?;$")
_DEFINITION = re.compile(r"^(?=(?:\.visible )?\.(?:entry|func)\b)", re.MULTILINE)


@cache
def seeds() -> tuple[str, ...]:
    """Compile the corpus (once per cache) and return its kernels, always in the same order."""
    options = CompileOptions(compute_capability="9.0", standard="c++17")
    files = sorted(KERNELS.glob("*.cu"))
    texts = [compile_source(file.read_text(), str(file), options).ptx for file in files]
    return tuple(kernel for text in texts for kernel in _kernels(text))


def _kernels(text: str) -> list[str]:
    code = text.partition("\t.section")[0]
    lines = [line for line in code.splitlines() if line.strip() and not _DEBUG.match(line)]
    head, *definitions = _DEFINITION.split("\n".join(lines))
    if any(".func" in each.splitlines()[0] for each in definitions):
        definitions = ["\n".join(definitions)]  # they call each other
    return [f"{_needed(head, each)}{each}" for each in definitions if each.count("\n") <= MOST_LINES]


def _needed(head: str, definition: str) -> str:
    """Return the head without the variables that the definition does not name: headers leave hundreds."""
    used = set(re.findall(r"[\w$]+", definition))
    return "".join(line for line in head.splitlines(keepends=True) if _is_needed(line, used))


def _is_needed(line: str, used: set[str]) -> bool:
    variable = _VARIABLE.match(line)
    return variable is None or variable[1] in used

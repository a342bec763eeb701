"""Find the kernels that a CUDA C++ source declares, by reading its text.

The compiled module tells sizes, not names: parameter names and C++ types, and templates that nobody
instantiated, are only in the source. Good enough for messages and for filling in a launch; a kernel that a
macro declares is not seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_NAME_AND_PARENTHESIS = re.compile(r"([A-Za-z_]\w*)\s*\(")
_ATTRIBUTES = {"__launch_bounds__", "__cluster_dims__", "__block_size__", "__maxnreg__", "__attribute__"}
_TEMPLATE = re.compile(r"\btemplate\s*<([^;{}]*)>[^;{}<>]*$")
_OPENING, _CLOSING = "(<[{", ")>]}"


@dataclass(frozen=True, slots=True)
class DeclaredParameter:
    """A kernel parameter: `type` as written, `float*`."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class KernelDeclaration:
    """A kernel's definition: `line` is where its name stands."""

    name: str
    line: int
    parameters: tuple[DeclaredParameter, ...]
    template: str | None = None
    """The template's parameters as written, `typename T, int count`."""


def kernel_declarations(source: str) -> list[KernelDeclaration]:
    """Return the kernels that `source` defines, in order."""
    text = _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    found = (_declaration(text, match.start()) for match in re.finditer(r"\b__global__\b", text))
    return [declaration for declaration in found if declaration is not None]


def _declaration(text: str, start: int) -> KernelDeclaration | None:
    for match in _NAME_AND_PARENTHESIS.finditer(text, start):
        if match[1] in _ATTRIBUTES or _inside_attribute(text, start, match.start()):
            continue
        end = _matching(text, match.end() - 1)
        if not text[end + 1 :].lstrip().startswith("{"):
            return None
        template = _TEMPLATE.search(text[:start])
        return KernelDeclaration(
            name=match[1],
            line=text.count("\n", 0, match.start()) + 1,
            parameters=tuple(_parameters(text[match.end() : end])),
            template=" ".join(template[1].split()) if template else None,
        )
    return None


def _inside_attribute(text: str, start: int, position: int) -> bool:
    before = text[start:position]
    return before.count("(") > before.count(")")


def _matching(text: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(text)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position
    return len(text)


def _parameters(text: str) -> Iterator[DeclaredParameter]:
    for piece in _split(text):
        declared = piece.partition("=")[0].replace("__restrict__", " ").replace("__grid_constant__", " ")
        match = re.fullmatch(r"\s*(.*?)\s*([A-Za-z_]\w*)?\s*(?:\[[^\]]*\])?\s*", declared, re.DOTALL)
        if match is None or not declared.strip():
            continue
        type_, name = match[1], match[2] or ""
        pointer = "*" if "[" in declared else ""
        yield DeclaredParameter(re.sub(r"\s+", " ", type_).replace(" *", "*") + pointer, name)


def _split(text: str) -> Iterator[str]:
    """Split at commas outside brackets."""
    depth, begin = 0, 0
    for position, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            yield text[begin:position]
            begin = position + 1
    yield text[begin:]

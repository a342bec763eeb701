"""The kernel templates that a source reaches: what can be instantiated by name."""

import re
from collections.abc import Iterable, Iterator

_COMMENTS_AND_STRINGS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_ATTRIBUTE = r"\s*__\w+__\s*\((?:[^()]|\([^()]*\))*\)"
_KERNEL_TEMPLATE = re.compile(
    r"\btemplate\s*<[^;{}()]*(?:\([^;{}]*\)[^;{}()]*)?>"
    rf"(?:{_ATTRIBUTE}|\s*(?!__global__)\w+\b(?!\s*\())*\s*__global__"
    rf"(?:{_ATTRIBUTE}|\s*\w+\b(?!\s*\())*\s*(?P<name>\w+)\s*\([^;{{}}]*\)\s*[{{;]"
)
_SCOPES = re.compile(r"\bnamespace\s+(?P<namespace>[\w:]+)[^;{}]*\{|(?P<open>\{)|(?P<close>\})")


def kernel_templates(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the qualified names of the kernel templates that the texts declare, in order, each once."""
    return tuple(dict.fromkeys(name for text in texts for name in _templates(text)))


def _templates(text: str) -> Iterator[str]:
    plain = _COMMENTS_AND_STRINGS.sub(" ", text)
    for match in _KERNEL_TEMPLATE.finditer(plain):
        yield "::".join((*_namespaces(plain[: match.start()]), match["name"]))


def _namespaces(before: str) -> list[str]:
    """Return the namespaces still open at the end of a text."""
    scopes: list[str] = []
    for scope in _SCOPES.finditer(before):
        if scope["close"]:
            del scopes[-1:]
        else:
            scopes.append(scope["namespace"] or "")
    return [name for name in scopes if name]

"""The kernel templates of a source: what can be instantiated by name."""

import re

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_KERNEL_TEMPLATE = re.compile(
    r"template\s*<(?P<parameters>[^;{}()]*)>\s*[^;{}()]*?__global__(?P<rest>[^;{}]*?)(?P<name>\w+)\s*\([^;{}]*\)\s*[{;]",
    re.DOTALL,
)


def kernel_templates(source: str) -> tuple[str, ...]:
    """Return the names of the kernel templates that the text declares, in its order, each once."""
    found = _KERNEL_TEMPLATE.finditer(_COMMENTS.sub(" ", source))
    return tuple(dict.fromkeys(match["name"] for match in found))

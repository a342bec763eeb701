"""Kernels' names as compilers and profilers write them."""

import re

_ANONYMOUS = re.compile(r"\(anonymous namespace\)|<unnamed>|_GLOBAL__N__\w+")
_RETURNS = re.compile(r"^(?:static |void |__global__ )+")


def plain_name(name: str) -> str:
    """Return a kernel's name without what profilers add: `void`, the parameters, spaces."""
    text = _RETURNS.sub("", _ANONYMOUS.sub("{anonymous}", name.strip()))
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "<") - (character == ">")
        if character == "(" and depth <= 0:
            text = text[:position]
            break
    return text.replace(" ", "")

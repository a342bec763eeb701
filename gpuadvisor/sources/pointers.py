"""Pointers as people write them: `in`, `in+11`, `in-1` (in elements, as in C) and `null`."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.values import Pointer

NULL = "null"
POINTER_FORM = re.compile(r"\s*(?P<buffer>[A-Za-z_]\w*)\s*(?P<elements>[+-]\s*\d+)?\s*")


def pointer(text: str, element_bytes: Mapping[str, int], where: str) -> Pointer:
    """Return the address that `text` names; `element_bytes` has the element size of every known array."""
    match = POINTER_FORM.fullmatch(text)
    if match is None:
        raise GpuAdvisorError(
            f"{text!r} is not a pointer", where=where, remedy="write in, in+11 (elements) or null"
        )
    buffer, elements = match["buffer"], (match["elements"] or "0").replace(" ", "")
    if buffer == NULL and match["elements"] is None:
        return Pointer(None)
    if buffer not in element_bytes:
        near = get_close_matches(buffer, element_bytes, n=1) or sorted(element_bytes)
        raise GpuAdvisorError(
            f"there is no array {buffer!r} to point into", where=where, remedy=f"there is {', '.join(near)}"
        )
    return Pointer(buffer, int(elements) * element_bytes[buffer])

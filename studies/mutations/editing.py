"""Make edits: find their area, insist that what they replace is there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from studies.mutations.mutation import Area, Edit

_LAUNCH = "[[launch]]"


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The files of an example: the source that holds the kernels, the file of launches."""

    source: str
    launches: str


def apply(texts: Texts, kernel: str, edits: Iterable[Edit]) -> Texts:
    """Return the files after the edits; raises ValueError where one does not fit."""
    for edit in edits:
        if edit.area in ("kernel", "source"):
            texts = replace(texts, source=_edited(texts.source, kernel, edit))
        else:
            texts = replace(texts, launches=_edited(texts.launches, kernel, edit))
    return texts


def bare_name(kernel: str) -> str:
    """Return the name as the source declares it: without namespaces and template arguments."""
    return kernel.partition("<")[0].rpartition("::")[2]


def _edited(text: str, kernel: str, edit: Edit) -> str:
    start, end = _area(text, kernel, edit.area)
    part = text[start:end]
    if edit.old not in part:
        raise ValueError(f"{kernel}: {edit.old!r} does not occur in the {edit.area}")
    changed = part.replace(edit.old, edit.new) if edit.old else edit.new + part
    return text[:start] + changed + text[end:]


def _area(text: str, kernel: str, area: Area) -> tuple[int, int]:
    if area == "kernel":
        head = re.search(rf"(template <[^\n]*>\n)?__global__[^;{{]*\b{bare_name(kernel)}\(", text)
        if head is None:
            raise ValueError(f"no kernel {kernel}")
        return head.start(), text.index("\n}\n", head.start()) + 3
    if area == "launch":
        named = f'kernel = "{kernel}"\n'
        start = text.rindex(_LAUNCH, 0, text.index(named))
        after = text.find(_LAUNCH, text.rindex(named))
        return start, len(text) if after < 0 else after
    return 0, len(text)

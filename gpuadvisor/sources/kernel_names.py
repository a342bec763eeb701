"""Match the kernel names people write with those a module holds."""

import re
from collections.abc import Mapping

_TEMPLATE_ARGUMENTS = re.compile(r"<.*>$")


def matches(wanted: str, name: str) -> bool:
    """Whether `wanted` means `name`: `scan` and `scan<float,4>` both mean `tools::scan<float, 4>`.

    Spaces do not count; namespaces and template arguments may be left out.
    """
    wanted, name = _compact(wanted), _compact(name)
    candidates = {name, _TEMPLATE_ARGUMENTS.sub("", name)}
    return any(candidate == wanted or candidate.endswith(f"::{wanted}") for candidate in candidates)


def find(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the mangled names that `wanted` means; `names` maps mangled names to written ones.

    A name spelt out exactly, or mangled, wins over those that merely end or begin so.
    """
    if wanted in names:
        return [wanted]
    found = [mangled for mangled, name in names.items() if matches(wanted, name)]
    return [mangled for mangled in found if _compact(names[mangled]) == _compact(wanted)] or found


def is_template_instance(name: str) -> bool:
    """Whether the name asks the compiler for an instance of a template."""
    return "<" in name


def _compact(name: str) -> str:
    return re.sub(r"\s+", "", name)

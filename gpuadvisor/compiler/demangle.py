"""Mangled names to the names people write: `_Z4scanIfLi4EEvPT_` to `scan<float, 4>`."""

from collections.abc import Iterable

ANONYMOUS = "(anonymous namespace)::"


def written_name(mangled: str) -> str:
    """Return the qualified name without result and parameters; a name that is not mangled stays as it is."""
    import demangle

    try:
        name = demangle.signature(mangled, language="itanium").qualified_name
    except demangle.DemanglingError:
        return mangled
    return name.replace(ANONYMOUS, "")


def variable_name(mangled: str) -> str:
    """Return a variable's own name, `tile`, without the scopes and the function it is declared in."""
    return written_name(mangled).rsplit("::", 1)[-1]


def written_names(mangled: Iterable[str]) -> dict[str, str]:
    """Return the written name of each mangled one."""
    return {name: written_name(name) for name in mangled}

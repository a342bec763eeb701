"""Find a kernel by the name people write: `scan<float,4>`, `ns::scan<float, 4>`, or just `scan`."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.model.errors import GpuAdvisorError


def _decimal(number: str) -> str:
    return str(int(number, 16 if number[:2] in ("0x", "0X") else 10))


_SPELLINGS = (
    (re.compile(r"\([A-Za-z_][\w :]*\)(?=-?\d)"), ""),
    (re.compile(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b"), lambda number: _decimal(number[1])),
    (re.compile(r"\btrue\b"), "1"),
    (re.compile(r"\bfalse\b"), "0"),
    (re.compile(r"\bunsigned\b(?! (?:int|char|short|long))"), "unsigned int"),
    (re.compile(r"\bconst ([\w:]+)"), r"\1 const"),
    (re.compile(r"\s+"), " "),
    (re.compile(r"(?<=\W) | (?=\W)|^ | $"), ""),
    (re.compile(r"^::"), ""),
)


def find_kernel(module: CompiledModule, written: str) -> str:
    """Return the mangled name of the kernel that people call `written`.

    A mangled name is taken as it is; namespaces and template arguments may be left out where one kernel is
    meant; spaces, `(int)4` for `4` and the like do not matter. Raises GpuAdvisorError that lists the kernels,
    closest first, or says that the template wants to be instantiated.
    """
    if written in module.resources:
        return written
    asked_for = {mangled for name, mangled in module.instances.items() if _same(name, written)}
    matches = list(asked_for) or matching_kernels(module.names, written)
    if len(matches) == 1:
        return matches[0]
    raise _ambiguous(module, written, matches) if matches else _unknown(module, written)


def matching_kernels(names: Mapping[str, str], written: str) -> list[str]:
    """Return the mangled names that `written` may stand for, by the strictest reading that fits any."""
    wanted = canonical_spelling(written)
    spelled = {mangled: canonical_spelling(name) for mangled, name in names.items()}
    readings = (
        {mangled: {name} for mangled, name in spelled.items()},
        {mangled: set(_suffixes(name)) for mangled, name in spelled.items()},
        {mangled: set(_leading_arguments(name)) for mangled, name in spelled.items()},
    )
    for reading in readings:
        if found := [mangled for mangled, spellings in reading.items() if wanted in spellings]:
            return found
    return []


def canonical_spelling(name: str) -> str:
    """Return `name` with one spelling for spaces, integers, booleans and `const`."""
    for pattern, replacement in _SPELLINGS:
        name = pattern.sub(replacement, name)
    return name


def base_name(written: str) -> str:
    """Return the name without its template arguments: `ns::scan<float>` is `ns::scan`."""
    if not written.endswith(">"):
        return written
    depth = 0
    for position in range(len(written) - 1, 0, -1):
        depth += {">": 1, "<": -1}.get(written[position], 0)
        if depth == 0:
            return written[:position].rstrip()
    return written


def _same(first: str, second: str) -> bool:
    return canonical_spelling(first) == canonical_spelling(second)


def _suffixes(name: str) -> Iterator[str]:
    """Yield the name without its leading namespaces: of `a::b<c::d>::k` also `b<c::d>::k` and `k`."""
    depth = 0
    yield name
    for position, character in enumerate(name):
        depth += {"<": 1, ">": -1}.get(character, 0)
        if depth == 0 and name.startswith("::", position):
            yield name[position + 2 :]


def _leading_arguments(name: str) -> Iterator[str]:
    """Yield the name with trailing template arguments left out: of `k<a,b>` also `k<a>` and `k`."""
    for suffix in _suffixes(name):
        base = base_name(suffix)
        if base == suffix:
            continue
        yield base
        depth = 0
        for position in range(len(base) + 1, len(suffix) - 1):
            depth += {"<": 1, ">": -1}.get(suffix[position], 0)
            if depth == 0 and suffix[position] == ",":
                yield suffix[:position] + ">"


def _ambiguous(module: CompiledModule, written: str, matches: list[str]) -> GpuAdvisorError:
    names = {mangled: module.names[mangled] for mangled in matches}
    distinct = len(set(names.values())) == len(names)
    choices = names.values() if distinct else names
    return GpuAdvisorError(
        f"{written!r} may be any of several kernels", remedy=f"name one: {', '.join(choices)}"
    )


def _unknown(module: CompiledModule, written: str) -> GpuAdvisorError:
    wanted = "::" + base_name(canonical_spelling(written))
    for template in module.templates:
        if f"::{template}".endswith(wanted):
            return GpuAdvisorError(
                f"{written!r} is a kernel template that is not instantiated",
                remedy=f"name the instance you want with its arguments: --kernel '{template}<...>'",
            )
    names = list(module.names.values())
    closest = get_close_matches(written, names, n=len(names), cutoff=0.0)
    return GpuAdvisorError(f"there is no kernel {written!r}", remedy=f"there are: {', '.join(closest)}")

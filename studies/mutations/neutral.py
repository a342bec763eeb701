"""Edits that must not matter: layout, comments, names, the order of independent declarations."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from studies.mutations.editing import Texts, apply, bare_name
from studies.mutations.mutation import Mutations

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DIRECTIVE = re.compile(r"#(?:[^\n]*\\\n)*[^\n]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_UNTOUCHED = re.compile(f"({_COMMENT.pattern}|{_DIRECTIVE.pattern}|{_STRING.pattern})", re.DOTALL)
_SUFFIX = "_renamed"


@dataclass(frozen=True, kw_only=True)
class NeutralEdit:
    """The files after an edit, and how the edit renames kernels."""

    name: str
    texts: Texts
    kernels: Mapping[str, str]
    """Old names to new."""


def neutral_edits(tried: Mutations, texts: Texts) -> Iterator[NeutralEdit]:
    """Yield every neutral edit of a source."""
    same = {kernel: kernel for kernel in tried.kernels}
    for name, change in _LAYOUTS.items():
        yield NeutralEdit(name=name, texts=replace(texts, source=change(texts.source)), kernels=same)
    renamed = replace(texts, source=_renamed(texts.source, tried.neutral.names))
    yield NeutralEdit(name="names of all but the kernels", texts=renamed, kernels=same)
    if tried.neutral.renamed_kernels:
        yield _with_other_kernels(tried, texts)
    if tried.neutral.reordered:
        reordered = apply(texts, tried.kernels[0], tried.neutral.reordered)
        yield NeutralEdit(name="declarations reordered", texts=reordered, kernels=same)


def _with_other_kernels(tried: Mutations, texts: Texts) -> NeutralEdit:
    names = [bare_name(kernel) for kernel in tried.kernels]
    source, launches = texts.source, texts.launches
    kernels = {}
    for kernel, name in zip(tried.kernels, names, strict=True):
        source = _renamed(source, [name])
        kernels[kernel] = kernel.replace(name, name + _SUFFIX)
        launches = launches.replace(f'"{kernel}"', f'"{kernels[kernel]}"')
    return NeutralEdit(
        name="names of the kernels", texts=Texts(source=source, launches=launches), kernels=kernels
    )


def _renamed(source: str, names: tuple[str, ...] | list[str]) -> str:
    """Rename identifiers, but neither members behind a dot nor words in comments and directives."""
    wanted = re.compile(rf"(?<![.\w])(?:{'|'.join(map(re.escape, names))})\b")
    return _outside(source, lambda code: wanted.sub(lambda match: match[0] + _SUFFIX, code))


def _without_comments(source: str) -> str:
    return _COMMENT.sub("", source)


def _more_comments(source: str) -> str:
    return _outside(source, lambda code: code.replace(";\n", ";  // as it was\n").replace("{", "{ /* { */"))


def _one_line(source: str) -> str:
    """Put all code between two directives on one line."""
    return _outside(_without_comments(source), lambda code: f"\n{' '.join(code.split())}\n")


def _one_token_a_line(source: str) -> str:
    """Break lines behind every operator and bracket that stands alone."""
    return _outside(
        _without_comments(source), lambda code: re.sub(r"(?<=[;,(){}\[\]])(?=[^;,(){}\[\]])", "\n\t", code)
    )


def _outside(source: str, change: Callable[[str], str]) -> str:
    """Change what is neither a comment nor a string nor a directive of the preprocessor."""
    parts = _UNTOUCHED.split(source)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


_LAYOUTS: Mapping[str, Callable[[str], str]] = {
    "comments removed": _without_comments,
    "comments added": _more_comments,
    "all on one line": _one_line,
    "a line for each token": _one_token_a_line,
}

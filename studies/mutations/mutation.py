"""Mutations as data: exact edits of a source and of its launches."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

FOLDER = Path(__file__).parent
Area = Literal["kernel", "launch", "source", "launches"]
"""Where an edit looks: in the kernel, in its entries of the launch file, in all of the file that holds the
kernel, in all of the launch file."""
Answer = Literal["same", "close", "rearranged"]
"""What the mutant's buffers hold: the same bits; the same up to rounding; something else by intention, as
where the layout of the data changes."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key that is not known is an error."""


class Edit(_Table, frozen=True, kw_only=True):
    """Replace `old`, which must occur, all over the area; an empty one stands for the area's beginning."""

    old: str
    new: str
    area: Area = "kernel"


class Mutation(_Table, frozen=True, kw_only=True):
    """One slow-down of one kernel."""

    kernel: str
    kind: str
    edits: tuple[Edit, ...]
    given: tuple[Edit, ...] = ()
    """What the original gets first, where the mutation takes away something that no example has."""
    answer: Answer = "same"
    missed: str | None = None
    """Why no counted or compiled fact gets worse; None where the gate must fail."""


class Neutral(_Table, frozen=True, kw_only=True):
    """What edits that must not matter need to know of a source."""

    names: tuple[str, ...]
    """Variables, parameters, functions, types and constants to rename."""
    reordered: tuple[Edit, ...] = ()
    """Independent declarations in another order; the area is the source."""
    renamed_kernels: bool = True
    """Whether the kernels are renamed too; not where code in another file calls them."""


class Mutations(_Table, frozen=True, kw_only=True):
    """All that is tried on one example."""

    source: str
    """What the gate looks at."""
    file: str
    """What holds the kernels: the source or a header of it."""
    neutral: Neutral
    mutation: tuple[Mutation, ...]

    @property
    def kernels(self) -> list[str]:
        """The kernels that are mutated, in the file's order."""
        return list(dict.fromkeys(each.kernel for each in self.mutation))


def read_mutations(files: Sequence[str] = ()) -> list[Mutations]:
    """Return what is tried on the files of examples/ that are named, or on all."""
    paths = sorted(FOLDER.glob("*.toml"))
    found = [msgspec.convert(tomllib.loads(path.read_text()), type=Mutations) for path in paths]
    return [tried for tried in found if not files or tried.file in files]

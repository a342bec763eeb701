"""Collects findings: one for each place and kind, with a count."""

from dataclasses import dataclass, field

import msgspec

from gpuadvisor.emulator.batch import WARP_SIZE, Batch
from gpuadvisor.emulator.program import Instruction, SourceLine
from gpuadvisor.model.findings import Finding, FindingKind

_Key = tuple[FindingKind, SourceLine | None, SourceLine | None, str | None]
Index = tuple[int, int, int]
_RACES: tuple[FindingKind, ...] = ("shared-race", "missing-syncwarp")
_CAUSES: dict[FindingKind, tuple[FindingKind, ...]] = {
    "missing-syncwarp": ("shared-race",),
    "uninitialised-read": _RACES,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding was made: the instruction, and (x, y, z) of the block and of the thread in it."""

    pc: int
    block: Index
    thread: Index

    @property
    def who(self) -> str:
        """The thread as messages name it."""
        block, thread = (",".join(map(str, index)) for index in (self.block, self.thread))
        return f"thread {thread} of block {block}"


def place_of(batch: Batch, pc: int, thread: int) -> Place:
    """Return the place of a thread by its position in a batch."""
    grid, per_block = batch.grid, batch.grid.warps_per_block * WARP_SIZE
    block = int(batch.blocks[thread // per_block])
    return Place(pc, grid.block_index(block), grid.thread_index(thread % per_block))


@dataclass(slots=True)
class Log:
    """The findings of one launch of `instructions`."""

    instructions: tuple[Instruction, ...]
    _found: dict[_Key, Finding] = field(default_factory=dict)

    def add(
        self,
        kind: FindingKind,
        place: Place,
        message: str,
        *,
        count: int = 1,
        variable: str | None = None,
        other_pc: int | None = None,
    ) -> None:
        """Note that something happened `count` times; the first time decides message and thread."""
        source = self.instructions[place.pc].source
        other = self.instructions[other_pc].source if other_pc is not None else None
        key = (kind, source, other, variable)
        if kind in _RACES and (kind, other, source, variable) in self._found:
            key = (kind, other, source, variable)
        known = self._found.get(key)
        if known is None:
            known = _finding(kind, place, message, variable, source, other)
        self._found[key] = _counted(known, count)

    def findings(self) -> list[Finding]:
        """Return the findings in the order they were made, without those that follow from others.

        Threads of one warp that race where threads of different warps do so too need the same barrier, and
        what was read too early may as well be unwritten.
        """
        found = self._found.items()
        return [each for key, each in found if not any(_follows(key, other) for other in self._found)]


def _follows(key: _Key, other: _Key) -> bool:
    """Whether a finding needs no words beside another one."""
    causes = _CAUSES.get(key[0], ())
    return other[0] in causes and key[3] == other[3] and not {key[1], key[2] or key[1]}.isdisjoint(other[1:3])


def _finding(
    kind: FindingKind,
    place: Place,
    message: str,
    variable: str | None,
    source: SourceLine | None,
    other: SourceLine | None,
) -> Finding:
    return Finding(
        kind=kind,
        message=message,
        file=source.file if source else "",
        line=source.line if source else None,
        other_file=other.file if other else None,
        other_line=other.line if other else None,
        variable=variable,
        count=0,
        block=place.block,
        thread=place.thread,
    )


def _counted(finding: Finding, count: int) -> Finding:
    return msgspec.structs.replace(finding, count=finding.count + count)

"""Conditional branches: how often warps split, and what lies on each way until the ways join."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from gpuadvisor.emulator.counting.paths import Ways
from gpuadvisor.emulator.program import SourceLine
from gpuadvisor.model.kernel import Branch, BranchPath


@dataclass(slots=True)
class BranchTally:
    """The executions of one conditional branch."""

    executions: int = 0
    divergent: int = 0
    active_threads: int = 0
    nobody_takes: int = 0
    """Executions in which no thread jumps."""
    divergent_threads: int = 0
    """Threads of the divergent executions, and how many of them jump."""
    divergent_taken: int = 0


@dataclass(frozen=True, slots=True)
class Executed:
    """What was executed, by program counter and unscaled, and how to scale it."""

    warps: Sequence[int]
    threads: Sequence[int]
    predicated_on: Sequence[int]
    scaled: Callable[[int], int]


def branch_of(
    pc: int, place: SourceLine, tally: BranchTally, ways: Ways | None, executed: Executed
) -> Branch:
    """Return the document of a branch; without `ways` it says nothing of its ways."""
    branch = Branch(
        file=place.file,
        line=place.line,
        executions=executed.scaled(tally.executions),
        divergent=executed.scaled(tally.divergent),
        active_threads=tally.active_threads / tally.executions,
    )
    if ways is None:
        return branch
    some_take = tally.executions - tally.nobody_takes
    some_pass = tally.nobody_takes + tally.divergent
    jumping, staying = _divergent_threads(tally)
    return msgspec.structs.replace(
        branch,
        taken_share=executed.predicated_on[pc] / tally.active_threads,
        taken=_path(ways.taken, some_take, jumping, executed),
        passed=_path(ways.passed, some_pass, staying, executed),
    )


def _divergent_threads(tally: BranchTally) -> tuple[float, float] | tuple[None, None]:
    """Return how many threads jump and how many do not when the warp splits, on average."""
    if not tally.divergent:
        return None, None
    staying = tally.divergent_threads - tally.divergent_taken
    return tally.divergent_taken / tally.divergent, staying / tally.divergent


def _path(
    way: frozenset[int] | None, executions: int, divergent_threads: float | None, executed: Executed
) -> BranchPath:
    if way is None:
        return BranchPath(executions=executed.scaled(executions), divergent_threads=divergent_threads)
    issued = sum(executed.warps[pc] for pc in way)
    return BranchPath(
        executions=executed.scaled(executions),
        divergent_threads=divergent_threads,
        instructions=issued / executions if executions else None,
        warp_instructions=executed.scaled(issued),
        thread_instructions=executed.scaled(sum(executed.threads[pc] for pc in way)),
    )

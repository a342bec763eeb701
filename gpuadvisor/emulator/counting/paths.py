"""The two ways out of a conditional branch, up to where they join: which instructions lie on each.

The ways join at the branch's immediate post-dominator, as in the model of a stack of masks (Fung et al.,
Dynamic Warp Formation, MICRO 2007); hardware since compute capability 7.0 may let them meet later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from gpuadvisor.emulator.program import Function, Instruction, Symbol

_ENDS = frozenset({"ret", "exit", "trap", "brkpt"})
_BRANCHES = frozenset({"bra", "brx"})


@dataclass(frozen=True, slots=True)
class Ways:
    """Program counters on each way only; None for a way that leads back to the branch."""

    taken: frozenset[int] | None
    passed: frozenset[int] | None


class Paths:
    """The control flow of one function, instruction by instruction; calls go on behind the call."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._end = len(function.instructions)
        """Stands for having ended."""

    def ways(self, pc: int) -> Ways | None:
        """Return the ways out of the branch at `pc`; None for a branch by index or without a guard."""
        instruction = self._function.instructions[pc]
        target = self._target(instruction)
        if target is None or instruction.guard is None:
            return None
        join = self._post_dominators[self._block_of[pc]]
        taken, passed = (self._region(start, join) for start in (target, pc + 1))
        rounds = [pc in region for region in (taken, passed)]
        return Ways(
            None if rounds[0] else frozenset(taken - passed), None if rounds[1] else frozenset(passed - taken)
        )

    def _target(self, instruction: Instruction) -> int | None:
        target = instruction.operands[0] if instruction.operands else None
        if instruction.opcode != "bra" or not isinstance(target, Symbol):
            return None
        return self._function.labels.get(target.name)

    def _region(self, start: int, join: int) -> set[int]:
        """Return the program counters reachable from `start` without entering the block `join`."""
        blocks: set[int] = set()
        waiting = [self._block_of[start]] if start < self._end else []
        while waiting:
            block = waiting.pop()
            if block != join and block not in blocks:
                blocks.add(block)
                waiting.extend(after for after in self._successors[block] if after != self._end)
        return {pc for block in blocks for pc in range(block, self._limits[block])}

    @cached_property
    def _limits(self) -> dict[int, int]:
        """Each basic block's first program counter, and that behind its last."""
        leaders = {0}
        for instruction in self._function.instructions:
            if instruction.opcode in _BRANCHES | _ENDS:
                leaders |= {instruction.index + 1, *self._jumps(instruction)}
        starts = sorted(pc for pc in leaders if pc < self._end)
        return dict(zip(starts, [*starts[1:], self._end], strict=True))

    @cached_property
    def _block_of(self) -> list[int]:
        """For each program counter the first one of its basic block; the end is its own."""
        blocks = [start for start, end in self._limits.items() for _ in range(start, end)]
        return [*blocks, self._end]

    @cached_property
    def _successors(self) -> dict[int, list[int]]:
        """By first program counter of each basic block: those of the blocks that may follow, or the end."""
        return {start: self._following(end - 1) for start, end in self._limits.items()}

    def _following(self, last: int) -> list[int]:
        instruction = self._function.instructions[last]
        jumps = list(self._jumps(instruction))
        ends = instruction.opcode in _ENDS
        goes_on = instruction.guard is not None or not (ends or jumps)
        return [*jumps, *([self._end] if ends else []), *([last + 1] if goes_on else [])]

    def _jumps(self, instruction: Instruction) -> Iterable[int]:
        if instruction.opcode == "brx":
            listed = instruction.operands[1]
            names = self._function.branch_targets.get(listed.name, ()) if isinstance(listed, Symbol) else ()
            return [self._function.labels[name] for name in names if name in self._function.labels]
        target = self._target(instruction)
        return [] if target is None else [target]

    @cached_property
    def _post_dominators(self) -> dict[int, int]:
        """By block: the nearest block on all ways from it to the end (Cooper, Harvey and Kennedy, 2001)."""
        order = self._from_the_end()
        rank = {block: position for position, block in enumerate(order)}
        found = {self._end: self._end}
        changed = True
        while changed:
            changed = False
            for block in order[1:]:
                nearest = self._common([b for b in self._successors[block] if b in found], rank, found)
                if found.get(block) != nearest:
                    found[block], changed = nearest, True
        return {block: found.get(block, self._end) for block in self._limits}

    def _common(self, blocks: list[int], rank: dict[int, int], found: dict[int, int]) -> int:
        """Return the first block that the chains of post-dominators of all blocks have in common."""
        meeting = blocks[0]
        for other in blocks[1:]:
            while meeting != other:
                if rank[meeting] > rank[other]:
                    meeting = found[meeting]
                else:
                    other = found[other]
        return meeting

    def _from_the_end(self) -> list[int]:
        """Return the blocks that can reach the end, in reverse post-order of the reversed flow."""
        before: dict[int, list[int]] = {}
        for block, following in self._successors.items():
            for after in following:
                before.setdefault(after, []).append(block)
        finished: list[int] = []
        seen = {self._end}
        stack = [(self._end, iter(before.get(self._end, [])))]
        while stack:
            block, waiting = stack[-1]
            following_block = next((b for b in waiting if b not in seen), None)
            if following_block is None:
                finished.append(stack.pop()[0])
            else:
                seen.add(following_block)
                stack.append((following_block, iter(before.get(following_block, []))))
        return finished[::-1]

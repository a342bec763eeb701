"""Loops that poll memory, in native code: the scheduler's progress rule (see `emulator.scheduler`).

Lanes whose patience is at an end yield to the others of their warp; if all of a warp do, the warp yields to
those of its block, and the block to other blocks (`runtime.blocks`, `turns`). Warps run in turn, not
together, so how often loops go round differs from the interpreter where several warps poll, unless their
blocks form clusters (see `meetings`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.leaders import clock_reads
from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.state import word_pointer
from gpuadvisor.emulator.native.vectors import I1, I32, I64, add_to, bits, constant, field
from gpuadvisor.emulator.program import Function, Instruction, Register
from gpuadvisor.emulator.spinning import READING_ATOMICS, polling_branches, polls_shared_memory_only

_WRITERS = frozenset({"st", "stmatrix", "red", "atom", "mbarrier", "cp", "sust", "sured"})
_WITHOUT_WRITE = frozenset(
    {"test_wait", "try_wait", "pending_count", "commit_group", "wait_group", "wait_all", "prefetch"}
)
_COMPARISONS = {"cas": "==", "exch": "!="}
"""How what an atomic finds compares with its first operand where it changes memory."""
_NEVER = constant(0, I1)


@dataclass(frozen=True, slots=True)
class Polling:
    """The polling loops of a kernel."""

    branches: dict[int, int]
    """Their patience, by the program counters of the branches that close them."""
    by: str
    """Who changes what they poll: "block" or "grid"; empty: there are none."""
    reads_clocks: bool

    @property
    def registers(self) -> dict[str, str]:
        """The hidden registers that count rounds: of each, two words are used."""
        return {_rounds_of(branch): "b64" for branch in self.branches}


def polling_of(function: Function) -> Polling:
    """Find the polling loops of a kernel."""
    branches = polling_branches(function)
    by = "block" if polls_shared_memory_only(function) else "grid"
    return Polling(branches, by if branches else "", bool(clock_reads(function)))


def _rounds_of(branch: int) -> str:
    return f"rounds of {branch}"


def emit_patience(flow: Flow, lanes: Lanes, branch: int, target: int, following: int) -> None:
    """Let the lanes that go round a polling loop yield if their patience is at an end."""
    builder = lanes.builder
    slot = lanes.slot(_rounds_of(branch))
    rounds_slot = field(builder, slot, 4)
    going = builder.ctpop(lanes.on)
    some = builder.icmp_unsigned("!=", going, constant(0))
    as_before = builder.icmp_unsigned("==", builder.load(slot, typ=I32), going)
    more = builder.add(builder.load(rounds_slot, typ=I32), constant(1))
    rounds = builder.select(as_before, more, constant(0))
    tired = builder.and_(some, builder.icmp_unsigned(">=", rounds, constant(flow.polling[branch])))
    with builder.if_then(some):
        builder.store(going, slot)
        builder.store(builder.select(tired, constant(0), rounds), rounds_slot)
    yields, goes_on = builder.append_basic_block("yields"), builder.append_basic_block("goes.on")
    builder.cbranch(tired, yields, goes_on)
    builder.position_at_end(yields)
    flow.go_yielding(lanes.warp, lanes.on, target, following)
    builder.position_at_end(goes_on)


class Writes:
    """What a basic block writes to memory, noted where the kernel polls memory."""

    def __init__(self, lanes: Lanes, *, polled: bool) -> None:
        self._lanes = lanes
        self._polled = polled
        self._executed: ir.Value = _NEVER
        self._changed: ir.Value = _NEVER

    @contextmanager
    def watched(self, instruction: Instruction) -> Iterator[None]:
        """Note what the instruction emitted in this context writes."""
        if not self._polled or not _writes(instruction):
            yield
            return
        builder, on = self._lanes.builder, self._lanes.on
        changes = _changes(self._lanes, instruction)
        yield
        if instruction.opcode != "cp" or "bulk" in instruction.modifiers:
            executed = builder.icmp_unsigned("!=", on, constant(0))
            self._executed = builder.or_(self._executed, executed)
        changing = builder.icmp_unsigned("!=", builder.and_(on, changes()), constant(0))
        self._changed = builder.or_(self._changed, changing)

    def finish(self, flow: Flow) -> None:
        """Tell others of it at the end of the block."""
        if self._changed is _NEVER:
            return
        warp = self._lanes.warp
        changes = word_pointer(warp.builder, warp.context, Word.CHANGES)
        add_to(warp.builder, changes, warp.builder.zext(self._changed, I64))
        flow.memory_written(warp, self._executed)


def _writes(instruction: Instruction) -> bool:
    stores_tile = instruction.opcode == "wmma" and "store" in instruction.modifiers
    return stores_tile or (
        instruction.opcode in _WRITERS and _WITHOUT_WRITE.isdisjoint(instruction.modifiers)
    )


def _changes(lanes: Lanes, instruction: Instruction) -> Callable[[], ir.Value]:
    """Return how to get, after an instruction, the lanes that change memory if they execute it.

    A store is taken for a change; an atomic that leaves memory as it was is not.
    """
    told = _COMPARISONS.keys() | READING_ATOMICS
    kind = next((name for name in instruction.modifiers if name in told), None)
    scalar = instruction.opcode == "atom" and isinstance(instruction.operands[0], Register)
    if not scalar or kind is None:
        return lambda: constant(-1)
    builder, type_name = lanes.builder, instruction.types[0]
    given = lanes.read(instruction.operands[2], type_name)
    if kind in READING_ATOMICS:
        return lambda: bits(builder, builder.icmp_unsigned("!=", given, ir.Constant(given.type, None)))
    comparison = _COMPARISONS[kind]

    def changing() -> ir.Value:
        found = lanes.read(instruction.operands[0], type_name)
        return bits(builder, builder.icmp_unsigned(comparison, found, given))

    return changing

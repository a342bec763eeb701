"""Basic blocks of a linked kernel, and which registers live from one to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpuadvisor.emulator.callgraph import changes_memory
from gpuadvisor.emulator.leaders import branch_targets, clock_reads
from gpuadvisor.emulator.linker import Linked, named_symbol
from gpuadvisor.emulator.native.callsites import CallSites
from gpuadvisor.emulator.native.lowering import NativeOperation, lower_operation
from gpuadvisor.emulator.program import Address, Function, Immediate, Instruction, Symbol
from gpuadvisor.emulator.registers import CARRY, operand_registers

ENDS = frozenset({"bra", "brx", "call", "ret", "exit", "trap", "brkpt", "bar", "barrier"})
"""Instructions that decide where threads go: each ends its block."""
IMAGE_OPCODES = frozenset({"tex", "tld4", "txq", "suq", "suld", "sust", "sured"})
"""Instructions on textures and surfaces."""
_BARRIERS = frozenset({"bar", "barrier"})
_WITHOUT_RESULT = ENDS | {"st", "red", "cp"}
_GATHERING = frozenset({"shfl", "vote", "match", "redux", "elect"})


def gathers(instruction: Instruction) -> bool:
    """Return whether the lanes of a warp meet before they execute the instruction."""
    return instruction.opcode in _GATHERING and "sync" in instruction.modifiers


def is_reduction(instruction: Instruction) -> bool:
    """Return whether a barrier combines votes; threads get the result where they go on."""
    return instruction.opcode in _BARRIERS and "red" in instruction.modifiers


def counts_arrivals(function: Function) -> bool:
    """Return whether some barrier is more than a place at which all threads of the block wait."""
    return any(_counts_arrivals(i) for i in function.instructions if i.opcode in _BARRIERS)


def _counts_arrivals(barrier: Instruction) -> bool:
    announces = not {"arrive", "red"}.isdisjoint(barrier.modifiers)
    chosen = [operand for operand in barrier.operands if not isinstance(operand, Immediate)]
    of_block = {"warp", "cluster"}.isdisjoint(barrier.modifiers)
    return of_block and (announces or len(barrier.operands) > 1 or bool(chosen))


@dataclass(frozen=True, slots=True)
class Block:
    """Instructions always executed one behind the other."""

    number: int
    instructions: tuple[Instruction, ...]
    successors: tuple[int, ...]
    live_out: frozenset[str]
    """Registers that a later block may read before it writes them."""

    @property
    def last(self) -> Instruction | None:
        """The instruction that decides where threads go, if there is one."""
        final = self.instructions[-1]
        return final if final.opcode in ENDS else None


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a kernel in the order of their program counters."""

    linked: Linked
    listed: tuple[Block, ...]
    at: Mapping[int, int]
    """Program counter of the first instruction to block number."""
    operations: Mapping[int, NativeOperation]
    """By program counter: what computes registers from registers."""
    live_in: frozenset[str]
    """Registers that may be read before they are written."""
    calls: CallSites
    saved: Mapping[str, tuple[str, ...]]
    """By function with activations: its registers that must outlive a call of it."""


def basic_blocks(linked: Linked) -> Blocks:
    """Divide a kernel into blocks."""
    function = linked.function
    found = [(i.index, lower_operation(i)) for i in function.instructions if i.opcode not in ENDS]
    operations = {pc: operation for pc, operation in found if operation is not None}
    parts = list(_parts(linked))
    at = {part[0].index: number for number, part in enumerate(parts)}
    calls = CallSites(linked)
    successors = [tuple(at[pc] for pc in _successors(calls, part[-1])) for part in parts]
    used = [_used(part, operations, calls) for part in parts]
    live_in, live_out = _live(used, successors, [calls.saved_for(part[-1]) for part in parts])
    listed = tuple(
        Block(number, part, successors[number], frozenset(live_out[number]))
        for number, part in enumerate(parts)
    )
    saved = {name: _saved(calls, name, at, live_in) for name in linked.frames}
    return Blocks(linked, listed, at, operations, frozenset(live_in[0]), calls, saved)


def _saved(calls: CallSites, name: str, at: Mapping[int, int], live_in: list[set[str]]) -> tuple[str, ...]:
    needed = set().union(*(live_in[at[call.index + 1]] for call in calls.callers(name)))
    return tuple(sorted(register for register in needed if register.startswith(f"{name}:")))


def _parts(linked: Linked) -> Iterator[tuple[Instruction, ...]]:
    function = linked.function
    leaders = {0, *branch_targets(function), *linked.entries.values(), *clock_reads(function)}
    part: list[Instruction] = []
    for instruction in function.instructions:
        starts = instruction.index in leaders or gathers(instruction)
        if part and (starts or part[-1].opcode in ENDS):
            yield tuple(part)
            part = []
        part.append(instruction)
    yield tuple(part)


def _successors(calls: CallSites, last: Instruction) -> list[int]:
    """Return where threads may go behind the last instruction of a block."""
    linked = calls.linked
    following = [last.index + 1]
    if last.opcode == "bra" and named_symbol(last) in linked.function.labels:
        jump = [linked.function.labels[named_symbol(last) or ""]]
    elif last.opcode == "brx":
        jump = listed_targets(linked.function, last)
    elif last.opcode == "call" and calls.targets(last):
        jump = [linked.entries[name] for name in calls.targets(last)]
    elif last.opcode == "ret":
        jump = [call.index + 1 for call in calls.callers(linked.owners[last.index])]
    elif last.opcode in ("exit", "trap", "brkpt"):
        jump = []
    else:
        return following
    return jump + following if last.guard is not None else jump


def listed_targets(function: Function, branch: Instruction) -> list[int]:
    """Return the program counters that brx.idx chooses from; none where its list is unknown."""
    listed = branch.operands[1]
    names = function.branch_targets.get(listed.name, ()) if isinstance(listed, Symbol) else ()
    return [function.labels[name] for name in names]


@dataclass(slots=True)
class _Used:
    """What a block does with registers."""

    read: set[str]
    """Before the block writes them."""
    written: set[str]


def _used(
    part: tuple[Instruction, ...], operations: Mapping[int, NativeOperation], calls: CallSites
) -> _Used:
    used = _Used(set(), set())
    for instruction in part:
        reads, writes = registers_used(instruction, operations.get(instruction.index))
        hidden_reads, hidden_writes = calls.registers(instruction)
        reads, writes = reads | hidden_reads, writes | hidden_writes
        if instruction.guard is not None:
            reads = {*reads, instruction.guard.register, *writes}
        used.read |= reads - used.written
        used.written |= writes
    return used


def registers_used(instruction: Instruction, operation: NativeOperation | None) -> tuple[set[str], set[str]]:
    """Return the registers an instruction reads, its guard left out, and those it writes."""
    stores = isinstance(next(iter(instruction.operands), None), Address)
    results = 0 if stores or instruction.opcode in _WITHOUT_RESULT else 1
    if is_reduction(instruction):
        results = 1
    if operation is not None:
        results = len(operation.destination_types)
    if instruction.opcode in IMAGE_OPCODES:
        results = next(n for n, each in enumerate(instruction.operands) if isinstance(each, Address))
    written = {name for operand in instruction.operands[:results] for name in operand_registers(operand)}
    read = {name for operand in instruction.operands[results:] for name in operand_registers(operand)}
    if operation is not None and operation.reads_carry:
        read.add(CARRY)
    if operation is not None and operation.writes_carry:
        written.add(CARRY)
    return read, written


def depends_on_order(function: Function) -> bool:
    """Return whether the order of blocks shows: in what atomics return, or in sums of rounded numbers."""
    read = {
        name for instruction in function.instructions for name in registers_used(instruction, None)[0]
    } | {instruction.guard.register for instruction in function.instructions if instruction.guard}
    return any(_orders(instruction, read) for instruction in function.instructions)


def _orders(instruction: Instruction, read: set[str]) -> bool:
    if changes_memory(instruction):
        return True
    within_cluster = any(word.startswith("shared") for word in instruction.modifiers)
    if instruction.opcode not in ("atom", "red") or within_cluster:
        return False
    rounds = "add" in instruction.modifiers and not instruction.types[0].lstrip("usb").isdigit()
    last_wins = not {"exch", "cas"}.isdisjoint(instruction.modifiers)
    return rounds or last_wins or not registers_used(instruction, None)[1].isdisjoint(read)


def _live(
    used: list[_Used], successors: list[tuple[int, ...]], saves: list[tuple[str, ...]]
) -> tuple[list[set[str]], list[set[str]]]:
    """Return the registers live at the start and at the end of each block.

    `saves` are the prefixes of those that a call at the end of a block saves for the block behind it.
    """
    live_in: list[set[str]] = [set() for _ in used]
    live_out: list[set[str]] = [set() for _ in used]
    changed = True
    while changed:
        changed = False
        for number in reversed(range(len(used))):
            live_out[number] = set().union(*(live_in[after] for after in successors[number]))
            if saves[number]:
                live_out[number] |= {name for name in live_in[number + 1] if name.startswith(saves[number])}
            needed = used[number].read | (live_out[number] - used[number].written)
            if needed != live_in[number]:
                live_in[number], changed = needed, True
    return live_in, live_out

"""Instructions that compute registers from registers: the semantics bound to the register file."""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Gate, Step
from gpuadvisor.emulator.program import Instruction, Register
from gpuadvisor.emulator.registers import CARRY, Fetch, Unsupported
from gpuadvisor.emulator.semantics import compile_operation

_MEMBERS_LAST = frozenset({"shfl", "vote", "match", "redux", "elect"})
_WHOLE_WARP = frozenset({"mma", "wmma", "ldmatrix", "stmatrix", "movmatrix"})
_ALL_LANES = np.full((1, 1), 0xFFFFFFFF, np.uint32)


def bind_gate(instruction: Instruction, guard: Fetch | None, binding: Binding) -> Gate | None:
    """Return what gathers the lanes of an instruction that a warp executes together; None for others.

    Threads whose guard does not hold wait for nobody.
    """
    if instruction.opcode not in _MEMBERS_LAST | _WHOLE_WARP or "sync" not in instruction.modifiers:
        return None
    fetch = _bind_members(instruction, binding)
    pc = instruction.index

    def gate(batch: Batch) -> bool:
        if batch.everyone_is(batch.scheduler.active):
            if batch.checks is not None:
                batch.checks.met(batch.scheduler.active.mask)
            return True
        members = fetch(batch)
        if guard is not None:
            members = np.where(guard(batch), members, np.uint32(0))
        gathered = batch.convergence.gather(pc, members)
        if gathered and batch.checks is not None:
            batch.checks.met(batch.scheduler.active.mask)
        return gathered

    return gate


def _bind_members(instruction: Instruction, binding: Binding) -> Fetch:
    if instruction.opcode in _WHOLE_WARP:
        return lambda _batch: _ALL_LANES
    return binding.registers.fetch(instruction.operands[-1], "u32")


def bind_arithmetic(instruction: Instruction, binding: Binding) -> Step:
    """Bind whatever the semantics know."""
    operation = compile_operation(instruction)
    if operation is None:
        raise Unsupported("no operation of this name and form")
    registers, carry = binding.registers, Register(CARRY)
    count = len(operation.destination_types)
    targets = list(zip(instruction.operands[:count], operation.destination_types, strict=True))
    operands = list(zip(instruction.operands[count:], operation.source_types, strict=True))
    if operation.reads_carry:
        operands.append((carry, "pred"))
    if operation.writes_carry:
        targets.append((carry, "pred"))
    fetches = [registers.fetch(operand, kind) for operand, kind in operands]
    writes = [registers.write(target, kind) for target, kind in targets]
    function = operation.function

    def step(batch: Batch, active: Active) -> None:
        results = function([fetch(batch) for fetch in fetches], active.mask)
        for write, result in zip(writes, results, strict=True):
            write(batch, active, result)

    return step

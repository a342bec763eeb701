"""Control flow (PTX ISA 9.7.12): bra, brx.idx, exit, trap."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault, no_target, stopped_by
from gpuadvisor.emulator.instructions.binding import Binding, Control, ControlBuilders
from gpuadvisor.emulator.program import Instruction, Symbol
from gpuadvisor.emulator.registers import Unsupported


def bind_branch(instruction: Instruction, binding: Binding) -> Control:
    """Bind bra."""
    target = _label(instruction.operands[0], binding)
    pc, following = instruction.index, instruction.index + 1
    patience, conditional = binding.polling.get(pc), instruction.guard is not None

    def control(batch: Batch, every: Active, on: Active) -> None:
        scheduler = batch.scheduler
        if conditional:
            batch.recorder.branch(pc, every.mask, on.mask)
        if patience is not None and on.count and scheduler.spins(pc, on.count, patience):
            scheduler.go_yielding(on.mask, target, every.mask & ~on.mask, following)
        elif on.count == every.count:
            scheduler.go(target)
        elif on.count == 0:
            scheduler.go(following)
        else:
            scheduler.split([(on.mask, target), (every.mask & ~on.mask, following)])

    return control


def _label(operand: object, binding: Binding) -> int:
    labels = binding.linked.function.labels
    if not isinstance(operand, Symbol) or operand.name not in labels:
        raise Unsupported(f"branch target {operand}")
    return labels[operand.name]


def bind_indexed_branch(instruction: Instruction, binding: Binding) -> Control:
    """Bind brx.idx: each thread chooses a label of a list."""
    listed = instruction.operands[1]
    names = binding.linked.function.branch_targets.get(listed.name) if isinstance(listed, Symbol) else None
    if names is None:
        raise Unsupported(f"branch targets {listed}")
    targets = np.array([binding.linked.function.labels[name] for name in names], np.int64)
    index = binding.registers.fetch(instruction.operands[0], "u32")
    pc = instruction.index

    def control(batch: Batch, every: Active, on: Active) -> None:
        chosen = np.broadcast_to(index(batch), batch.shape)
        outside = on.narrow(chosen >= targets.size)
        if outside.count:
            lane = int(outside.lanes[0])
            raise ThreadFault(no_target(int(chosen.reshape(-1)[lane]), targets.size), lane)
        places = np.where(on.mask, targets[np.minimum(chosen, targets.size - 1)], pc + 1)
        batch.recorder.branch(pc, every.mask, _differs_from_first(places, every.mask))
        parts = [(every.mask & (places == place), int(place)) for place in np.unique(places[every.mask])]
        batch.scheduler.split(parts)

    return control


def _differs_from_first(places: NDArray[np.int64], mask: Mask) -> Mask:
    """Return which lanes go elsewhere than the first active lane of their warp."""
    first = mask.argmax(axis=1)[:, None]
    return np.asarray(mask & (places != np.take_along_axis(places, first, axis=1)))


def bind_exit(instruction: Instruction, _binding: Binding) -> Control:
    """Bind exit: the threads end, which may complete a barrier that others wait at."""
    following = instruction.index + 1

    def control(batch: Batch, every: Active, on: Active) -> None:
        batch.scheduler.exit(on.mask)
        if batch.barriers.in_use:
            batch.barriers.release()
        batch.cluster_barrier.release()
        batch.convergence.threads_exited()
        batch.scheduler.split([(every.mask & ~on.mask, following)])

    return control


def bind_trap(instruction: Instruction, _binding: Binding) -> Control:
    """Bind trap and brkpt, which stop the kernel."""
    what = stopped_by(instruction)
    following = instruction.index + 1

    def control(batch: Batch, _every: Active, on: Active) -> None:
        if on.count:
            raise ThreadFault(what, int(on.lanes[0]))
        batch.scheduler.go(following)

    return control


BUILDERS: ControlBuilders = {
    "bra": bind_branch,
    "brx": bind_indexed_branch,
    "exit": bind_exit,
    "trap": bind_trap,
    "brkpt": bind_trap,
}

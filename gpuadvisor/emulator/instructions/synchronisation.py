"""bar, barrier and bar.warp.sync (PTX ISA 9.7.13.1 to 9.7.13.3)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions.binding import Binding, Control, ControlBuilders
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Fetch, Unsupported, Write

_Tally = NDArray[np.int64]
_LOW = np.int64(0xFFFFFFFF)
_REDUCTIONS: dict[str, Callable[[_Tally, _Tally], NDArray[np.generic]]] = {
    "popc": lambda yes, _voters: yes.astype(np.uint32),
    "and": lambda yes, voters: yes == voters,
    "or": lambda yes, _voters: yes > 0,
}


def bind_barrier(instruction: Instruction, binding: Binding) -> Control:
    """Bind bar.sync, bar.red, bar.arrive and bar.warp.sync, under their names `bar` and `barrier`."""
    modifiers = instruction.modifiers
    if "cluster" in modifiers:
        return _bind_cluster(instruction)
    if "warp" in modifiers:
        return _bind_warp(instruction, binding)
    if "arrive" in modifiers:
        return _bind_arrive(instruction, binding)
    if "red" in modifiers:
        return _bind_reduction(instruction, binding)
    return _bind_sync(instruction, binding)


def _numbers(
    operands: tuple[Operand, ...], binding: Binding
) -> Callable[[Batch, Active], tuple[_Tally, _Tally]]:
    """Return how to read a barrier and the number of threads it waits for (0: all), both of shape (n,)."""
    if not operands:
        raise Unsupported("a barrier without a number")
    fetches: list[Fetch] = [binding.registers.fetch(operand, "u32") for operand in operands]

    def read(batch: Batch, active: Active) -> tuple[_Tally, _Tally]:
        barrier, *threads = (active.pick(fetch(batch)).astype(np.int64) for fetch in fetches)
        if int(barrier.max()) >= BARRIERS:
            worst = int(barrier.argmax())
            raise ThreadFault(f"barrier {barrier[worst]}: a block has {BARRIERS}", int(active.lanes[worst]))
        return barrier, threads[0] if threads else np.zeros_like(barrier)

    return read


def _send_rest(batch: Batch, every: Active, on: Active, following: int) -> None:
    """Send on the threads whose guard did not hold; the others wait where they are."""
    batch.scheduler.split([(every.mask & ~on.mask, following)])


def _bind_sync(instruction: Instruction, binding: Binding) -> Control:
    numbers = _numbers(instruction.operands, binding)
    pc, following = instruction.index, instruction.index + 1
    all_threads = len(instruction.operands) < 2

    def control(batch: Batch, every: Active, on: Active) -> None:
        batch.recorder.barrier(pc, int(on.rows.sum()))
        if all_threads and batch.everyone_is(on):
            if batch.checks is not None:
                batch.checks.barrier(on.mask, np.full(batch.shape, pc, np.int32), counted=False)
            batch.scheduler.go(following)
            return
        if on.count:
            barrier, threads = numbers(batch, on)
            batch.barriers.arrive(on, barrier, threads)
            batch.barriers.wait(on, barrier, following)
            batch.barriers.release()
        _send_rest(batch, every, on, following)

    return control


def _bind_cluster(instruction: Instruction) -> Control:
    """Bind barrier.cluster: a warp is counted where it waits."""
    pc, following = instruction.index, instruction.index + 1

    def arrive(batch: Batch, _every: Active, on: Active) -> None:
        batch.recorder.barrier(pc, 0)
        batch.cluster_barrier.arrive(on)
        batch.scheduler.go(following)

    def wait(batch: Batch, every: Active, on: Active) -> None:
        batch.recorder.barrier(pc, int(on.rows.sum()))
        batch.cluster_barrier.wait(on, following)
        _send_rest(batch, every, on, following)

    return arrive if "arrive" in instruction.modifiers else wait


def _bind_arrive(instruction: Instruction, binding: Binding) -> Control:
    numbers = _numbers(instruction.operands, binding)
    pc, following = instruction.index, instruction.index + 1

    def control(batch: Batch, _every: Active, on: Active) -> None:
        batch.recorder.barrier(pc, int(on.rows.sum()))
        if on.count:
            batch.barriers.arrive(on, *numbers(batch, on))
            batch.barriers.release()
        batch.scheduler.go(following)

    return control


def _bind_reduction(instruction: Instruction, binding: Binding) -> Control:
    destination, *numbered, vote = instruction.operands
    kind = next(name for name in _REDUCTIONS if name in instruction.modifiers)
    numbers = _numbers(tuple(numbered), binding)
    fetch = binding.registers.fetch(vote, "pred")
    write = binding.registers.write(destination, "u32" if kind == "popc" else "pred")
    pc, following = instruction.index, instruction.index + 1

    def control(batch: Batch, every: Active, on: Active) -> None:
        batch.recorder.barrier(pc, int(on.rows.sum()))
        if on.count:
            barrier, threads = numbers(batch, on)
            votes = np.broadcast_to(fetch(batch), batch.shape)
            batch.barriers.arrive(on, barrier, threads)
            batch.barriers.wait(on, barrier, following, votes, _result(batch, write, kind))
            batch.barriers.release()
        _send_rest(batch, every, on, following)

    return control


def _result(batch: Batch, write: Write, kind: str) -> Callable[[Mask, _Tally], None]:
    combine = _REDUCTIONS[kind]

    def result(mask: Mask, tally: _Tally) -> None:
        write(batch, Active(mask), combine(tally & _LOW, tally >> 32))

    return result


def _bind_warp(instruction: Instruction, binding: Binding) -> Control:
    fetch = binding.registers.fetch(instruction.operands[0], "u32")
    following = instruction.index + 1

    def control(batch: Batch, every: Active, on: Active) -> None:
        if batch.everyone_is(on):
            if batch.checks is not None:
                batch.checks.met(on.mask)
            batch.scheduler.go(following)
            return
        if on.count:
            batch.barriers.wait_warp(on, np.broadcast_to(fetch(batch), batch.shape), following)
            batch.barriers.release()
        _send_rest(batch, every, on, following)

    return control


BUILDERS: ControlBuilders = {"bar": bind_barrier, "barrier": bind_barrier}

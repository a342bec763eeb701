"""Runs the threads of a batch to their end."""

import sys

import numpy as np

from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.binder import BasicBlock, BoundKernel
from gpuadvisor.emulator.checks import Checks
from gpuadvisor.emulator.faults import (
    Refusal,
    ThreadFault,
    barrier_never_complete,
    cluster_never_complete,
    does_not_end,
    fault_error,
    members_never_come,
)
from gpuadvisor.emulator.printing import write_printed
from gpuadvisor.emulator.program import Instruction


class Executor:
    """Executes basic blocks in the scheduler's order and turns faults into messages for the user."""

    def __init__(self, kernel: BoundKernel, instruction_budget: int) -> None:
        self._kernel = kernel
        self._budget = instruction_budget

    def run(self, batch: Batch) -> None:
        """Run all threads of the batch.

        Raises GpuAdvisorError with source line, block and thread where an instruction fails or is not
        supported, a barrier can never be complete, or a warp exceeds the instruction budget. A check takes
        over what is the kernel's fault; what its threads cannot survive ends the batch.
        """
        try:
            with np.errstate(all="ignore"):
                self._run(batch)
        except ThreadFault as fault:
            if batch.checks is None or isinstance(fault, Refusal):
                raise fault_error(self._instruction(batch), fault.what, batch.describe(fault.lane)) from None
            batch.checks.stopped(fault.lane, fault.what)
        finally:
            write_printed(batch.printed, sys.stderr)

    def _run(self, batch: Batch) -> None:
        scheduler = batch.scheduler
        check_at = issued = self._budget
        issued = 0
        while True:
            if not scheduler.active.count:
                self._check_waiting(batch)
                if scheduler.finished:
                    return
                scheduler.select()
                continue
            block = self._kernel.blocks[scheduler.pc]
            issued += block.length
            if issued > check_at:
                check_at = issued + self._remaining(batch)
            self._execute(batch, block)

    def _remaining(self, batch: Batch) -> int:
        """Return how many instructions are left to the warp that has issued most."""
        most = int(batch.issued.max())
        if most > self._budget:
            lane = int(batch.scheduler.active.lanes[0])
            raise Refusal(does_not_end(self._budget), lane)
        return self._budget - most

    def _execute(self, batch: Batch, block: BasicBlock) -> None:
        """Execute a basic block for the scheduler's active threads."""
        scheduler, recorder = batch.scheduler, batch.recorder
        if block.gate is not None and not block.gate(batch):
            return
        active = scheduler.active
        mask = active.mask
        for pc, guard, step in block.steps:
            batch.pc = pc
            on = active if guard is None else active.narrow(guard(batch))
            recorder.instruction(pc, mask, on.mask)
            if on.count:
                step(batch, on)
        batch.issued += active.rows * block.length
        if block.last is None:
            scheduler.go(block.end)
            return
        pc, guard, control = block.last
        batch.pc = pc
        on = active if guard is None else active.narrow(guard(batch))
        recorder.instruction(pc, mask, on.mask)
        control(batch, active, on)

    def _check_waiting(self, batch: Batch) -> None:
        """Raise ThreadFault if threads wait for others though no thread can run; a check lets them go on."""
        if batch.checks is not None:
            self._give_up(batch, batch.checks)
            return
        at_barrier = np.flatnonzero(batch.barriers.waiting)
        if at_barrier.size:
            self._refuse_barrier(batch, int(at_barrier[0]))
        at_cluster = np.flatnonzero(batch.cluster_barrier.waiting)
        if at_cluster.size:
            lane = int(at_cluster[0])
            batch.pc = batch.cluster_barrier.place(lane) - 1
            raise ThreadFault(cluster_never_complete(), lane)
        at_collective = np.flatnonzero(batch.convergence.waiting)
        if at_collective.size:
            lane = int(at_collective[0])
            batch.pc = batch.convergence.place(lane)
            raise ThreadFault(members_never_come(self._instruction(batch)), lane)

    def _give_up(self, batch: Batch, checks: Checks) -> None:
        """Let threads go on that wait in vain: those who wait for their warp first."""
        if batch.convergence.waiting.any():
            batch.convergence.give_up(checks)
        elif batch.barriers.waiting.any():
            batch.barriers.give_up(checks)
        elif batch.cluster_barrier.waiting.any():
            batch.cluster_barrier.give_up(checks)

    def _refuse_barrier(self, batch: Batch, lane: int) -> None:
        barrier, following = batch.barriers.place(lane)
        batch.pc = following - 1
        name = f"barrier {barrier}" if barrier < BARRIERS else "the warp's barrier"
        raise ThreadFault(barrier_never_complete(name), lane)

    def _instruction(self, batch: Batch) -> Instruction:
        """Return the one the batch stands at."""
        return self._kernel.linked.function.instructions[batch.pc]

"""What stops a running kernel, and the words for it."""

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.model.errors import GpuAdvisorError


class ThreadFault(Exception):  # noqa: N818
    """An instruction of one thread failed; the executor adds source line, block and thread.

    `lane` is the position of the thread in the batch: warp times 32 plus lane.
    """

    def __init__(self, what: str, lane: int) -> None:
        super().__init__(what)
        self.what = what
        self.lane = lane


class Refusal(ThreadFault):
    """The emulator itself goes no further: the kernel may be without fault."""


def does_not_end(instruction_budget: int) -> str:
    """Say that a warp used up its budget."""
    return f"the kernel does not end: a warp executed more than {instruction_budget} instructions"


def barrier_never_complete(barrier: str, group: str = "block") -> str:
    """Say that threads wait at a barrier for threads that never come."""
    return f"{barrier} can never be reached by all the threads it waits for: no thread of the {group} can run"


def cluster_never_complete() -> str:
    """Say that threads wait at the barrier of their cluster for threads that never come."""
    return barrier_never_complete("the cluster's barrier", "cluster")


def no_rank(rank: int, of_cluster: int) -> str:
    """Say that an address was asked for in a block that the cluster does not have."""
    return f"the address in block {rank} of a cluster of {of_cluster}"


def members_never_come(instruction: Instruction) -> str:
    """Say that lanes wait at an instruction that a warp executes together."""
    return f"{instruction.text} waits for lanes of its member mask that never reach it"


POLLS_IN_VAIN = "the kernel does not end: all threads that are left wait, or poll memory that none changes"


def stopped_by(instruction: Instruction) -> str:
    """Say that the kernel stopped itself."""
    return f"the kernel executed {instruction.text}"


def stack_overflow(stack_bytes: int) -> str:
    """Say that frames and alloca need more than the stack has."""
    return f"stack overflow: more than {stack_bytes} bytes"


def no_function(address: int) -> str:
    """Say that a pointer points to nothing that the call could enter."""
    return f"call of address {address:#x}: no function of this kind"


def no_target(index: int, targets: int) -> str:
    """Say that an indexed branch has no such label."""
    return f"branch index {index} of {targets} targets"


def fault_error(instruction: Instruction, what: str, thread: str) -> GpuAdvisorError:
    """Return the error that shows where an instruction failed: source line, block and thread."""
    place = str(instruction.source) if instruction.source else f"PTX line {instruction.ptx_line}"
    return GpuAdvisorError(what, where=f"{place}, {thread}")

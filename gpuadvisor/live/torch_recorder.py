"""Records a program that uses PyTorch, through torch.profiler.

Steps end where the first optimizer to step has stepped (torch.optim's hook for all optimizers): in an
alternating training loop, as of a GAN, the others belong to the same step. There is but one session of the
profiler: a range of the program's that is entered in one session and left in the next writes to memory that
PyTorch has freed. With steps to leave out it begins after them, else with the program; on a machine with GPUs
when the program makes its CUDA context, for until then it may choose between them, and a session without CUDA
would leave PyTorch's profiler without it for good.
"""

import os
import threading
import weakref
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import msgspec

from gpuadvisor.live.recorder import Recorded
from gpuadvisor.live.steps import StepCount, StepLimits, Turn
from gpuadvisor.live.torch_memory import memory_use
from gpuadvisor.live.torch_session import TorchSession
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile

NO_GPU_TOOK_PART = "no GPU took part: PyTorch ran on the CPU"
_OWN_PROFILER = "the program started a profiler of its own, which ended the recording"


class TorchRecorder:
    """Records the steps asked for; without steps to leave out, also what comes before them."""

    def __init__(
        self,
        torch: ModuleType,
        limits: StepLimits,
        source: str,
        trace: Path | None,
        *,
        has_gpu: bool,
        shapes: bool = True,
    ) -> None:
        self._torch, self._limits, self._source, self._trace = torch, limits, source, trace
        self._shapes = shapes
        self._count = StepCount(limits)
        self._session: TorchSession | None = None
        self._finished: TorchSession | None = None
        self._remarks: list[str] = []
        self._has_given_way = self._is_starting = False
        self._owner = os.getpid(), threading.get_ident()
        self._leader: weakref.ref[object] | None = None
        self._watch_steps()
        self._watch_profilers()
        if limits.wait > 0:
            return
        if has_gpu and torch.version.cuda is not None:
            torch.cuda._lazy_call(self._cuda_begins)  # noqa: SLF001 - nothing public tells of the context
        else:
            self._start(cuda=False)

    def finish(self) -> Recorded:
        """End the recording and read it."""
        self._hook.remove()
        self._unwatch_profilers()
        self._end()
        session = self._finished
        if session is None:
            return Recorded(timeline=None, remarks=self._remarks or [self._why_nothing()])
        return Recorded(
            timeline=self._read(session),
            remarks=self._remarks,
            begun_seconds=session.begun_seconds,
            ended_seconds=session.ended_seconds,
        )

    def _why_nothing(self) -> str:
        made, wait = self._count.made, self._limits.wait
        if made == 0 and wait == 0:
            return "PyTorch was imported, but made no optimizer step and used no GPU"
        if made == 0:
            return "the program made no optimizer step: with --wait 0 it is recorded from the beginning"
        return f"the program made {made} of the {wait} steps that --wait leaves out"

    def _watch_steps(self) -> None:
        optimizer = import_module("torch.optim.optimizer")  # loaded already; torch.optim hides it
        self._hook = optimizer.register_optimizer_step_post_hook(self._optimizer_stepped)

    def _watch_profilers(self) -> None:
        """Give way to profilers of the program's: PyTorch can run one, and the later one takes over."""
        profiler = self._torch.autograd.profiler.profile
        prepare = profiler._prepare_trace  # noqa: SLF001 - where all of its profilers begin

        def give_way(theirs: Any) -> None:  # noqa: ANN401
            self._their_profiler_begins()
            prepare(theirs)

        profiler._prepare_trace = give_way  # noqa: SLF001
        self._unwatch_profilers: Callable[[], None] = lambda: setattr(profiler, "_prepare_trace", prepare)

    def _is_ours(self) -> bool:
        """Whether this is the thread and the process in which the recording was begun."""
        return self._owner == (os.getpid(), threading.get_ident())

    def _cuda_begins(self) -> None:
        if self._is_ours() and not self._has_given_way and self._count.made == 0:
            self._start(cuda=True)

    def _their_profiler_begins(self) -> None:
        if self._is_ours() and not self._is_starting and self._finished is None:
            self._has_given_way = True
            self._remarks.append(_OWN_PROFILER)
            self._end()

    def _optimizer_stepped(self, optimizer: object, *_: object) -> None:
        if not self._is_ours() or self._has_given_way or self._finished is not None:
            return
        leader = None if self._leader is None else self._leader()
        if leader is None:
            self._leader = weakref.ref(optimizer)
        elif leader is not optimizer:
            return
        if self._limits.wait == 0 and self._session is None:  # on a machine with GPUs that it does not use
            self._start(cuda=self._torch.cuda.is_initialized())
        self._turn(self._count.end_step())

    def _turn(self, turn: Turn) -> None:
        number = self._count.made
        match turn:
            case Turn.BEGIN:
                self._start(cuda=self._torch.cuda.is_initialized())
                self._mark(number)
            case Turn.NEXT:
                self._mark(number)
            case Turn.END:
                self._end_step()
                self._end()

    def _start(self, *, cuda: bool) -> None:
        self._is_starting = True
        self._session = TorchSession(self._torch, cuda=cuda, shapes=self._shapes)
        self._is_starting = False

    def _mark(self, number: int) -> None:
        if self._session is not None:
            self._session.begin_step(number)

    def _end_step(self) -> None:
        if self._session is not None:
            self._session.end_step()

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.stop()
            self._finished = session

    def _read(self, session: TorchSession) -> TimelineProfile:
        from gpuadvisor.sources.traces.kineto import read_kineto

        kept = self._trace
        folder, name = (None, "trace.json") if kept is None else (kept.parent, kept.name)
        with TemporaryDirectory(prefix=".gpuadvisor-", dir=folder) as temporary:
            path = Path(temporary) / name
            session.write(path)
            found = read_kineto(path)
            if kept is not None:
                path.replace(kept)
        notes = found.notes if self._torch.cuda.is_initialized() else [NO_GPU_TOOK_PART]
        return msgspec.structs.replace(
            found,
            provenance=Provenance.MEASURED,
            source=self._source,
            producer=f"torch.profiler of PyTorch {self._torch.__version__}",
            memory=memory_use(self._torch),
            notes=notes,
        )

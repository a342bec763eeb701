"""The child process of a sweep: loads the step, answers for one batch size after the other."""

import os
import signal
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from gpuadvisor.live.batches.contract import StepSource, load
from gpuadvisor.live.batches.failures import in_one_line, is_out_of_memory
from gpuadvisor.model.batches import BatchOutcome, BatchPlace, BatchPoint
from gpuadvisor.model.errors import GpuAdvisorError

if TYPE_CHECKING:
    from gpuadvisor.live.batches.measure import Bench


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Measure this batch for so long."""

    batch: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of it, and where it ran, if it did."""

    point: BatchPoint
    place: BatchPlace | None = None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The file has been run; `error` is None where its function is there."""

    error: GpuAdvisorError | None = None


def serve(connection: Connection, source: StepSource) -> None:
    """Answer until the parent is gone; what the step prints goes to standard error."""
    sys.stdout.flush()
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        make = load(source)
    except GpuAdvisorError as error:
        connection.send(Loaded(error=error))
        return
    except Exception as error:  # noqa: BLE001 - whatever the user's file raises is the user's
        connection.send(Loaded(error=_of_users(error, source)))
        return
    from gpuadvisor.live.batches.measure import Bench  # brings NumPy, which the file may want to bring first

    connection.send(Loaded())
    bench = Bench(make)
    while True:
        try:
            ask: Ask = connection.recv()
        except EOFError:
            return
        connection.send(_answer(bench, ask))


def _answer(bench: "Bench", ask: Ask) -> Answer:
    try:
        measured = bench.measure(ask.batch, ask.seconds)
    except Exception as error:  # noqa: BLE001 - whatever the user's step raises costs this batch alone
        return Answer(point=_unmeasured(ask.batch, error))
    return Answer(point=measured.point, place=measured.place)


def _unmeasured(batch: int, error: Exception) -> BatchPoint:
    outcome: BatchOutcome = "out-of-memory" if is_out_of_memory(error) else "failed"
    return BatchPoint(batch=batch, outcome=outcome, reason=in_one_line(error))


def _of_users(error: Exception, source: StepSource) -> GpuAdvisorError:
    """Return the error with the last line of the user's file that led to it."""
    name = str(source.file.resolve())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    where = f"{source.file}:{lines[-1]}" if lines else str(source.file)
    return GpuAdvisorError(in_one_line(error), where=where)

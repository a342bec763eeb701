"""A whole sweep: from FILE:FUNCTION to the document."""

import datetime as dt
from collections.abc import Callable

from gpuadvisor import __version__
from gpuadvisor.examining.host import Host
from gpuadvisor.examining.parts.memory import memory
from gpuadvisor.live.batches.choice import choose
from gpuadvisor.live.batches.contest import contests, undecided
from gpuadvisor.live.batches.contract import StepSource
from gpuadvisor.live.batches.sweep import Bounds, Measure, Swept, sweep
from gpuadvisor.model.batches import BatchPlace, BatchSweep
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import Tool

ON_CPU = "measured on the CPU: a GPU's best batch is another one; the memory is that of the whole process"
NOT_CHECKED = "the step returns no loss that could be judged: return it, and it is checked to be finite"
CPU_SHARE = 0.8
"""Of the memory that is available, what a sweep on a CPU may take: with more the system ends processes."""


def sweep_batches(
    source: StepSource, bounds: Bounds, measure: Measure, progress: Callable[[int], None] = lambda _: None
) -> BatchSweep:
    """Sweep; raise GpuAdvisorError where no batch could be run, KeyboardInterrupt where none has been yet."""
    swept = sweep(measure, bounds, progress)
    place = swept.place
    if place is None and swept.interrupted:
        raise KeyboardInterrupt
    if place is None:
        reason = "; ".join(f"{point.batch}: {point.reason}" for point in swept.points)
        raise GpuAdvisorError(f"no batch size could be run ({reason})", where=str(source))
    limit = bounds.limit_bytes(place)
    known = [size for size in (limit, place.memory_bytes) if size is not None]
    contest = undecided if swept.interrupted else contests(measure, progress)
    choice = choose(swept.fitting, min(known, default=None), swept.smallest_unfit, contest)
    return BatchSweep(
        tool=Tool(version=__version__),
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        function=str(source),
        place=place,
        memory_limit_bytes=limit,
        points=swept.points,
        largest=swept.largest,
        smallest_unfit=swept.smallest_unfit,
        best=choice.best,
        knee=choice.knee,
        recommended=choice.recommended,
        reason=choice.reason,
        interrupted=swept.interrupted,
        notes=_notes(swept, place),
    )


def cpu_memory_bytes(host: Host | None = None) -> int | None:
    """Return what a sweep on the CPU may take; None where the system does not tell."""
    facts = memory(host or Host(), 0).facts
    known = [size for name in ("available_bytes", "usable_bytes") if isinstance(size := facts.get(name), int)]
    return int(CPU_SHARE * min(known)) if known else None


def _notes(swept: Swept, place: BatchPlace) -> list[str]:
    judged = [point.loss_was_finite for point in swept.fitting]
    unjudged = [] if any(each is not None for each in judged) else [NOT_CHECKED]
    return [*([] if place.is_gpu else [ON_CPU]), *swept.notes, *unjudged]

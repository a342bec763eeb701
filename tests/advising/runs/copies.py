"""Programs whose copies are at fault, and their tuned twins, simulated."""

from tests.advising.runs.proof import Twins
from tests.advising.runs.simulation import SimulatedRun

COPY_STREAM = 13
UPLOAD_BYTES = 25_000_000
"""A millisecond from pinned memory."""
KIB = 1024


def blocking_copies(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(100):
        run.launch("advance", 100e-6)
        if not tuned:
            run.copy("DtoH", 4 * KIB, memory="Pageable", function="cudaMemcpy")
        run.work(100e-6 if not tuned else 10e-6)
    run.copy("DtoH", 400 * KIB, memory="Pageable", function="cudaMemcpy")


def copies_on_the_compute_stream(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        run.copy("HtoD", UPLOAD_BYTES, stream=COPY_STREAM if tuned else 7)
        if tuned:
            run.order(COPY_STREAM, 7)
        run.launch("transform", 1.2e-3)
    run.synchronize()


def copies_not_overlapped(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        run.copy("HtoD", UPLOAD_BYTES, stream=COPY_STREAM)
        if tuned:
            run.order(COPY_STREAM, 7)
        else:
            run.synchronize("cudaStreamSynchronize", stream=COPY_STREAM)
        run.launch("transform", 1.2e-3)
        if not tuned:
            run.synchronize("cudaStreamSynchronize", stream=7)
    run.synchronize()


def pageable_copies(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        run.copy(
            "HtoD",
            UPLOAD_BYTES,
            memory="Pinned" if tuned else "Pageable",
            stream=COPY_STREAM if tuned else 7,
        )
        if tuned:
            run.order(COPY_STREAM, 7)
        run.launch("transform", 1.2e-3)
    run.synchronize()


def small_copies(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        for _ in range(1 if tuned else 64):
            run.copy("HtoD", 256 * KIB if tuned else 4 * KIB)
        run.launch("evaluate", 500e-6)
    run.synchronize()


def repeated_uploads(run: SimulatedRun, tuned: bool) -> None:
    for number in range(50):
        if number == 0 or not tuned:
            run.copy("HtoD", 2 * UPLOAD_BYTES)
        run.launch("look_up", 2e-3)
    run.synchronize()


def round_trips(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        run.launch("forward", 1e-3)
        if tuned:
            run.launch("clip", 50e-6)
        else:
            run.copy("DtoH", UPLOAD_BYTES // 2)
            run.synchronize("cudaStreamSynchronize")
            run.work(100e-6)
            run.copy("HtoD", UPLOAD_BYTES // 2)
        run.launch("backward", 1e-3)
    run.synchronize()


def managed_migrations(run: SimulatedRun, tuned: bool) -> None:
    for number in range(50):
        start = run.now
        run.launch("update", 1e-3 if tuned and number else 2.6e-3)
        if number == 0 or not tuned:
            for part in range(16):
                run.migrate("HtoD", 2 * KIB * KIB, 100e-6, at=start + 1e-4 * (part + 1))
        run.synchronize()
        if not tuned:
            for part in range(16):
                run.migrate("DtoH", 2 * KIB * KIB, 100e-6, at=run.now + 1e-4 * part)
            run.work(1.7e-3)


def memsets_in_loop(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(500):
        if not tuned:
            run.memset(64 * KIB)
        run.launch("accumulate", 20e-6)
    run.synchronize()


def copies_within_the_gpu(run: SimulatedRun, tuned: bool) -> None:
    for _ in range(50):
        if not tuned:
            run.copy("DtoD", 10 * UPLOAD_BYTES)
        run.launch("smooth", 2e-3)
    run.synchronize()


TWINS = (
    Twins(rule="transfers/blocking-copies", program="blocking_copies", simulate=blocking_copies),
    Twins(
        rule="transfers/copies-on-the-compute-stream",
        program="copies_on_the_compute_stream",
        simulate=copies_on_the_compute_stream,
        also=("transfers/repeated-uploads",),
    ),
    Twins(
        rule="transfers/copies-not-overlapped",
        program="copies_not_overlapped",
        simulate=copies_not_overlapped,
        also=("transfers/repeated-uploads",),
    ),
    Twins(
        rule="transfers/pageable-copies",
        program="pageable_copies",
        simulate=pageable_copies,
        needs_machine=True,
        also=("transfers/repeated-uploads",),
    ),
    Twins(rule="transfers/small-copies", program="small_copies", simulate=small_copies),
    Twins(
        rule="transfers/repeated-uploads",
        program="repeated_uploads",
        simulate=repeated_uploads,
        also=("transfers/copies-on-the-compute-stream",),
    ),
    Twins(
        rule="transfers/round-trips",
        program="round_trips",
        simulate=round_trips,
        also=("transfers/copies-on-the-compute-stream",),
    ),
    Twins(
        rule="transfers/managed-memory-migrations",
        program="managed_memory_migrations",
        simulate=managed_migrations,
        formats=("nsys",),
        needs_machine=True,
    ),
    Twins(
        rule="transfers/copies-within-the-gpu",
        program="copies_within_the_gpu",
        simulate=copies_within_the_gpu,
    ),
    Twins(rule="transfers/memsets-in-loop", program="memsets_in_loop", simulate=memsets_in_loop),
)

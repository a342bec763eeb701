"""Calls on the workers of a Dask cluster, each bound to one worker and answered for in any case.

Dask would run the task of a dead worker again on another, or wait for ever for the one that it was bound to.
Here every call has an answer: what it returned, or how it was lost. Nothing is tried again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import uuid4

from gpuadvisor.fleet.process import end_children
from gpuadvisor.model.errors import GpuAdvisorError

if TYPE_CHECKING:
    from distributed import Client, Future

Answer = TypeVar("Answer")

CONNECT_SECONDS = 30.0
FETCH_SECONDS = 30.0
_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """A picklable function to be called on the worker at an address.

    With `instance`, only by that very worker: not by the one that a nanny starts in its place.
    """

    worker: str
    function: Callable[[], Answer]
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a call has no answer."""

    reason: str


ANY_PORT = {"dashboard_address": ":0"}
"""The scheduler serves HTTP without a dashboard, too; another cluster may hold the usual port."""


@contextmanager
def connect(scheduler: str | None, at_once: int) -> Iterator["Client"]:
    """Connect to a running cluster, or start one in this process that runs `at_once` calls at a time.

    Raises GpuAdvisorError where Dask is not installed or no scheduler answers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise GpuAdvisorError(
            "Dask's `distributed` is not installed", remedy="pip install 'gpuadvisor[fleet]'"
        ) from None
    if scheduler is None:
        with LocalCluster(
            n_workers=1,
            threads_per_worker=at_once,
            processes=False,
            dashboard_address=None,
            scheduler_kwargs=ANY_PORT,
        ) as cluster:
            try:
                with Client(cluster) as client:
                    yield client
            finally:
                end_children()
        return
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise GpuAdvisorError(
            f"no scheduler answers: {error}", where=scheduler, remedy="start one: dask scheduler"
        ) from None
    with client:
        yield client


def call_workers(
    client: "Client", calls: Sequence[Call[Answer]], silence_seconds: float
) -> Iterator[tuple[int, Answer | Lost]]:
    """Make the calls; yield the number of each and its answer as they come.

    A call is lost when its worker leaves the cluster, when it raises, or when a worker with open calls has
    answered none for `silence_seconds`.
    """
    done: SimpleQueue[Future[Answer]] = SimpleQueue()
    token = uuid4().hex
    futures = {
        client.submit(
            _on_worker,
            call.function,
            call.instance,
            key=f"gpuadvisor-{token}-{number}",
            workers=[call.worker],
            allow_other_workers=False,
            priority=-number,
            pure=False,
        ): number
        for number, call in enumerate(calls)
    }
    for future in futures:
        future.add_done_callback(done.put)
    watch = _Watch(client, calls, silence_seconds)
    while futures:
        finished = _next(done)
        if finished is not None and finished in futures:
            number = futures.pop(finished)
            watch.heard(calls[number].worker)
            yield number, _answer(finished)
        elif finished is None:
            for future, reason in watch.lost(futures):
                number = futures.pop(future)
                future.cancel()
                yield number, Lost(reason)


class _Watch:
    """Tells which workers are gone or silent."""

    def __init__(self, client: "Client", calls: Sequence[Call[Answer]], silence_seconds: float) -> None:
        self._client = client
        self._calls = calls
        self._silence_seconds = silence_seconds
        self._heard = dict.fromkeys((call.worker for call in calls), time.monotonic())

    def heard(self, worker: str) -> None:
        """Note that the worker has just answered."""
        self._heard[worker] = time.monotonic()

    def lost(self, futures: "dict[Future[Answer], int]") -> "list[tuple[Future[Answer], str]]":
        """Return the calls that will have no answer, and why."""
        present = self._present()
        found = []
        for future, number in futures.items():
            reason = self._reason(self._calls[number].worker, present)
            if reason is not None:
                found.append((future, reason))
        return found

    def _present(self) -> set[str] | None:
        """Return the addresses of the workers; None where the scheduler is gone."""
        try:
            return set(self._client.nthreads())
        except (OSError, RuntimeError):
            return None

    def _reason(self, worker: str, present: set[str] | None) -> str | None:
        if present is None:
            return "the cluster's scheduler is gone"
        if worker not in present:
            return f"its worker died ({worker})"
        if time.monotonic() - self._heard[worker] > self._silence_seconds:
            return f"its worker has not answered for {self._silence_seconds:g} s ({worker})"
        return None


def _next(done: "SimpleQueue[Future[Answer]]") -> "Future[Answer] | None":
    try:
        return done.get(timeout=_LOOK_SECONDS)
    except Empty:
        return None


def _answer(future: "Future[Answer]") -> Answer | Lost:
    if future.status == "cancelled":
        return Lost("the cluster gave its task up")
    try:
        error = future.exception(timeout=FETCH_SECONDS)
        if error is not None:
            return Lost(f"{type(error).__name__}: {error}")
        answer: Answer | Lost = future.result(timeout=FETCH_SECONDS)
    except (TimeoutError, OSError):
        return Lost("its worker died before its answer could be fetched")
    return answer


def _on_worker(function: Callable[[], Answer], instance: str | None) -> Answer | Lost:
    from distributed import get_worker

    if instance is not None and get_worker().id != instance:
        return Lost("its worker died and was started anew")
    return function()

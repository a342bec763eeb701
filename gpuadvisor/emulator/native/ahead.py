"""Results by key, some of them worked out beforehand in a thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Remembers the last `kept` results; what is begun in a thread is not begun again elsewhere."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._lock = Lock()
        self._begun: dict[str, Future[T]] = {}

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")

    def start(self, key: str, work: Callable[[], T]) -> None:
        """Have a thread work out what somebody is going to ask for."""
        with self._lock:
            if key not in self._begun:
                self._begun[key] = self._pool.submit(work)

    def get(self, key: str, work: Callable[[], T]) -> T:
        """Return the result; one that no thread has begun yet is worked out here."""
        with self._lock:
            begun = self._begun.pop(key, None)
        result = work() if begun is None or begun.cancel() else begun.result()
        self._remember(key, result)
        return result

    def _remember(self, key: str, result: T) -> None:
        done: Future[T] = Future()
        done.set_result(result)
        with self._lock:
            self._begun[key] = done
            done_before = [each for each, future in self._begun.items() if future.done()]
            for oldest in done_before[: -self._kept]:
                del self._begun[oldest]

    def abandon(self) -> None:
        """Forget what has been started and not begun."""
        with self._lock:
            for key, future in list(self._begun.items()):
                if future.cancel():
                    del self._begun[key]

"""A module in place of cupti-python: hands over scripted records when it is flushed.

Names and numbers after NVIDIA's documentation of CUPTI's Activity API.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from types import SimpleNamespace
from typing import Any

CALLBACKS = {(2, 211): "cudaLaunchKernel_v7000", (2, 31): "cudaMemcpy_v3020", (1, 307): "cuLaunchKernel"}


class ActivityKind(IntEnum):
    """CUpti_ActivityKind, as far as it is used."""

    MEMCPY = 1
    MEMSET = 2
    DRIVER = 4
    RUNTIME = 5
    CONCURRENT_KERNEL = 10
    MEMCPY2 = 22


class CallbackDomain(IntEnum):
    """CUpti_CallbackDomain."""

    DRIVER_API = 1
    RUNTIME_API = 2


class CuptiError(Exception):
    """As cupti.cuptiError."""


class FakeCupti:
    """One process's CUPTI."""

    ActivityKind, CallbackDomain, cuptiError = ActivityKind, CallbackDomain, CuptiError  # noqa: N815

    def __init__(self, records: Sequence[Any] = (), refusal: str | None = None) -> None:
        self._records, self._refusal = records, refusal
        self.enabled: set[ActivityKind] = set()

    def activity_register_callbacks(
        self, requested: Callable[[], tuple[int, int]], completed: Callable[[list[Any]], None]
    ) -> None:
        """Take the two callbacks."""
        size, limit = requested()
        assert size > 2**20
        assert limit == 0
        self._completed = completed

    def activity_enable(self, kind: ActivityKind) -> None:
        """Record this kind."""
        if self._refusal is not None:
            raise CuptiError(self._refusal)
        self.enabled.add(kind)

    def activity_disable(self, kind: ActivityKind) -> None:
        """Record it no more."""
        self.enabled.remove(kind)

    def activity_flush_all(self, flag: int) -> None:
        """Hand over the records of the kinds that are enabled."""
        assert flag == 1
        self._completed([record for record in self._records if record.kind in self.enabled])

    def get_callback_name(self, domain: CallbackDomain, cbid: int) -> str:
        """Return a function's name."""
        return CALLBACKS[(int(domain), cbid)]


def kernel(start: int, end: int, correlation: int = 0, name: str = "saxpy", **facts: Any) -> Any:
    """Return a CUpti_ActivityKernel9."""
    plain = {
        "grid_x": 128, "grid_y": 1, "grid_z": 1, "block_x": 256, "block_y": 1, "block_z": 1,
        "registers_per_thread": 32, "static_shared_memory": 1024, "dynamic_shared_memory": 512,
        "local_memory_per_thread": 0, "device_id": 0, "stream_id": 7,
    }  # fmt: skip
    return SimpleNamespace(
        kind=10, start=start, end=end, correlation_id=correlation, name=name, **{**plain, **facts}
    )


def copy(start: int, end: int, size: int, copy_kind: int = 1, src_kind: int = 1, dst_kind: int = 3) -> Any:
    """Return a CUpti_ActivityMemcpy6."""
    return SimpleNamespace(
        kind=22 if copy_kind == 10 else 1, start=start, end=end, bytes=size, copy_kind=copy_kind,
        src_kind=src_kind, dst_kind=dst_kind, device_id=0, stream_id=7, correlation_id=0,
    )  # fmt: skip


def memset(start: int, end: int, size: int) -> Any:
    """Return a CUpti_ActivityMemset4."""
    return SimpleNamespace(
        kind=2, start=start, end=end, bytes=size, device_id=0, stream_id=7, correlation_id=0
    )


def call(start: int, end: int, cbid: int, correlation: int, kind: int = 5) -> Any:
    """Return a CUpti_ActivityAPI."""
    return SimpleNamespace(kind=kind, start=start, end=end, cbid=cbid, correlation_id=correlation)

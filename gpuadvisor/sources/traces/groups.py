"""What recorded activities are grouped by."""

from typing import Generic, NamedTuple, TypeVar

from gpuadvisor.model.timeline import CopyKind, Extents, HostMemory

Key = TypeVar("Key")


class KernelShape(NamedTuple):
    """What a profiler tells of a launch besides its times; None where it does not."""

    grid: Extents | None = None
    block: Extents | None = None
    registers_per_thread: int | None = None
    shared_bytes: int | None = None
    static_shared_bytes: int | None = None
    local_bytes: int | None = None
    estimated_occupancy: float | None = None


class KernelGroup(NamedTuple):
    """The launches of one kernel in one shape."""

    name: str
    shape: KernelShape


class CopyGroup(NamedTuple):
    """The copies of one kind."""

    kind: CopyKind
    host_memory: HostMemory | None


class Lane(NamedTuple):
    """A stream of a device."""

    device: int
    stream: int


class Numbering(Generic[Key]):
    """Numbers for keys, in the order in which they are first met."""

    def __init__(self) -> None:
        self._numbers: dict[Key, int] = {}

    def number(self, key: Key) -> int:
        """Return the number of a key, a new one if it is met for the first time."""
        return self._numbers.setdefault(key, len(self._numbers))

    def keys(self) -> list[Key]:
        """Return the keys; a key's index is its number."""
        return list(self._numbers)

"""What host code asks of a device besides single launches, as data: steps on streams.

Copies, launches, allocations and prefetches in the order in which the host issues them; steps of different
streams may overlap (CUDA C++ Programming Guide, Asynchronous Concurrent Execution). Both kinds of device
carry out the same steps: a GPU takes the time, an emulated device moves the bytes and models the time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gpuadvisor.devices.device import Argument, Buffer, Kernel
from gpuadvisor.model.kernel import Launch

Clock = Literal["device", "host"]
"""`device`: between events on the device. `host`: from the first call until the host sees the end."""


MatrixElement = Literal["float16", "float32", "float64"]
"""What the vendor's library multiplies, and CuPy gives names to."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Device memory that one step allocates and a later one frees."""

    name: str


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a buffer or of scratch memory."""

    memory: Buffer | Scratch
    offset_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Copy bytes from anywhere to anywhere."""

    source: Span
    target: Span
    size_bytes: int
    stream: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Launch a kernel."""

    kernel: Kernel
    launch: Launch
    arguments: Sequence[Argument]
    stream: int = 0
    cooperative: bool = False
    """All blocks reside at once, so that they may wait for each other."""
    programmatic: bool = False
    """It may start before the launch in front of it on the stream has ended (since 9.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """Allocate scratch memory; `ordered` does so on the stream, from a pool of the driver's."""

    scratch: Scratch
    size_bytes: int
    ordered: bool = False
    stream: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """Free scratch memory the way it was allocated."""

    scratch: Scratch
    ordered: bool = False
    stream: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetch:
    """Move the pages of a managed buffer to the device before a kernel touches them."""

    buffer: Buffer
    stream: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The host writes to every byte of a managed buffer, which brings its pages to the host."""

    buffer: Buffer
    stream: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply:
    """Multiply two square matrices, row by row, by the vendor's library: target = left x right."""

    left: Buffer
    right: Buffer
    target: Buffer
    element: MatrixElement
    size: int
    """Rows, and columns."""
    stream: int = 0


Step = Copy | Run | Allocate | Free | Prefetch | Touch | Multiply


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Steps, timed together.

    With `as_graph` the steps become nodes of one CUDA graph, which is made before the time is taken.
    """

    steps: Sequence[Step]
    before: Sequence[Step] = ()
    """What is done before each time is taken."""
    clock: Clock = "device"
    as_graph: bool = False
    subject: str = "the activity"
    """What errors call it."""

    @property
    def streams(self) -> int:
        """How many streams the steps use; they are numbered from 0."""
        return 1 + max((step.stream for step in (*self.steps, *self.before)), default=0)


def with_buffers(activity: Activity, of: Callable[[Buffer], Buffer]) -> Activity:
    """Return the activity with every buffer `b` of it replaced by `of(b)`."""
    return replace(
        activity,
        steps=[_step_with(step, of) for step in activity.steps],
        before=[_step_with(step, of) for step in activity.before],
    )


def _step_with(step: Step, of: Callable[[Buffer], Buffer]) -> Step:
    match step:
        case Copy():
            return replace(step, source=_span_with(step.source, of), target=_span_with(step.target, of))
        case Run():
            arguments = [of(each) if isinstance(each, Buffer) else each for each in step.arguments]
            return replace(step, arguments=arguments)
        case Prefetch() | Touch():
            return replace(step, buffer=of(step.buffer))
        case Multiply():
            return replace(step, left=of(step.left), right=of(step.right), target=of(step.target))
        case Allocate() | Free():
            return step


def _span_with(span: Span, of: Callable[[Buffer], Buffer]) -> Span:
    return replace(span, memory=of(span.memory)) if isinstance(span.memory, Buffer) else span

"""What probe.toml may say; a key that is not here is refused."""

from typing import Literal

import msgspec

from gpuadvisor.devices.device import Place
from gpuadvisor.model.machine import Better
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration, ElementType
from gpuadvisor.probing.expressions import Expression, parse
from gpuadvisor.probing.step_declaration import Clock, StepDeclaration

Fill = Literal["zeros", "ones", "arange", "scratch", "unwritten"]
"""`unwritten` marks an output: it gets a bit pattern that tells which elements the kernel wrote.

`scratch` is memory that kernels may write to and that nobody checks: zeros at first, then whatever earlier
launches left.
"""
Reduction = Literal["mean", "mean_overlap", "peak_overlap"]


class MetricDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of the results."""

    name: str
    unit: str
    meaning: str
    derived: list[Expression]
    """How it follows from names: the first whose names are all known at the point."""
    minimum: Expression | None = None
    maximum: Expression | None = None
    peak: Expression | None = None
    """In theory, at the highest clocks: `sm_clock_hz` and `dram_bytes_per_second` scale with clocks seen."""
    better: Better | None = None
    sweeps: list[str] = []
    """The sweeps that give it; all, if none is named."""


class BufferDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Memory that kernels and copies are given; `count` is in elements."""

    name: str
    type: ElementType
    count: Expression
    fill: Fill
    place: Place = "device"


class WorkDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Elements that one launch reads or writes; `<name>_bytes` follows from type and count."""

    name: str
    type: ElementType
    count: Expression


class LaunchDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a launch: blocks, threads per block, dynamic shared memory."""

    grid: Expression
    block: Expression
    dynamic_shared_bytes: Expression = parse(0)


ONE_THREAD = LaunchDeclaration(grid=parse(1), block=parse(1))


class CheckDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the kernel must have written: element `i` of a buffer equals an expression over `i`.

    With `summed_over = { l = "loads" }` the expression is summed over l = 0 .. loads - 1.
    Arithmetic is unsigned and 64 bits wide; the result is compared in the buffer's type.
    """

    buffer: str
    equals: Expression
    summed_over: dict[str, Expression] = {}
    define: dict[str, Expression] = {}


class ReadingDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number taken from what the kernel wrote, on devices whose clocks are real.

    `mean` takes one buffer. `mean_overlap` and `peak_overlap` take three: the place of each interval,
    its start and its end; they tell how many intervals of one place overlap.
    """

    name: str
    reduce: Reduction
    buffers: list[str]


class TimingDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the launches are timed on a GPU, and how much of a grid an emulated device runs."""

    samples: int = 10
    warmups: int = 2
    cold: bool = False
    maximum_spread: float = 0.1
    """Half the interquartile range over the median, above which a point is not valid."""
    emulated_threads: int = 4096
    """About so many threads stand for a large grid; at least two blocks run."""


class SweepDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of points: every combination of `parameters`, or the `cases` listed.

    At each a kernel is launched, or host code does `steps`, once for each value of what `repeat` counts.
    """

    name: str
    meaning: str
    kernel: str = ""
    parameters: dict[str, list[int]] = {}
    cases: list[dict[str, int]] = []
    define: dict[str, Expression] = {}
    macros: dict[str, Expression] = {}
    maximum_registers: Expression = parse(0)
    """The most registers that the compiler may give a thread; 0 leaves it the choice."""
    compute_capability: int = 0
    """The least that has what the kernel uses, as 80; older devices leave the sweep out."""
    arguments: list[ArgumentDeclaration] = []
    launch: LaunchDeclaration = ONE_THREAD
    steps: list[StepDeclaration] = []
    before: list[StepDeclaration] = []
    """Steps that are done before each time is taken."""
    repeat: dict[str, Expression] = {}
    """As `{ chunk = "chunks" }`: the steps are done for chunk = 0 .. chunks - 1."""
    clock: Clock = "device"
    as_graph: bool = False
    """Whether the steps are the nodes of one CUDA graph."""
    check: CheckDeclaration
    readings: list[ReadingDeclaration] = []
    quick: bool = False
    """Whether `probe --quick` runs it: curves that rules read, and what they are compared with."""
    quick_wanted: Expression | None = None
    """Points where this is 0 are left out of a quick run."""
    wanted: Expression | None = None
    """Points where this is 0 are left out: working sets that the device cannot hold, say."""


class SaturationDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the curves of a sweep reach their height: one more point for each value of `curves`.

    The point holds `metric`: the smallest `along` from which `of` stays at or above `share` of the best
    `of` in the whole sweep.
    """

    name: str
    sweep: str
    curves: str
    metric: str
    along: str
    of: str
    share: float


class ProbeDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    kind: Literal["kernel"] = "kernel"
    title: str
    metrics: list[MetricDeclaration] = msgspec.field(name="metric")
    sweeps: list[SweepDeclaration] = msgspec.field(name="sweep")
    define: dict[str, Expression] = {}
    buffers: list[BufferDeclaration] = msgspec.field(name="buffer", default=[])
    work: list[WorkDeclaration] = []
    saturations: list[SaturationDeclaration] = msgspec.field(name="saturation", default=[])
    timing: TimingDeclaration = TimingDeclaration()

"""What a framework's program did in a run, as its operators, marks and memory events tell it."""

from typing import Literal

import msgspec

MatrixType = Literal["float64", "float32", "float16", "bfloat16", "float8", "int8"]
InputPipeline = Literal["single-process", "worker-processes", "tf.data"]


class OperatorCalls(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one operator of the framework; those it calls itself are within its seconds."""

    name: str
    count: int
    total_seconds: float


class MatrixProduct(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one matrix product of one shape: `batch` products of (m, k) by (k, n)."""

    operator: str
    type: MatrixType | None = None
    m: int
    n: int
    k: int
    batch: int = 1
    count: int

    @property
    def operations(self) -> int:
        """Multiplications and additions of all calls together."""
        return 2 * self.m * self.n * self.k * self.batch * self.count


class Convolutions(msgspec.Struct, frozen=True, kw_only=True):
    """The convolutions whose flags were recorded."""

    calls: int
    benchmark_calls: int
    """Those for which cuDNN may try its algorithms and keep the fastest."""
    deterministic_calls: int
    """Those restricted to algorithms that give the same bits in each run."""
    shapes: int
    """Different sizes of input and weights."""


class HostReads(msgspec.Struct, frozen=True, kw_only=True):
    """Waits for the GPU from inside operators that bring a result to the host."""

    count: int
    total_seconds: float


class InputWait(msgspec.Struct, frozen=True, kw_only=True):
    """Waits of the program for its next batch; those that begin in marked steps, if any are marked."""

    pipeline: InputPipeline
    count: int
    total_seconds: float
    max_seconds: float
    idle_seconds: float | None = None
    """Of those, with no kernel running; None without a GPU."""


class Optimizer(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of optimisers."""

    names: list[str]
    steps: int
    total_seconds: float
    launches: int | None = None
    """Calls that launch kernels in these steps; None where none were recorded."""
    foreach_calls: int = 0
    """Operators over lists of tensors: `aten::_foreach_add_`."""
    fused_calls: int = 0
    """Operators that do the whole step: `aten::_fused_adam_`."""
    gradient_fills: int = 0
    """Operators that fill gradients with zeros between steps."""
    loss_scalings: int = 0
    """Operators that unscale gradients after a scaled loss."""


class Autograd(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of the graph of gradients."""

    created: int
    evaluated: int


class Collectives(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one collective operation of which the sizes were recorded."""

    name: str
    count: int
    total_bytes: int
    small_count: int
    """Calls of less than a mebibyte."""


class Communication(msgspec.Struct, frozen=True, kw_only=True):
    """Collectives of the run; the seconds are of the wall clock, on all devices together."""

    backend: str | None = None
    seconds: float = 0.0
    """In which a kernel of a collective ran."""
    exposed_seconds: float = 0.0
    """Of those, with no other kernel running on that device."""
    collectives: list[Collectives] = []


class CompiledRegions(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of the program that a compiler of the framework made into one."""

    calls: int
    regions: int
    variants: int
    """Of the region with the most: one for each set of shapes and values it was compiled for."""


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """A framework's program; what the profiler did not record is empty or None."""

    operators: list[OperatorCalls] = []
    """Those with the most seconds first."""
    operator_seconds: float = 0.0
    """In which threads of the host ran operators, added up over threads."""
    products: list[MatrixProduct] = []
    """Those with the most operations first; needs recorded shapes."""
    convolutions: Convolutions | None = None
    scalar_reads: HostReads | None = None
    """Values of single elements: `.item()`, `float(tensor)`, `if tensor:`."""
    shape_reads: HostReads | None = None
    """Sizes of results that depend on data: `nonzero`, masks, `unique`."""
    inputs: list[InputWait] = []
    optimizer: Optimizer | None = None
    autograd: Autograd | None = None
    communication: Communication | None = None
    compiled: CompiledRegions | None = None
    data_parallel_calls: int = 0
    """Forward passes of `DataParallel`, which copies the model to each GPU every time."""


class Peers(msgspec.Struct, frozen=True, kw_only=True):
    """This rank among the ranks of its run that were read together."""

    ranks: int
    compute_seconds: float
    """In which a kernel ran on this rank that does not communicate, for each step where steps are marked."""
    median_compute_seconds: float
    """The same, of the median rank."""

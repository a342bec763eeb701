"""Facts about a framework's operators in a run: the host's time in them, what they read back, gradients."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import HostReads, Workload

Part = Callable[[Workload], float | None]


def host_workload(profile: TimelineProfile) -> Workload | None:
    """Return what the host's operators and marks tell; None where none were recorded."""
    found = profile.workload
    told = found is not None and (found.operators or found.inputs or found.optimizer or found.compiled)
    return found if told else None


def per_step(profile: TimelineProfile, count: float | None) -> float | None:
    """Return a count for each marked step, without marks for each of an optimiser; None without either."""
    work = profile.workload
    optimized = None if work is None or work.optimizer is None else work.optimizer.steps
    steps = optimized if profile.steps is None else profile.steps.count
    return None if count is None or not steps else count / steps


def gpu_span(profile: TimelineProfile) -> float | None:
    """Return the seconds from the first activity of each device to its last; None without a GPU."""
    return sum(device.span_seconds for device in profile.devices) or None


def waited_seconds(profile: TimelineProfile) -> float | None:
    """Return the seconds of all calls that wait for the GPU; None where there are none."""
    return sum(calls.total_seconds for calls in profile.synchronizations or ()) or None


def of_workload(read: Callable[[Workload], int]) -> Callable[[TimelineProfile], int | None]:
    """Return a reader of the workload; missing where the host's operators were not recorded."""

    def value(profile: TimelineProfile) -> int | None:
        work = host_workload(profile)
        return None if work is None else read(work)

    return value


def _host_fraction(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    return work.operator_seconds / profile.span_seconds if work and profile.span_seconds else None


def _share(part: Callable[[Workload], HostReads | None]) -> Callable[[TimelineProfile], float | None]:
    """Return the share of reads in the seconds of all waits for the GPU."""

    def share(profile: TimelineProfile) -> float | None:
        work, waited = host_workload(profile), waited_seconds(profile)
        if work is None or waited is None:
            return None
        reads = part(work)
        return 0.0 if reads is None else reads.total_seconds / waited

    return share


def _reads(reads: HostReads | None) -> int:
    return 0 if reads is None else reads.count


def _read_back(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    if work is None:
        return None
    copies = sum(copy.count for copy in profile.copies if copy.kind == "device-to-host")
    others = copies - _reads(work.scalar_reads) - _reads(work.shape_reads)
    return per_step(profile, max(0, others))


def _unused_gradients(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    if work is None:
        return None
    graph = work.autograd
    return 0.0 if graph is None else max(0.0, 1 - graph.evaluated / graph.created)


def _unused_nodes(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    if work is None:
        return None
    graph = work.autograd
    unused = 0 if graph is None else max(0, graph.created - graph.evaluated)
    each_step = per_step(profile, unused)
    return float(unused) if each_step is None else each_step


FACTS = (
    timeline.fact(
        "operators.host_fraction", "float", "fraction",
        "Time in which threads of the host ran operators of the framework, added up, over the whole run",
        _host_fraction,
    ),
    timeline.fact(
        "scalar_reads", "int", "waits",
        "Waits for the GPU to read a single value: `.item()`, `float(tensor)`, `if tensor:`",
        of_workload(lambda work: _reads(work.scalar_reads)),
    ),
    timeline.fact(
        "scalar_reads.wait_share", "float", "fraction",
        "Time of those waits over that of all waits for the GPU; missing where nothing waits",
        _share(lambda work: work.scalar_reads),
    ),
    timeline.fact(
        "shape_reads", "int", "waits",
        "Waits for the GPU to learn a size that depends on data: `nonzero`, a mask as index, `unique`",
        of_workload(lambda work: _reads(work.shape_reads)),
    ),
    timeline.fact(
        "shape_reads.wait_share", "float", "fraction",
        "Time of those waits over that of all waits for the GPU; missing where nothing waits",
        _share(lambda work: work.shape_reads),
    ),
    timeline.fact(
        "tensors_read_per_step", "float", "copies",
        "Copies to the host in each step, those of single values and of sizes left out",
        _read_back,
    ),
    timeline.fact(
        "gradients.unused_fraction", "float", "fraction",
        "Nodes of the graph of gradients that no backward pass came by, over all that were created",
        _unused_gradients,
    ),
    timeline.fact(
        "gradients.unused", "float", "nodes",
        "Those nodes, for each step where steps are marked or an optimiser makes them, otherwise all",
        _unused_nodes,
    ),
    timeline.fact(
        "compiled_calls", "int", "calls", "Runs of what the framework's compiler made: `torch.compile`, XLA",
        of_workload(lambda work: 0 if work.compiled is None else work.compiled.calls),
    ),
    timeline.fact(
        "compiled_variants", "int", "variants",
        "Of the part of the program that was compiled most often: how often, for how many kinds of input",
        of_workload(lambda work: 0 if work.compiled is None else work.compiled.variants),
    ),
    timeline.fact(
        "devices", "int", "devices", "GPUs that did anything in this process",
        lambda profile: len(profile.devices),
    ),
    timeline.fact(
        "data_parallel_calls", "int", "calls", "Forward passes of PyTorch's `DataParallel`",
        of_workload(lambda work: work.data_parallel_calls),
    ),
)  # fmt: skip

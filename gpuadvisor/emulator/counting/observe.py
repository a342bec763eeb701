"""From tallies per instruction to the documents: kernel counters, source lines, accesses, branches."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from gpuadvisor.emulator.counting.branches import BranchTally, Executed, branch_of
from gpuadvisor.emulator.counting.mix import execution_unit, is_division
from gpuadvisor.emulator.counting.notes import notes
from gpuadvisor.emulator.counting.padding import AccessKey, VariableOf, paddings
from gpuadvisor.emulator.counting.paths import Paths
from gpuadvisor.emulator.counting.patterns import Pattern, describe, fields_used
from gpuadvisor.emulator.counting.strides import stride_bytes_used, thread_step_bytes, warps_of
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.emulator.counting.texels import TexelTally
from gpuadvisor.emulator.counting.trace import RequestTrace
from gpuadvisor.emulator.counting.traffic import Traffic
from gpuadvisor.emulator.program import Function, SourceLine
from gpuadvisor.model.counters import KernelCounters, LineCounts
from gpuadvisor.model.kernel import Access, Branch, Launch, Observation, Padding


@dataclass(slots=True)
class Record:
    """What was counted, by program counter and unscaled."""

    function: Function
    launch: Launch
    blocks_run: int
    blocks_total: int
    trace: RequestTrace
    warps: list[int] = field(init=False)
    threads: list[int] = field(init=False)
    predicated_on: list[int] = field(init=False)
    accesses: dict[AccessKey, AccessTally] = field(default_factory=dict)
    images: dict[tuple[int, str], TexelTally] = field(default_factory=dict)
    """Textures and surfaces, by program counter and operation."""
    branches: dict[int, BranchTally] = field(default_factory=dict)
    barriers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        length = len(self.function.instructions)
        self.warps, self.threads, self.predicated_on = [0] * length, [0] * length, [0] * length

    def branch(self, pc: int) -> BranchTally:
        """Return the tally of the branch at `pc`."""
        return self.branches.setdefault(pc, BranchTally())

    def scaled(self, count: int) -> int:
        """Return a count of the executed blocks as one of the whole grid, rounded."""
        return (2 * count * self.blocks_total + self.blocks_run) // (2 * self.blocks_run)

    @property
    def stretches(self) -> int:
        """Stretches between barriers, over all warps of the executed blocks."""
        return warps_of(self.launch, self.blocks_run) + self.barriers.total()

    def location(self, pc: int) -> SourceLine:
        """Return the source line of an instruction, or its PTX line where there is none."""
        instruction = self.function.instructions[pc]
        return instruction.source or SourceLine("ptx", instruction.ptx_line)


def observe(record: Record, dram_bytes: int, variable_of: VariableOf) -> Observation:
    """Return the scaled documents; `dram_bytes` is that of the executed blocks."""
    by_pc = [_counts_at(record, pc) for pc in range(len(record.function.instructions))]
    for (pc, _, _), tally in record.accesses.items():
        by_pc[pc].update(_access_counts(tally))
    for (pc, _), image_tally in record.images.items():
        by_pc[pc].update(image_tally.counts)
    traffic = Traffic(record.trace, record.accesses)
    return Observation(
        counters=_kernel_counters(record, by_pc, dram_bytes, traffic),
        lines=_lines(record, by_pc, traffic),
        accesses=_accesses(record, variable_of, traffic) + _image_accesses(record, variable_of),
        branches=_branches(record),
        notes=notes(record.function, record.warps),
    )


def _counts_at(record: Record, pc: int) -> Counter[str]:
    branch = record.branches.get(pc, BranchTally())
    return Counter(
        warp_instructions=record.warps[pc],
        thread_instructions=record.threads[pc],
        predicated_on_thread_instructions=record.predicated_on[pc],
        branches=branch.executions,
        divergent_branches=branch.divergent,
        barriers=record.barriers[pc],
    )


def _access_counts(tally: AccessTally) -> dict[str, int]:
    prefix = f"{tally.space}_{tally.operation}"
    if tally.space == "local":
        return {f"{prefix}_requests": tally.requests} if tally.operation != "atomic" else {}
    unit = "sectors" if tally.space == "global" else "wavefronts"
    counts = {f"{prefix}_requests": tally.requests, f"{prefix}_{unit}": getattr(tally, unit)}
    if tally.operation != "atomic":
        counts[f"{prefix}_ideal_{unit}"] = getattr(tally, f"ideal_{unit}")
    return counts


def _kernel_counters(
    record: Record, by_pc: list[Counter[str]], dram_bytes: int, traffic: Traffic
) -> KernelCounters:
    totals: Counter[str] = sum(by_pc, Counter())
    mix: Counter[str] = Counter()
    divisions = 0
    for instruction, warps in zip(record.function.instructions, record.warps, strict=True):
        mix[execution_unit(instruction)] += warps
        divisions += warps if is_division(instruction) else 0
    counters = KernelCounters(
        blocks_total=record.blocks_total,
        blocks_run=record.blocks_run,
        instruction_mix={unit: record.scaled(count) for unit, count in mix.items() if count},
        division_instructions=record.scaled(divisions),
        dram_bytes=record.scaled(dram_bytes),
        load_reuse=traffic.reuse_by_loads(),
    )
    for name, count in totals.items():
        setattr(counters, name, record.scaled(count))
    return counters


def _lines(record: Record, by_pc: list[Counter[str]], traffic: Traffic) -> list[LineCounts]:
    """Return the counts of each executed source line; of each PTX line if there is no line information."""
    has_lines = any(instruction.source for instruction in record.function.instructions)
    lines: dict[SourceLine, list[int]] = {}
    for pc, counts in enumerate(by_pc):
        known = record.function.instructions[pc].source or not has_lines
        if counts["warp_instructions"] and known:
            lines.setdefault(record.location(pc), []).append(pc)
    ordered = sorted(lines.items(), key=lambda item: (item[0].file, item[0].line))
    return [_line(record, place, pcs, by_pc, traffic) for place, pcs in ordered]


def _line(
    record: Record, place: SourceLine, pcs: list[int], by_pc: list[Counter[str]], traffic: Traffic
) -> LineCounts:
    totals: Counter[str] = sum((by_pc[pc] for pc in pcs), Counter())
    counts = {name: record.scaled(count) for name, count in totals.items()}
    return LineCounts(file=place.file, line=place.line, load_reuse=traffic.reuse_by_loads(pcs), **counts)


def _accesses(record: Record, variable_of: VariableOf, traffic: Traffic) -> list[Access]:
    ordered = sorted(record.accesses.items())
    variables = {key: _variable(key, tally, variable_of) for key, tally in ordered}
    patterns = {key: describe(tally) for key, tally in ordered}
    strides = {key: pattern.lane_stride_bytes for key, pattern in patterns.items()}
    found = paddings(record.accesses, variables, strides, variable_of)
    used = _stride_bytes_used(record, variables, strides)
    return [
        _access(record, key, variables[key], patterns[key], found.get(key), used.get(key), traffic)
        for key, _ in ordered
    ]


def _stride_bytes_used(
    record: Record, variables: Mapping[AccessKey, str | None], strides: Mapping[AccessKey, int | None]
) -> dict[AccessKey, int]:
    """Return what all accesses with the same stride to a global variable use of that stride together."""
    groups: dict[tuple[str | None, int], list[AccessKey]] = {}
    for key, stride in strides.items():
        if key[1] == "global" and stride:
            groups.setdefault((variables[key], stride), []).append(key)
    return {
        key: stride_bytes_used([record.accesses[other] for other in keys], stride)
        for (_, stride), keys in groups.items()
        for key in keys
    }


def _variable(key: AccessKey, tally: AccessTally, variable_of: VariableOf) -> str | None:
    samples = tally.sampled()
    lane = samples.active[0].argmax()
    return variable_of(key[0], key[1], int(samples.addresses[0, lane]))


def _access(
    record: Record,
    key: AccessKey,
    variable: str | None,
    pattern: Pattern,
    padding: Padding | None,
    bytes_used: int | None,
    traffic: Traffic,
) -> Access:
    place, tally = record.location(key[0]), record.accesses[key]
    stride, words = pattern.lane_stride_bytes, pattern.words
    if stride is not None and bytes_used is not None:
        words += fields_used(tally.bytes_per_thread, stride, bytes_used)
    return Access(
        file=place.file,
        line=place.line,
        space=tally.space,
        operation=tally.operation,
        bytes_per_thread=tally.bytes_per_thread,
        variable=variable,
        requests=record.scaled(tally.requests),
        sectors=record.scaled(tally.sectors),
        ideal_sectors=record.scaled(tally.ideal_sectors),
        wavefronts=record.scaled(tally.wavefronts),
        ideal_wavefronts=record.scaled(tally.ideal_wavefronts),
        active_threads=tally.active_threads / tally.requests,
        lane_stride_bytes=stride,
        base_misalignment_bytes=pattern.base_misalignment_bytes,
        stride_varies=pattern.stride_varies,
        thread_step_bytes=thread_step_bytes(tally, record.stretches),
        stride_bytes_used=bytes_used,
        distinct_bytes_per_request=tally.distinct_bytes / tally.requests if tally.space != "local" else None,
        padding=padding,
        pattern=words,
        reuse=traffic.reuse([key]),
        contention=traffic.contention(key),
    )


def _image_accesses(record: Record, variable_of: VariableOf) -> list[Access]:
    """Return what instructions did to textures and surfaces."""
    found = []
    for (pc, _), tally in sorted(record.images.items()):
        place, address = record.location(pc), tally.lowest_address
        access = Access(
            file=place.file,
            line=place.line,
            space=tally.space,
            operation=tally.operation,
            bytes_per_thread=tally.bytes_per_thread,
            variable=None if address is None else variable_of(pc, "global", address),
            requests=record.scaled(tally.requests),
            sectors=record.scaled(tally.sectors),
            ideal_sectors=record.scaled(tally.ideal_sectors),
            active_threads=tally.active_threads / tally.requests,
            distinct_bytes_per_request=tally.distinct_bytes / tally.requests,
        )
        found.append(access)
    return found


def _branches(record: Record) -> list[Branch]:
    paths = Paths(record.function)
    executed = Executed(record.warps, record.threads, record.predicated_on, record.scaled)
    return [
        branch_of(pc, record.location(pc), tally, paths.ways(pc), executed)
        for pc, tally in sorted(record.branches.items())
    ]

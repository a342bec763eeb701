"""Facts about one memory instruction of a kernel: where it is and what its requests cost."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import Access, KernelProfile, Padding
from gpuadvisor.model.provenance import Provenance

Number = TypeVar("Number", int, float)


class AccessOfKernel(NamedTuple):
    """An access and the kernel it is one of many in."""

    access: Access
    kernel: KernelProfile


def _access(scene: Scene) -> AccessOfKernel | None:
    if scene.access is None or scene.kernel is None:
        return None
    return AccessOfKernel(scene.access, scene.kernel)


def _provenance(part: AccessOfKernel) -> Provenance:
    return Provenance.COUNTED if part.kernel.counters is None else part.kernel.counters.provenance


access = FactGroup[AccessOfKernel](subject="access", source="accesses", part=_access, provenance=_provenance)


def _target(access: Access) -> str:
    return f"{access.space} memory" if access.variable is None else f"`{access.variable}`"


def _per_request(count: int, access: Access) -> float | None:
    return count / access.requests if access.requests and count else None


def _on_line(part: AccessOfKernel) -> list[Access]:
    """The access and its like on the same source line, which an unrolled loop repeats."""
    here = part.access
    return [
        other
        for other in part.kernel.accesses
        if (other.file, other.line, other.space, other.operation)
        == (here.file, here.line, here.space, here.operation)
    ]


def _share(
    part: AccessOfKernel, space: str, count: Callable[[Access], int], of: Callable[[Access], int]
) -> float | None:
    if part.access.space != space:
        return None
    total = sum(of(access) for access in part.kernel.accesses if access.space == space)
    return sum(count(access) for access in _on_line(part)) / total if total else None


def _share_of_sectors(part: AccessOfKernel) -> float | None:
    return _share(part, "global", lambda access: access.sectors, lambda access: access.sectors)


def _excess_share_of_sectors(part: AccessOfKernel) -> float | None:
    return _share(
        part, "global", lambda access: access.sectors - access.ideal_sectors, lambda access: access.sectors
    )


def _share_of_wavefronts(part: AccessOfKernel) -> float | None:
    return _share(part, "shared", lambda access: access.wavefronts, lambda access: access.wavefronts)


def _field_count(part: AccessOfKernel) -> int | None:
    """Count positions modulo a sector, over all accesses that step alike through one variable."""
    stride = part.access.lane_stride_bytes
    if part.access.space != "global" or stride is None:
        return None
    return len(
        {
            other.base_misalignment_bytes
            for other in part.kernel.accesses
            if (other.space, other.variable, other.lane_stride_bytes)
            == ("global", part.access.variable, stride)
            and other.base_misalignment_bytes is not None
        }
    )


def _owns_chunk(access: Access) -> bool | None:
    stride, used, step = access.lane_stride_bytes, access.stride_bytes_used, access.thread_step_bytes
    if stride is None or used is None:
        return None
    return used >= abs(stride) or (step is not None and 0 < abs(step) <= used)


def _of_padding(part: AccessOfKernel, read: Callable[[Padding], Number]) -> Number | None:
    return None if part.access.padding is None else read(part.access.padding)


WHERE = (
    access.fact(
        "location", "str", "", "File and line", lambda part: f"{part.access.file}:{part.access.line}"
    ),
    access.fact("line", "int", "", "Line in the source", lambda part: part.access.line),
    access.fact(
        "space",
        "str",
        "",
        "`global`, `shared`, `local`, `const`, `texture` or `surface`",
        lambda part: part.access.space,
    ),
    access.fact("operation", "str", "", "`load`, `store` or `atomic`", lambda part: part.access.operation),
    access.fact(
        "variable",
        "str",
        "",
        "The kernel argument or shared variable that the addresses lie in; missing if it is none",
        lambda part: part.access.variable,
    ),
    access.fact(
        "target",
        "str",
        "",
        "The variable, or else the memory space, in words",
        lambda part: _target(part.access),
    ),
)
SHAPE = (
    access.fact(
        "bytes_per_thread",
        "int",
        "bytes",
        "Bytes that a thread moves",
        lambda part: part.access.bytes_per_thread,
    ),
    access.fact("requests", "int", "requests", "Executions by a warp", lambda part: part.access.requests),
    access.fact(
        "active_threads",
        "float",
        "threads",
        "Active threads of a request, on average",
        lambda part: part.access.active_threads,
    ),
    access.fact(
        "lane_stride_bytes",
        "int",
        "bytes",
        "Distance between neighbouring lanes; missing where no distance accounts for most pairs",
        lambda part: part.access.lane_stride_bytes,
    ),
    access.fact(
        "has_lane_stride",
        "bool",
        "",
        "Whether one distance accounts for most pairs of neighbouring lanes",
        lambda part: part.access.lane_stride_bytes is not None,
    ),
    access.fact(
        "base_misalignment_bytes",
        "int",
        "bytes",
        "First lane's address modulo 32; missing where it varies",
        lambda part: part.access.base_misalignment_bytes,
    ),
    access.fact(
        "structure_fields",
        "int",
        "fields",
        "Different positions within an element at which the kernel's accesses to the same variable with the "
        "same stride lie: more than one tells a structure from a stride in the index",
        _field_count,
    ),
    access.fact(
        "stride_varies",
        "bool",
        "",
        "Whether most requests have a distance of their own between lanes, but not the same one",
        lambda part: part.access.stride_varies,
    ),
    access.fact(
        "stride_bytes_used",
        "int",
        "bytes",
        "Bytes of the distance between lanes that a thread touches when each of the kernel's accesses with "
        "that distance to the variable is executed once; global memory only",
        lambda part: part.access.stride_bytes_used,
    ),
    access.fact(
        "thread_step_bytes",
        "int",
        "bytes",
        "How far a thread moves from one execution to the next; missing where it makes one, or in loops "
        "with barriers",
        lambda part: part.access.thread_step_bytes,
    ),
    access.fact(
        "owns_chunk",
        "bool",
        "",
        "Whether a thread works through neighbouring bytes of its own: those accesses together use all of "
        "the distance, or each execution begins where the last one ended",
        lambda part: _owns_chunk(part.access),
    ),
    access.fact("pattern", "str", "", "The pattern of addresses in words", lambda part: part.access.pattern),
)
SECTORS = (
    access.fact(
        "sectors_per_request",
        "float",
        "sectors per request",
        "32-byte sectors that a request touches; missing for spaces without sectors",
        lambda part: _per_request(part.access.sectors, part.access),
    ),
    access.fact(
        "ideal_sectors_per_request",
        "float",
        "sectors per request",
        "The fewest sectors that could hold the bytes a request touches",
        lambda part: _per_request(part.access.ideal_sectors, part.access),
    ),
    access.fact(
        "distinct_bytes_per_request",
        "float",
        "bytes",
        "Different bytes that a request touches",
        lambda part: part.access.distinct_bytes_per_request,
    ),
    access.fact(
        "share_of_kernel_sectors",
        "float",
        "fraction",
        "Sectors of this operation on this source line over all global sectors of the kernel; missing for "
        "other spaces",
        _share_of_sectors,
    ),
    access.fact(
        "excess_share_of_kernel_sectors",
        "float",
        "fraction",
        "Sectors beyond the ideal of this operation on this source line over all global sectors of the "
        "kernel",
        _excess_share_of_sectors,
    ),
)
WAVEFRONTS = (
    access.fact(
        "wavefronts_per_request",
        "float",
        "wavefronts per request",
        "Passes through shared memory that a request needs; missing for other spaces",
        lambda part: _per_request(part.access.wavefronts, part.access),
    ),
    access.fact(
        "ideal_wavefronts_per_request",
        "float",
        "wavefronts per request",
        "Passes it would need without bank conflicts",
        lambda part: _per_request(part.access.ideal_wavefronts, part.access),
    ),
    access.fact(
        "share_of_kernel_wavefronts",
        "float",
        "fraction",
        "Wavefronts of this operation on this source line over all shared wavefronts of the kernel; missing "
        "for other spaces",
        _share_of_wavefronts,
    ),
    access.fact(
        "row_pitch_bytes",
        "int",
        "bytes",
        "Distance between the rows of a shared array for which a padding was found",
        lambda part: _of_padding(part, lambda padding: padding.row_pitch_bytes),
    ),
    access.fact(
        "padding_bytes",
        "int",
        "bytes",
        "Padding per row that removes most conflicts, found by trying on the recorded addresses",
        lambda part: _of_padding(part, lambda padding: padding.pad_bytes),
    ),
    access.fact(
        "padded_wavefronts_per_request",
        "float",
        "wavefronts per request",
        "Passes a request would need with that padding",
        lambda part: _of_padding(part, lambda padding: padding.wavefronts_per_request),
    ),
    access.fact(
        "has_padding",
        "bool",
        "",
        "Whether a padding was found",
        lambda part: part.access.padding is not None,
    ),
)
FACTS = (*WHERE, *SHAPE, *SECTORS, *WAVEFRONTS)

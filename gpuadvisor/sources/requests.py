"""Which launches to run: those of the launch file, chosen and changed by what the command line says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launches import LaunchRequest


@dataclass(frozen=True, kw_only=True)
class InlineLaunch:
    """A launch given as options; what is None or empty comes from the launch file."""

    grid: tuple[int, int, int] | None = None
    block: tuple[int, int, int] | None = None
    dynamic_shared_bytes: int | None = None
    arguments: tuple[ArgumentSpec, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether any option was used."""
        return self != InlineLaunch()

    @property
    def is_whole(self) -> bool:
        """Whether it can stand without a launch file."""
        return self.grid is not None and self.block is not None and bool(self.arguments)


def choose_requests(
    listed: Sequence[LaunchRequest], kernels: Sequence[str], inline: InlineLaunch
) -> list[LaunchRequest]:
    """Return the listed launches of `kernels` (all if empty), changed by the inline options.

    Inline options for a kernel that is not listed make a launch of their own. A given kernel without any
    launch is left for `analyze_source` to explain.
    """
    chosen = _with_preparations(listed, kernels)
    if not inline.is_given:
        return chosen
    if len(kernels) != 1:
        raise GpuAdvisorError(
            "--grid, --block, --shared and --arg describe the launch of one kernel",
            remedy="name it: --kernel NAME",
        )
    if not chosen or inline.is_whole:
        return [_new(kernels[0], inline)]
    return [_changed(request, inline) if request.reported else request for request in chosen]


def _with_preparations(listed: Sequence[LaunchRequest], kernels: Sequence[str]) -> list[LaunchRequest]:
    """Return the wanted launches and, unreported, those before them that work on the same buffers."""
    wanted = [not kernels or any(matches(kernel, request.kernel) for kernel in kernels) for request in listed]
    return [
        replace(request, reported=wanted[position])
        for position, request in enumerate(listed)
        if wanted[position] or (request.buffers and any(wanted[position:]))
    ]


def _changed(request: LaunchRequest, inline: InlineLaunch) -> LaunchRequest:
    shared = inline.dynamic_shared_bytes
    launch = msgspec.structs.replace(
        request.launch,
        grid=inline.grid or request.launch.grid,
        block=inline.block or request.launch.block,
        dynamic_shared_bytes=request.launch.dynamic_shared_bytes if shared is None else shared,
    )
    if not inline.arguments:
        return replace(request, launch=launch)
    return replace(request, launch=launch, arguments=inline.arguments, inputs=None)


def _new(kernel: str, inline: InlineLaunch) -> LaunchRequest:
    if inline.grid is None or inline.block is None:
        raise GpuAdvisorError(
            f"{kernel} has no launch to change",
            remedy="give the whole launch: --grid X,Y --block X,Y and one --arg per parameter",
        )
    launch = Launch(
        grid=inline.grid, block=inline.block, dynamic_shared_bytes=inline.dynamic_shared_bytes or 0
    )
    return LaunchRequest(kernel=kernel, launch=launch, arguments=inline.arguments)

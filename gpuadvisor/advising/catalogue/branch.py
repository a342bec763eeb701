"""Facts about one conditional branch of a kernel."""

from collections import Counter
from typing import NamedTuple

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import Branch, KernelProfile
from gpuadvisor.model.provenance import Provenance


class BranchOfKernel(NamedTuple):
    """A branch and the kernel it is one of many in."""

    branch: Branch
    kernel: KernelProfile


def _branch(scene: Scene) -> BranchOfKernel | None:
    if scene.branch is None or scene.kernel is None:
        return None
    return BranchOfKernel(scene.branch, scene.kernel)


def _provenance(part: BranchOfKernel) -> Provenance:
    return Provenance.COUNTED if part.kernel.counters is None else part.kernel.counters.provenance


def divergence_by_line(kernel: KernelProfile) -> Counter[tuple[str, int]]:
    """Return the divergent executions of the branches on each source line."""
    counts: Counter[tuple[str, int]] = Counter()
    for branch in kernel.branches:
        counts[branch.file, branch.line] += branch.divergent
    return counts


def _share(part: BranchOfKernel) -> float | None:
    counts = divergence_by_line(part.kernel)
    return counts[part.branch.file, part.branch.line] / counts.total() if counts.total() else None


branch = FactGroup[BranchOfKernel](subject="branch", source="branches", part=_branch, provenance=_provenance)

FACTS = (
    branch.fact(
        "location",
        "str",
        "",
        "File and line of the branch",
        lambda part: f"{part.branch.file}:{part.branch.line}",
    ),
    branch.fact("executions", "int", "branches", "Executions by a warp", lambda part: part.branch.executions),
    branch.fact(
        "divergent",
        "int",
        "branches",
        "Executions whose threads went both ways",
        lambda part: part.branch.divergent,
    ),
    branch.fact(
        "divergent_fraction",
        "float",
        "fraction",
        "Divergent executions over executions",
        lambda part: part.branch.divergent / part.branch.executions if part.branch.executions else None,
    ),
    branch.fact(
        "share_of_divergence",
        "float",
        "fraction",
        "Divergent executions of the branches on this source line over those of the whole kernel; missing if "
        "there are none",
        _share,
    ),
    branch.fact(
        "active_threads",
        "float",
        "threads",
        "Threads that reach the branch together, on average",
        lambda part: part.branch.active_threads,
    ),
)

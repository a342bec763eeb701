"""One framework: installed, does it start, what was it built for, does it see the GPUs, can it use them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gpuadvisor.devices.driver import version_text
from gpuadvisor.examining.compatibility import Fit, fit, has_code_for, newer_driver, release
from gpuadvisor.examining.frameworks import BY_NAME, Framework
from gpuadvisor.examining.libraries import CLASH, missing_library, wheel
from gpuadvisor.examining.looks.nvidia import Gpu
from gpuadvisor.examining.looks.sight import Sight
from gpuadvisor.examining.requirements import least_of
from gpuadvisor.examining.thresholds import Capability, capability_text
from gpuadvisor.model.doctor import Part, Status

LONGEST_REASON = 160
OTHER_LIBRARIES = (
    "libraries of another CUDA release come first: unset LD_LIBRARY_PATH, or reinstall the nvidia-* wheels"
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the frameworks have to work with."""

    supported: int | None
    """The CUDA that the driver supports; None without a driver."""
    gpus: Sequence[Gpu] = ()
    working: frozenset[str] = frozenset()
    """The frameworks, by name, that answered and are built for CUDA."""
    hidden: bool = False
    """Whether CUDA_VISIBLE_DEVICES hides all GPUs."""

    @property
    def cuda_major(self) -> int | None:
        """The major version of that CUDA."""
        return None if self.supported is None else self.supported // 1000


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A status with its words."""

    status: Status
    summary: str
    remedy: str | None = None
    optional: bool = False


def absent(framework: Framework, place: Place) -> Part:
    """Judge a framework that is not installed."""
    remedy = framework.remedy(place.cuda_major)
    return _part(framework, Verdict(status="missing", summary="not installed", remedy=remedy, optional=True))


def late(framework: Framework, glimpse: Sight | None, limit_seconds: float, place: Place) -> Part:
    """Judge a framework that did not answer; `glimpse` is what its files tell of it."""
    waited = f"did not start within {limit_seconds:g} s"
    if glimpse is not None and not glimpse.has_cuda:
        verdict = _without_cuda(framework, glimpse, place)
        return _part(framework, replace(verdict, summary=f"{verdict.summary}; it {waited}"), glimpse)
    version = framework.installed_version() or "installed"
    summary = f"{_build(glimpse) if glimpse else version}, {waited}"
    remedy = "give it more time: gpuadvisor doctor --limit 60"
    return _part(framework, Verdict(status="missing", summary=summary, remedy=remedy), glimpse)


def broken(framework: Framework, reason: str, place: Place) -> Part:
    """Judge a framework that cannot be imported, or that ends its process."""
    version = framework.installed_version() or "installed"
    library = missing_library(reason)
    major = framework.required_cuda_major() or place.cuda_major
    remedy = _library_remedy(framework, library, major)
    if library is None and CLASH.search(reason):
        remedy = OTHER_LIBRARIES
    summary = f"{version}, does not start: {f'{library} is missing' if library else _short(reason)}"
    return _part(framework, Verdict(status="missing", summary=summary, remedy=remedy))


def seen(framework: Framework, sight: Sight, log: str, place: Place) -> Part:
    """Judge a framework that answered; `log` is what its process printed."""
    if not sight.has_cuda:
        verdict = _without_cuda(framework, sight, place)
    elif place.supported is None:
        verdict = Verdict(status="warning", summary=f"{_build(sight)}, sees no GPU: there is no driver")
    else:
        verdict = (
            _unfit(sight, place.supported)
            or _without_library(framework, sight, log, place)
            or _blind(sight, place)
            or _without_partner(framework, sight, place)
            or _without_code(framework, sight, place)
            or _fine(sight, place.supported)
        )
    return _part(framework, verdict, sight)


def _without_cuda(framework: Framework, sight: Sight, place: Place) -> Verdict:
    build = sight.problem if sight.problem and "ROCm" in sight.problem else "a build for the CPU"
    remedy = framework.remedy(place.cuda_major) if place.gpus else None
    return Verdict(status="warning", summary=f"{sight.version}, {build}: uses no NVIDIA GPU", remedy=remedy)


def _unfit(sight: Sight, supported: int) -> Verdict | None:
    if sight.cuda is None or fit(sight.cuda, supported) is not Fit.NONE:
        return None
    return Verdict(
        status="warning",
        summary=f"{_build(sight)}, which the driver does not run: it supports CUDA {version_text(supported)}",
        remedy=f"{newer_driver(sight.cuda)}, or install a build for CUDA {supported // 1000}",
    )


def _without_library(framework: Framework, sight: Sight, log: str, place: Place) -> Verdict | None:
    """Blame what is missing where no GPU is seen, or where the framework itself complains of it."""
    library = missing_library(sight.problem or "") or (None if sight.devices else missing_library(log))
    if library is None:
        return None
    major = release(sight.cuda)[0] if sight.cuda else place.cuda_major
    effect = "cannot build kernels" if sight.devices else "sees no GPU"
    return Verdict(
        status="warning",
        summary=f"{_build(sight)}, {effect}: {library} is missing",
        remedy=_library_remedy(framework, library, major),
    )


def _blind(sight: Sight, place: Place) -> Verdict | None:
    if sight.devices:
        return None
    if place.hidden:
        return Verdict(
            status="warning", summary=f"{_build(sight)}, sees no GPU: CUDA_VISIBLE_DEVICES hides all"
        )
    if not place.gpus:
        return Verdict(status="warning", summary=f"{_build(sight)}, sees no GPU: there is none")
    return Verdict(
        status="warning",
        summary=f"{_build(sight)}, sees no GPU: {_short(sight.problem or 'it does not say why')}",
        remedy="see whether `nvidia-smi` answers and the environment hides no GPU (CUDA_VISIBLE_DEVICES)",
    )


def _without_partner(framework: Framework, sight: Sight, place: Place) -> Verdict | None:
    partner = framework.launches_through
    if partner is None or partner in place.working:
        return None
    title = BY_NAME[partner].title
    return Verdict(
        status="warning",
        summary=f"{_build(sight)}, launches kernels through {title}, which has no working CUDA build here",
        remedy=BY_NAME[partner].remedy(place.cuda_major),
    )


def _without_code(framework: Framework, sight: Sight, place: Place) -> Verdict | None:
    unserved = [gpu for gpu in place.gpus if not serves(framework, sight, gpu.compute_capability)]
    if not unserved:
        return None
    capability = capability_text(unserved[0].compute_capability)
    return Verdict(
        status="warning",
        summary=f"{_build(sight)}, has no code for GPU {unserved[0].index}, compute capability {capability}",
        remedy="install a release that serves it: an older one for an older GPU, a newer one for a newer GPU",
    )


def serves(framework: Framework, sight: Sight, capability: Capability) -> bool:
    """Return whether the build runs on such a GPU, by what it has code for and by what it needs."""
    if sight.architectures and not has_code_for(sight.architectures, capability):
        return False
    least = least_of(framework, sight)
    return least is None or capability >= least


def _fine(sight: Sight, supported: int) -> Verdict:
    count = "the GPU" if sight.devices == 1 else f"{sight.devices} GPUs"
    is_newer = sight.cuda is not None and fit(sight.cuda, supported) is Fit.MINOR
    note = " (newer than the driver's by a minor version)" if is_newer else ""
    return Verdict(status="ok", summary=f"{_build(sight)}{note}, sees {count}")


def _library_remedy(framework: Framework, library: str | None, cuda_major: int | None) -> str:
    found = wheel(library, cuda_major) if library else None
    whole = f"reinstall it with all that it needs: {framework.remedy(cuda_major)}"
    return f"pip install {found}, or {whole}" if found else whole


def _build(sight: Sight) -> str:
    return f"{sight.version} for CUDA {sight.cuda}" if sight.cuda else sight.version


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]}..."


def _part(framework: Framework, verdict: Verdict, sight: Sight | None = None) -> Part:
    return Part(
        name=framework.name,
        title=framework.title,
        group="frameworks",
        status=verdict.status,
        summary=verdict.summary,
        remedy=verdict.remedy,
        optional=verdict.optional,
        facts={}
        if sight is None
        else {
            "version": sight.version,
            "cuda": sight.cuda,
            "devices": sight.devices,
            "architectures": sight.architectures,
        },
    )

"""Whether the driver runs what is built here: one part over all that was built for some CUDA."""

from collections.abc import Iterable

from gpuadvisor.devices.driver import version_text
from gpuadvisor.examining.compatibility import Fit, fit, newer_driver, newest
from gpuadvisor.model.doctor import Part, Status

Built = dict[str, str]
"""The CUDA version, by what was built for it."""


def cuda(supported: int | None, built: Built) -> Part:
    """Judge every build against the driver, which supports CUDA `supported` (None: there is no driver)."""
    if supported is None:
        here = f"; here are {_listed(built, built)}" if built else ""
        return _part("missing", f"no driver to fit{here}", built)
    driver = f"the driver supports {version_text(supported)}"
    fits = {what: fit(version, supported) for what, version in built.items()}
    unfit = [what for what, each in fits.items() if each is Fit.NONE]
    if unfit:
        update = newer_driver(newest(built[what] for what in unfit))
        remedy = f"{update}, or install builds for CUDA {supported // 1000}"
        return _part("warning", f"{driver}, too old for {_listed(built, unfit)}", built, remedy)
    newer = [what for what, each in fits.items() if each is Fit.MINOR]
    fitting = f" and runs {_listed(built, built)}" if built else ""
    note = f" (by minor-version compatibility, without their PTX: {', '.join(newer)})" if newer else ""
    return _part("ok", f"{driver}{fitting}{note}", built)


def _listed(built: Built, names: Iterable[str]) -> str:
    return ", ".join(f"{name} (for {built[name]})" for name in names)


def _part(status: Status, summary: str, built: Built, remedy: str | None = None) -> Part:
    return Part(
        name="cuda",
        title="CUDA",
        group="GPU",
        status=status,
        summary=summary,
        remedy=remedy,
        facts={"built_for": [f"{what} {version}" for what, version in built.items()]},
    )

"""Write docs/measurements.md: `python -m tools.measurements_page > docs/measurements.md`."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from gpuadvisor.model.documents import read
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.reporting.numbers import magnitude
from tools.recording.published import Figure, Quantity, Recorded, published, recorded

RECORDED = Path(__file__).parents[1] / "tests" / "recorded"
HAND_MADE = "hand-made"
NONE = "none yet"
SCALED = ("bytes/s", "s")
"""Written with units of their own: GB/s, us."""

HEAD = """\
# Measurements

What probes measured on real GPUs, beside what others published. Generated from the machine profiles in
`tests/recorded/` and from `tools/recording/published.toml`; regenerate it with

    python -m tools.measurements_page > docs/measurements.md

`make gpu`, on a machine with an NVIDIA GPU, records a profile there. A value is the median of at least ten
samples; the interval is the median's, between order statistics, at 95 % confidence or more. *Of peak* is the
share of the theoretical peak at the highest clocks, and in brackets at the clocks that the GPU ran at. Points
that are not valid (throttled, scattered, outside their bounds) do not appear. Published figures are others'
and were taken by their methods; where two are given, they disagree or describe a range.
"""


def measurements_document(profiles: Sequence[MachineProfile]) -> str:
    """Return docs/measurements.md for these profiles."""
    sections = [_section(quantity, profiles) for quantity in published().quantities]
    return "\n".join([HEAD, "## Recorded", "", _recordings(profiles), "", *sections, _sources()])


def recorded_profiles(folder: Path = RECORDED) -> list[MachineProfile]:
    """Return every recorded profile of a real GPU, those made by hand left out."""
    paths = [path for path in sorted(folder.glob("*/*.json")) if not path.parent.name.startswith(HAND_MADE)]
    documents = [read(path) for path in paths]
    return [document for document in documents if isinstance(document, MachineProfile)]


def _recordings(profiles: Sequence[MachineProfile]) -> str:
    if not profiles:
        return f"{NONE.capitalize()}: no GPU has been measured so far."
    return _table(
        ["GPU", "date", "driver", "CUDA", "clock under load", "memory clock", "gpuadvisor"],
        (_recording(profile) for profile in profiles),
    )


def _recording(profile: MachineProfile) -> list[str]:
    now = profile.device.conditions
    points = [point for result in profile.probes for point in result.points]
    seen = [point.conditions for point in points if point.conditions]
    clocks = sorted(each.sm_clock_hz for each in seen if each.sm_clock_hz)
    memory = sorted(each.memory_clock_hz for each in seen if each.memory_clock_hz)
    return [
        profile.device.name,
        profile.created[:10],
        (now.driver_version if now else None) or "unknown",
        (now.cuda_driver_version if now else None) or "unknown",
        f"{_range(clocks)} of {_megahertz(profile.device.sm_clock_hz)}",
        _range(memory),
        profile.tool.version,
    ]


def _section(quantity: Quantity, profiles: Sequence[MachineProfile]) -> str:
    unit = "" if quantity.unit in SCALED else f", {quantity.unit}"
    head = ["GPU", f"recorded{unit}", "interval", "of peak", f"published{unit}"]
    return "\n".join(
        [f"## {quantity.title}", "", *quantity.method, "", _table(head, _rows(quantity, profiles)), ""]
    )


def _rows(quantity: Quantity, profiles: Sequence[MachineProfile]) -> Iterable[list[str]]:
    known = published()
    mine = [(known.gpu(profile.device.name), recorded(profile, quantity)) for profile in profiles]
    measured = {gpu: found for gpu, found in mine if found is not None}
    for gpu in dict.fromkeys([*measured, *quantity.published]):
        yield [gpu, *_cells(measured.get(gpu), quantity), _figures(quantity.figures(gpu), quantity.unit)]


def _cells(found: Recorded | None, quantity: Quantity) -> list[str]:
    if found is None:
        return [NONE, "", ""]
    name = found.metric.name
    low, high = found.point.intervals.get(name, (None, None))
    of_peak, at_clock = found.point.of_peak.get(name), found.point.of_peak_at_clock.get(name)
    return [
        _text(found.value, quantity.unit),
        "" if low is None or high is None else f"{_text(low, quantity.unit)} .. {_text(high, quantity.unit)}",
        "" if of_peak is None else f"{of_peak:.1%}" + ("" if at_clock is None else f" ({at_clock:.1%})"),
    ]


def _figures(figures: Sequence[Figure], unit: str) -> str:
    return ", ".join(f"{_text(each.value, unit)} [{each.source}]" for each in figures)


def _sources() -> str:
    rows = (f"- **[{key}]** {text}" for key, text in published().sources.items())
    return "\n".join(["## Sources", "", *rows, ""])


def _text(value: float, unit: str) -> str:
    return magnitude(value, unit)


def _range(clocks_hz: Sequence[float]) -> str:
    if not clocks_hz:
        return "unknown"
    low, high = _megahertz(clocks_hz[0]), _megahertz(clocks_hz[-1])
    return low if low == high else f"{low} .. {high}"


def _megahertz(hertz: float) -> str:
    return f"{hertz / 1e6:.0f} MHz"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(measurements_document(recorded_profiles()))

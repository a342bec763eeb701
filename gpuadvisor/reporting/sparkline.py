"""A curve in one line of text."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*#@"


def sparkline(values: Sequence[float | None], *, ascii_only: bool = False) -> str:
    """Return one bar per value, scaled from zero to the largest; a gap (None) is a blank."""
    bars = _ASCII if ascii_only else _BARS
    top = max((value for value in values if value is not None), default=0.0)
    if top <= 0:
        return "".join(" " if value is None else bars[0] for value in values)
    steps = len(bars) - 1
    return "".join(" " if value is None else bars[round(steps * max(value, 0) / top)] for value in values)

"""Values and changes in words, as every output of the gate has them."""

from gpuadvisor.advising.messages import format_value
from gpuadvisor.model.gate import GateValue

_TIMES_FROM = 4
"""From this ratio on a percentage is harder to read than a factor."""


def shown(value: GateValue, unit: str) -> str:
    """Return a value with its unit: `20 registers`, `12.5 %`, `3.5 us`."""
    text = format_value(value, unit)
    counted = isinstance(value, int | float) and not isinstance(value, bool) and text[-1].isdigit()
    return f"{text} {unit}" if counted and unit else text


def change_in_words(before: float, after: float, unit: str) -> str:
    """Return `rose from 16 to 20 registers (+25 %)`, or `stays at 16 registers`."""
    if before == after:
        return f"stays at {shown(after, unit)}"
    verb = "rose" if after > before else "fell"
    return f"{verb} from {format_value(before, unit)} to {shown(after, unit)}{share(before, after)}"


def share(before: float, after: float) -> str:
    """Return ` (+25 %)`, ` (32 times)`, or nothing where there was nothing before."""
    if not before:
        return ""
    ratio = after / before
    return f" ({ratio:.3g} times)" if ratio >= _TIMES_FROM else f" ({100 * (ratio - 1):+.3g} %)"

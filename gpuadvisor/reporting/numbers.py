"""Numbers as people read them."""

_DECIMAL = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_BINARY = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
_SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


def plain(value: float) -> str:
    """Return a number with at most three significant decimals: `32`, `4.25`, `0.031`, `131,072`."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def counted(value: float, noun: str) -> str:
    """Return a number of things: `1 sector`, `4.5 sectors`."""
    number = plain(value)
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def ratio(numerator: float, denominator: float) -> str:
    """Return a quotient; a dash where there is nothing to divide by."""
    return plain(numerator / denominator) if denominator else "-"


def seconds(value: float) -> str:
    """Return a duration in the unit that leaves one to three digits before the point."""
    scale, unit = next(((scale, unit) for scale, unit in _SMALL if abs(value) >= scale), _SMALL[-1])
    return f"{value / scale:.3g} {unit}"


def byte_size(value: float) -> str:
    """Return a size in binary units: `48 KiB`."""
    for scale, unit in _BINARY:
        if abs(value) >= scale:
            return f"{value / scale:.4g} {unit}"
    return f"{plain(value)} B"


def decimal(value: float, unit: str) -> str:
    """Return a rate or frequency in decimal units: `3.35 TB/s`, `1.98 GHz`."""
    for scale, prefix in _DECIMAL:
        if abs(value) >= scale:
            return f"{value / scale:.3g} {prefix}{unit}"
    return f"{plain(value)} {unit}"


def percent(fraction: float) -> str:
    """Return a fraction of one as a percentage."""
    return f"{100 * fraction:.3g} %"


def magnitude(value: float, unit: str) -> str:
    """Return a number without its unit, unless the unit is one that is scaled: seconds, bytes, rates."""
    match unit:
        case "s" | "seconds":
            return seconds(value)
        case "B" | "bytes":
            return byte_size(value)
        case "B/s" | "bytes/s" | "Hz":
            return decimal(value, unit.replace("bytes", "B"))
        case "fraction":
            return percent(value)
    return plain(value)


def quantity(value: object, unit: str) -> str:
    """Return a value of the fact catalogue or of a probe with its unit."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = magnitude(value, unit)
    return f"{text} {unit}" if unit not in ("", "1") and text == plain(value) else text

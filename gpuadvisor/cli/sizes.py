"""Sizes of memory as options: `8GiB`, `500MB`, `1073741824`."""

import re

import click

_UNITS = {"": 1, "b": 1} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("kmgt", start=1)
    for suffix, base in (("", 1024), ("b", 1000), ("ib", 1024))
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)", re.IGNORECASE)


class SizeType(click.ParamType[int]):
    """A number of bytes: with KB, MB, GB, TB as powers of 1000, with KiB... or K... as powers of 1024."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes; fail where the text is no size."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value.strip())
        factor = None if match is None else _UNITS.get(match[2].lower())
        if match is None or factor is None or not (size := int(float(match[1]) * factor)):
            self.fail(f"{value!r} is not a size; write it as 8GiB or 500MB", param, ctx)
        return size


SIZE = SizeType()

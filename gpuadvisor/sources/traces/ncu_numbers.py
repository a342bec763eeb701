"""Numbers as Nsight Compute writes them: with the separators of the user's locale."""

import re

_SPACES = re.compile("[\\s'\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}]")
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*(?:[eE][-+]?\d+)?")
_GROUPS = re.compile(r"[-+]?\d{1,3}(?:[.,]\d{3})+")


class Separators:
    """Learns from all numbers of a file whether a comma or a point begins the decimals.

    `1,234` alone could be either; then the comma groups thousands, as in ncu's own language.
    """

    def __init__(self) -> None:
        self._decimal_commas = self._decimal_points = 0

    def learn(self, text: str) -> None:
        """Take note of one written number; any other text teaches nothing."""
        number = _SPACES.sub("", text)
        if ("," not in number and "." not in number) or not _NUMBER.fullmatch(number):
            return
        last = max(number.rfind(","), number.rfind("."))
        mixed = "," in number and "." in number
        if mixed or not _GROUPS.fullmatch(number):
            self._decimal_commas += number[last] == ","
            self._decimal_points += number[last] == "."

    def number(self, text: str) -> float | None:
        """Return a written number, None for any other text."""
        number = _SPACES.sub("", text)
        if not _NUMBER.fullmatch(number):
            return None
        comma = self._decimal_commas > self._decimal_points
        grouping, decimal = (".", ",") if comma else (",", ".")
        try:
            return float(number.replace(grouping, "").replace(decimal, "."))
        except ValueError:
            return None

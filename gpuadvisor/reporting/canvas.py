"""Lines drawn in text: eight dots to a character where the terminal has Braille patterns, else one."""

from itertools import product

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of a Braille pattern, by row and column (Unicode Standard, Braille Patterns)."""
_BRAILLE = 0x2800
_ASCII = "*"


class Canvas:
    """A field of characters; coordinates run from 0 to 1, to the right and upwards."""

    def __init__(self, columns: int, rows: int, *, ascii_only: bool = False) -> None:
        self._across, self._down = (1, 1) if ascii_only else (2, 4)
        self._width, self._height = columns * self._across, rows * self._down
        self._dots: set[tuple[int, int]] = set()
        self.columns, self.rows = columns, rows

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a straight line; what lies outside is left out."""
        (x, y), (to_x, to_y) = self._place(start), self._place(end)
        count = max(1, round(max(abs(to_x - x), abs(to_y - y))))
        for step in range(count + 1):
            dot = round(x + (to_x - x) * step / count), round(y + (to_y - y) * step / count)
            if 0 <= dot[0] < self._width and 0 <= dot[1] < self._height:
                self._dots.add(dot)

    def row(self, height: float) -> int:
        """Return the row of characters, from the top, in which a height lies."""
        return min(max(round(self._place((0, height))[1]), 0), self._height - 1) // self._down

    def lines(self) -> list[str]:
        """Return the rows, from the top."""
        return [
            "".join(self._character(column, row) for column in range(self.columns))
            for row in range(self.rows)
        ]

    def _place(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * (self._width - 1), (1 - point[1]) * (self._height - 1)

    def _character(self, column: int, row: int) -> str:
        inside = [
            (x, y)
            for x, y in product(range(self._across), range(self._down))
            if (column * self._across + x, row * self._down + y) in self._dots
        ]
        if not inside:
            return " "
        return _ASCII if self._across == 1 else chr(_BRAILLE | sum(_DOTS[y][x] for x, y in inside))

"""Lines land where they should, in Braille and in plain characters."""

import pytest

from gpuadvisor.reporting.canvas import Canvas


def drawn(columns: int, rows: int, *lines: tuple[tuple[float, float], tuple[float, float]]) -> list[str]:
    canvas = Canvas(columns, rows, ascii_only=True)
    for start, end in lines:
        canvas.line(start, end)
    return canvas.lines()


def test_a_diagonal_rises_to_the_right() -> None:
    assert drawn(4, 4, ((0, 0), (1, 1))) == ["   *", "  * ", " *  ", "*   "]


def test_a_level_line_is_level() -> None:
    assert drawn(5, 3, ((0, 0.5), (1, 0.5))) == ["     ", "*****", "     "]


def test_what_lies_outside_is_left_out() -> None:
    assert drawn(3, 1, ((-1, 0), (0, 0)), ((5, 5), (6, 6))) == ["*  "]


def test_a_point_is_a_line_too() -> None:
    assert drawn(2, 1, ((1, 0), (1, 0))) == [" *"]


def test_braille_has_eight_dots_to_a_character() -> None:
    canvas = Canvas(1, 1)
    canvas.line((0, 1), (0, 0))
    assert canvas.lines() == ["⡇"]
    canvas.line((1, 1), (1, 0))
    assert canvas.lines() == ["⣿"]


@pytest.mark.parametrize(("height", "row"), [(1.0, 0), (0.0, 3), (0.99, 0), (2.0, 0), (-1.0, 3)])
def test_a_height_lies_in_a_row(height: float, row: int) -> None:
    assert Canvas(2, 4).row(height) == row

"""Which steps are recorded: counted by hand."""

import pytest

from gpuadvisor.live.steps import StepCount, StepLimits, Turn

BEGIN, NEXT, END, NOTHING = Turn.BEGIN, Turn.NEXT, Turn.END, Turn.NOTHING


@pytest.mark.parametrize(
    ("wait", "steps", "turns"),
    [
        (0, 1, [END, NOTHING, NOTHING]),
        (0, 3, [NEXT, NEXT, END, NOTHING]),
        (1, 1, [BEGIN, END, NOTHING]),
        (1, 2, [BEGIN, NEXT, END, NOTHING]),
        (3, 2, [NOTHING, NOTHING, BEGIN, NEXT, END, NOTHING, NOTHING]),
    ],
)
def test_the_first_are_left_out_and_the_next_recorded(wait: int, steps: int, turns: list[Turn]) -> None:
    count = StepCount(StepLimits(wait=wait, steps=steps))
    assert [count.end_step() for _ in turns] == turns
    assert count.made == len(turns)

"""Keep a GPU busy until its clock no longer changes: an idle one is slow, and slow to wake."""

import time
from collections.abc import Callable
from dataclasses import dataclass

STEP_SECONDS = 0.02
STEADY_READINGS = 5
STEADY_CHANGE = 0.01
"""Clocks step by 15 MHz, which is below this from 1.5 GHz on; one step up and down counts as steady."""
AWAKE = 0.8
"""The share of its highest clock below which a GPU may only be waking."""
LEAST_ASLEEP_SECONDS = 0.3
LIMIT_SECONDS = 1.0
"""An A100 stays below its clock for some hundreds of milliseconds of light work (RRZE's gpu-latency)."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """The clock at the end, and whether it had become steady."""

    clock_hz: float
    steady: bool
    seconds: float


def warm_clock(
    work: Callable[[float], None],
    clock_hz: Callable[[], float | None],
    highest_hz: float,
    now: Callable[[], float] = time.monotonic,
) -> Warmth | None:
    """Work in short steps until the clock is steady, at most a second; None where nothing tells the clock.

    `work(seconds)` keeps the GPU busy so long and returns then. A clock far below the highest is taken as
    steady only after a while: it may not have begun to rise.
    """
    start, readings = now(), list[float]()
    while True:
        work(STEP_SECONDS)
        reading = clock_hz()
        if reading is None:
            return None
        readings.append(reading)
        seconds = now() - start
        asleep = reading < AWAKE * highest_hz and seconds < LEAST_ASLEEP_SECONDS
        if _is_steady(readings) and not asleep:
            return Warmth(reading, steady=True, seconds=seconds)
        if seconds >= LIMIT_SECONDS:
            return Warmth(reading, steady=False, seconds=seconds)


def _is_steady(readings: list[float]) -> bool:
    last = readings[-STEADY_READINGS:]
    return len(last) == STEADY_READINGS and max(last) - min(last) <= 2 * STEADY_CHANGE * max(last)

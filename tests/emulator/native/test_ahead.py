"""Results that a thread works out beforehand."""

import threading
from collections.abc import Iterator

import pytest

from gpuadvisor.emulator.native.ahead import Ahead

SECONDS = 10.0
"""Long after everything here has ended."""


class Gate:
    """Work that begins, and ends when it is allowed to."""

    def __init__(self) -> None:
        self.begun, self.allowed = threading.Event(), threading.Event()
        self.thread = ""

    def __call__(self) -> str:
        self.thread = threading.current_thread().name
        self.begun.set()
        assert self.allowed.wait(SECONDS)
        return "done"


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.allowed.set()


def never() -> str:
    raise AssertionError("worked out twice")


def test_what_is_begun_is_waited_for(gate: Gate) -> None:
    ahead: Ahead[str] = Ahead(kept=2)
    ahead.start("a", gate)
    assert gate.begun.wait(SECONDS)
    gate.allowed.set()
    assert ahead.get("a", never) == "done"
    assert gate.thread != threading.current_thread().name


def test_what_waits_for_the_thread_is_worked_out_at_once(gate: Gate) -> None:
    ahead: Ahead[str] = Ahead(kept=2)
    ahead.start("long", gate)
    ahead.start("next", never)
    assert ahead.get("next", lambda: "here") == "here"


def test_a_result_is_remembered_until_there_are_too_many() -> None:
    ahead: Ahead[str] = Ahead(kept=2)
    for key in "abc":
        assert ahead.get(key, lambda key=key: key) == key  # type: ignore[misc]
    assert [ahead.get(key, never) for key in "bc"] == ["b", "c"]
    assert ahead.get("a", lambda: "again") == "again"


def test_what_is_started_twice_is_worked_out_once(gate: Gate) -> None:
    ahead: Ahead[str] = Ahead(kept=2)
    ahead.start("a", gate)
    ahead.start("a", never)
    gate.allowed.set()
    assert ahead.get("a", never) == "done"


def test_a_failure_is_raised_where_the_result_is_wanted_and_not_remembered() -> None:
    ahead: Ahead[str] = Ahead(kept=2)

    def fail() -> str:
        raise KeyError("reason")

    begun = Gate()
    begun.allowed.set()
    ahead.start("a", fail)
    ahead.start("behind", begun)
    assert begun.begun.wait(SECONDS)
    with pytest.raises(KeyError, match="reason"):
        ahead.get("a", never)
    assert ahead.get("a", lambda: "mended") == "mended"


def test_abandoned_work_is_not_begun(gate: Gate) -> None:
    ahead: Ahead[str] = Ahead(kept=2)
    ahead.start("long", gate)
    assert gate.begun.wait(SECONDS)
    ahead.start("next", never)
    ahead.abandon()
    gate.allowed.set()
    assert ahead.get("next", lambda: "here") == "here"
    assert ahead.get("long", never) == "done"

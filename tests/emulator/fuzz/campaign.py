"""Many trials in processes of their own, so that a crash or a hang is a finding rather than the end."""

import os
import resource
import signal
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from tests.emulator.fuzz.seeds import seeds
from tests.emulator.fuzz.trial import attempt, trial

_LIMIT_SECONDS = 30
"""Of a processor; ten times as long by the clock, should it wait for nothing."""
_MEMORY_BYTES = 6 << 30
_SHARE = 500
"""Trials that a process is given at a time."""


@dataclass
class Outcome:
    """How trials ended: how often each way, and what must not have happened, by number."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Take in what another process found."""
        self.counts += other.counts
        self.failures |= other.failures


def campaign(numbers: range, processes: int = 0, native_share: float | None = None) -> Iterator[Outcome]:
    """Run trials and yield the outcome of each share as it ends; `processes` 0 is one a core."""
    seeds()  # compiled once, and the interpreter loaded once, before there are processes
    attempt(trial(numbers.start, native_share=0))
    context = get_context("fork")
    shares = [numbers[start : start + _SHARE] for start in range(0, len(numbers), _SHARE)]
    running: dict[Connection, tuple[range, object]] = {}
    while shares or running:
        while shares and len(running) < (processes or os.cpu_count() or 1):
            share = shares.pop(0)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_run_share, args=(share, sender, native_share))
            process.start()
            sender.close()
            running[receiver] = (share, process)
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            share, _ = running.pop(ready)
            outcome, crashed = _received(ready)
            yield outcome
            if crashed is not None and crashed + 1 in share:
                shares.insert(0, share[share.index(crashed) + 1 :])


def _received(receiver: Connection) -> tuple[Outcome, int | None]:
    """Collect what a process sends; a process that dies names the trial it died in."""
    outcome, current = Outcome(), None
    try:
        while (message := receiver.recv()) is not None:
            current = message[0]
            if len(message) > 1:
                outcome.counts[message[1]] += 1
                if message[1] == "failed":
                    outcome.failures[current] = message[2]
    except EOFError:
        if current is None:
            raise
        outcome.counts["crashed"] += 1
        outcome.failures[current] = "the process died"
        return outcome, current
    return outcome, None


def _run_share(numbers: range, sender: Connection, native_share: float | None) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGPROF, _too_long)
    for number in numbers:
        sender.send((number,))
        _limit(_LIMIT_SECONDS)
        sender.send((number, *_ended(number, native_share)))
        _limit(0)
    sender.send(None)


def _limit(seconds: int) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)


def _ended(number: int, native_share: float | None) -> tuple[str, ...]:
    try:
        given = trial(number) if native_share is None else trial(number, native_share)
        return (attempt(given),)
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return "failed", traceback.format_exc()


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"no end after {_LIMIT_SECONDS} s")

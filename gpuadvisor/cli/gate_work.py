"""Run what a configuration names: from memory where nothing has changed, else on all cores."""

import hashlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Protocol

from gpuadvisor.cli.remembered import Answer, question, recall, remember
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.report import Report

Progress = Callable[[str], None]
_WORKS_A_PROCESS = 2
"""At least: a process takes as long to start as a small source to run."""


class Work(Protocol):
    """One source or one probe; it can be sent to another process."""

    @property
    def title(self) -> str:
        """What it is, for those who wait."""
        ...

    def question(self) -> str:
        """Return what tells it from other work, beside the content of its files."""
        ...

    def files(self) -> list[Path] | None:
        """Return the files that its result depends on; None where they cannot be told."""
        ...

    def run(self, device: Device) -> Report:
        """Run it; the report holds what was found and no advice."""
        ...


def run_all(
    works: Sequence[Work], device: Device, spec: str, progress: Progress, *, remembering: bool
) -> list[Report]:
    """Run every work on the device that `spec` names and return what each found, in order.

    Work on an emulated device is not repeated while nothing has changed that goes into it, if `remembering`,
    and is shared out over processes. Raises the error of a work that fails.
    """
    if device.facts.kind != "emulated":
        return [_told(work, device, progress) for work in works]
    start = time.time()
    keys = _keys(works, spec) if remembering else {}
    answers = {number: recall(key) for number, key in keys.items()}
    found = {number: answer.report for number, answer in answers.items() if answer is not None}
    missing = {number: work for number, work in enumerate(works) if number not in found}
    for number, report in _run(missing, spec, progress).items():
        found[number] = report
        files = works[number].files() if remembering else None
        if files is not None:
            remember(keys[number], Answer(report=report), files, start)
    return [found[number] for number in range(len(works))]


def _keys(works: Sequence[Work], spec: str) -> dict[int, str]:
    """Return the name under which the result of each work is remembered."""
    common = question({"gate": spec}, ())
    return {
        number: hashlib.sha256(f"{common} {work.question()}".encode()).hexdigest()
        for number, work in enumerate(works)
    }


def _run(works: Mapping[int, Work], spec: str, progress: Progress) -> dict[int, Report]:
    processes = min(_cores(), len(works) // _WORKS_A_PROCESS)
    if processes <= 1:
        with closing(open_device(spec)) as device:
            return {number: _told(work, device, progress) for number, work in works.items()}
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)
    try:
        futures = {pool.submit(_run_elsewhere, work, spec): number for number, work in works.items()}
        found = {}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            progress(f"{len(found)} of {len(works)}: {works[futures[future]].title}")
        return found
    finally:
        pool.shutdown(cancel_futures=True)


def _told(work: Work, device: Device, progress: Progress) -> Report:
    progress(work.title)
    return work.run(device)


def _run_elsewhere(work: Work, spec: str) -> Report:
    with closing(open_device(spec)) as device:
        return work.run(device)


def _begin() -> None:
    """Prepare a process of the pool: it ends, silently, with Ctrl-C and with the gate, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

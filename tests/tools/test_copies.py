"""Others' copies, timed on a scripted CuPy and PyTorch."""

import sys
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from tools.recording import copies
from tools.recording.copies import COPY_BYTES, TIMING


class Stream:
    """Time that copies move on, a millisecond each."""

    def __init__(self) -> None:
        self.now, self.copies = 0.0, count()

    def event(self, **_: object) -> Any:
        event = SimpleNamespace(at=0.0, synchronize=lambda: None)
        event.record = lambda: setattr(event, "at", self.now)
        event.elapsed_time = lambda stop: (stop.at - event.at) * 1e3
        return event

    def copy(self, *_: object) -> None:
        next(self.copies)
        self.now += 1e-3


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_cupys_copy_counts_bytes_read_and_written(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    cupy = SimpleNamespace(
        uint32="uint32",
        ones=lambda count, _: sizes.append(count),
        empty_like=lambda _: None,
        copyto=stream.copy,
        cuda=SimpleNamespace(
            Event=stream.event, get_elapsed_time=lambda start, stop: (stop.at - start.at) * 1e3
        ),
    )
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    assert copies.cupy_copy() == pytest.approx(2 * COPY_BYTES / 1e-3)
    assert sizes == [COPY_BYTES // 4]
    assert next(stream.copies) == TIMING.warmups + TIMING.samples


@pytest.mark.parametrize("available", [True, False])
def test_pytorchs_copy_needs_cuda(available: bool, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = SimpleNamespace(
        int32="int32",
        ones=lambda count, dtype, device: None,  # noqa: ARG005
        empty_like=lambda _: SimpleNamespace(copy_=stream.copy),
        cuda=SimpleNamespace(Event=stream.event, is_available=lambda: available),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    expected = pytest.approx(2 * COPY_BYTES / 1e-3) if available else None
    assert copies.torch_copy() == expected


def test_what_is_not_there_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = {"json": lambda: 2.0, "sys": lambda: None, "no_such_module": lambda: 3.0}
    monkeypatch.setattr(copies, "COPIES", found)
    copies.main()
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b'{"json":2.0}'

"""The child process that owns a device: takes calls from a pipe, sends back what they gave."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.device import Device
from gpuadvisor.model.errors import GpuAdvisorError

CALLS = (
    "facts",
    "compile",
    "upload",
    "download",
    "free",
    "bind",
    "set_variable",
    "launch",
    "perform",
    "close",
)


@dataclass(frozen=True, slots=True)
class Call:
    """A method of the device and its arguments; `facts` is an attribute and takes none."""

    name: str
    arguments: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gave: a value or the error it raised."""

    value: object = None
    error: GpuAdvisorError | None = None


def serve(connection: Connection, open_device: Callable[[], Device]) -> None:
    """Open the device and answer calls until `close`, until the parent is gone or the device is lost.

    The first reply says whether the device could be opened. What is no GpuAdvisorError ends the process
    with a traceback, as a defect should.
    """
    _mind_the_terminal()
    try:
        device = open_device()
    except GpuAdvisorError as error:
        connection.send(Reply(error=error))
        return
    connection.send(Reply())
    _answer_calls(connection, device)


def _answer_calls(connection: Connection, device: Device) -> None:
    while True:
        try:
            call: Call = connection.recv()
        except EOFError:
            return
        reply = _answer(device, call)
        connection.send(reply)
        if call.name == "close" or isinstance(reply.error, DeviceLostError):
            return


def _answer(device: Device, call: Call) -> Reply:
    try:
        if call.name == "facts":
            return Reply(device.facts)
        return Reply(getattr(device, call.name)(*call.arguments))
    except GpuAdvisorError as error:
        return Reply(error=error)


def _mind_the_terminal() -> None:
    """Leave standard output to the parent's documents and Ctrl-C to the parent."""
    sys.stdout.flush()
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

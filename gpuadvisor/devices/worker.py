"""The child process that owns a device: takes calls from a pipe, sends back what they gave."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.shared_arrays import Outline, SharedArrays, packed, unpacked
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
    """A method of the device and its arguments; `facts` is an attribute and takes none.

    An array whose content does not matter goes as its outline, one large array through shared memory.
    """

    name: str
    arguments: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gave: a value or the error it raised."""

    value: object = None
    error: GpuAdvisorError | None = None


def serve(connection: Connection, open_device: Callable[[], Device], shared_path: str | None = None) -> None:
    """Open the device and answer calls until `close`, until the parent is gone or the device is lost.

    The first reply says whether the device could be opened, and its value whether large arrays can go
    through the memory that the parent calls `shared_path`. What is no GpuAdvisorError ends the process
    with a traceback, as a defect should.
    """
    _mind_the_terminal()
    try:
        device = open_device()
    except GpuAdvisorError as error:
        connection.send(Reply(error=error))
        return
    shared = _shared(shared_path)
    connection.send(Reply(shared is not None))
    _answer_calls(connection, device, shared)


def _shared(path: str | None) -> SharedArrays | None:
    """Return the parent's memory; None where there is none or this process may not see into the parent."""
    if path is None:
        return None
    try:
        return SharedArrays.open(path)
    except OSError:
        return None


def _answer_calls(connection: Connection, device: Device, shared: SharedArrays | None) -> None:
    while True:
        try:
            call: Call = connection.recv()
        except EOFError:
            return
        reply = _answer(device, call, shared)
        connection.send(reply)
        if call.name == "close" or isinstance(reply.error, DeviceLostError):
            return


def _answer(device: Device, call: Call, shared: SharedArrays | None) -> Reply:
    try:
        if call.name == "facts":
            return Reply(device.facts)
        arguments = [_received(shared, argument) for argument in call.arguments]
        return Reply(packed(shared, getattr(device, call.name)(*arguments)))
    except GpuAdvisorError as error:
        return Reply(error=error)


def _received(shared: SharedArrays | None, argument: object) -> object:
    return argument.blank() if isinstance(argument, Outline) else unpacked(shared, argument)


def _mind_the_terminal() -> None:
    """Leave standard output to the parent's documents and Ctrl-C to the parent."""
    sys.stdout.flush()
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

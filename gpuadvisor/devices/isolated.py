"""A device in a process of its own: a kernel that faults or hangs costs its launch, not the run."""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import cast

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.activities import Activity, with_buffers
from gpuadvisor.devices.cuda_errors import EMULATE, DeviceLostError
from gpuadvisor.devices.device import ONCE, Argument, Buffer, Device, Kernel, LaunchResult, Place, Timing
from gpuadvisor.devices.shared_arrays import SharedArrays, outline_of, packed, unpacked
from gpuadvisor.devices.worker import Call, Reply, serve
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch

OPEN_LIMIT_SECONDS = 120.0
"""Importing CuPy and making a CUDA context takes a few seconds, on a machine with many GPUs many."""
CALL_LIMIT_SECONDS = 60.0
END_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _IsolatedBuffer(Buffer):
    """A buffer in the memory of one of the processes."""

    process: int = 0


class IsolatedDevice:
    """Runs the device that `open_device` makes in a child process, and replaces it when it is lost.

    `open_device` must be picklable (a class or functools.partial). A call that runs longer than
    `limit_seconds`, warm-ups and samples included, is ended with its process. Buffers do not outlive
    their process: using one after that raises GpuAdvisorError. A script that makes one needs the guard
    `if __name__ == "__main__"`, as every use of multiprocessing does.
    """

    def __init__(self, open_device: Callable[[], Device], limit_seconds: float = CALL_LIMIT_SECONDS) -> None:
        self._open_device = open_device
        self._limit_seconds = limit_seconds
        self._worker: _Worker | None = None
        self._processes = 0
        self._facts = cast("DeviceFacts", self._call("the device's facts", Call("facts")))

    @property
    def facts(self) -> DeviceFacts:
        """The device's facts, as it was first opened."""
        return self._facts

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        """Compile CUDA C++ for the device."""
        return cast(
            "CompiledModule", self._call(f"compiling {path}", Call("compile", (source, path, options)))
        )

    def upload(
        self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0, place: Place = "device"
    ) -> Buffer:
        """Copy an array to new memory at a place, `offset_bytes` behind a 256-byte boundary."""
        where = () if place == "device" else (place,)
        call = Call("upload", (array, name, offset_bytes, *where))
        buffer = cast("Buffer", self._call(f"the buffer {name!r}", call))
        return _IsolatedBuffer(buffer.address, buffer.size_bytes, buffer.name, buffer.place, self._processes)

    def forget(self, buffer: Buffer) -> None:
        """Do nothing: a GPU does not know who reads what nothing wrote."""

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy a buffer back as an array of the dtype and shape of `like`."""
        call = Call("download", (self._present(buffer), outline_of(like)))
        return cast("NDArray[np.generic]", self._call(f"the buffer {buffer.name!r}", call))

    def free(self, buffer: Buffer) -> None:
        """Give the memory back, if its process has not done so by ending."""
        if self._is_present(buffer):
            self._call(f"the buffer {buffer.name!r}", Call("free", (self._present(buffer),)))

    def bind(self, image: Image) -> int:
        """Return the handle of a new texture or surface object."""
        return cast("int", self._call(f"a {image.kind}", Call("bind", (image,))))

    def set_variable(self, module: CompiledModule, name: str, content: NDArray[np.generic]) -> None:
        """Copy an array over a variable of the module, by its mangled name."""
        self._call(f"the variable {name!r}", Call("set_variable", (module, name, content)))

    def prepare(self, kernel: Kernel, launch: Launch) -> None:
        """Do nothing: the driver loads a module when its first kernel is launched."""

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        """Run the kernel to its end; a hang, a fault and a crash each raise GpuAdvisorError."""
        present = [self._present(item) if isinstance(item, Buffer) else item for item in arguments]
        name = kernel.module.names.get(kernel.name, kernel.name)
        call = Call("launch", (kernel, launch, present, timing))
        return cast("LaunchResult", self._call(f"kernel {name}", call))

    def perform(self, activity: Activity, timing: Timing = ONCE) -> LaunchResult:
        """Carry out the steps to their end; a hang, a fault and a crash each raise GpuAdvisorError."""
        present = with_buffers(activity, self._present)
        return cast("LaunchResult", self._call(activity.subject, Call("perform", (present, timing))))

    def close(self) -> None:
        """End the child process."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _call(self, subject: str, call: Call) -> object:
        if self._worker is None:
            self._worker = _Worker(self._open_device)
            self._processes += 1
        try:
            return self._worker.ask(call, subject, self._limit_seconds)
        except DeviceLostError:
            self._worker.kill()
            self._worker = None
            raise

    def _is_present(self, buffer: Buffer) -> bool:
        owner = buffer.process if isinstance(buffer, _IsolatedBuffer) else None
        return self._worker is not None and owner == self._processes

    def _present(self, buffer: Buffer) -> Buffer:
        if not self._is_present(buffer):
            raise GpuAdvisorError(
                f"the buffer {buffer.name!r} was lost with the process that a kernel brought down",
                remedy="upload it again",
            )
        return Buffer(buffer.address, buffer.size_bytes, buffer.name, buffer.place)


class _Worker:
    """One child process and the pipe to it."""

    def __init__(self, open_device: Callable[[], Device]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._shared = SharedArrays.create()
        path = self._shared.path if self._shared else None
        self._process: SpawnProcess = context.Process(
            target=serve, args=(theirs, open_device, path), name="gpuadvisor-device", daemon=True
        )
        self._process.start()
        theirs.close()
        try:
            if not self._receive("opening the device", OPEN_LIMIT_SECONDS):
                self._share_nothing()
        except GpuAdvisorError:
            self.kill()
            raise

    def ask(self, call: Call, subject: str, limit_seconds: float) -> object:
        """Return what the call gave, or raise what it raised; DeviceLostError where the process is lost."""
        arguments = [packed(self._shared, argument) for argument in call.arguments]
        try:
            self._connection.send(Call(call.name, arguments))
        except (BrokenPipeError, ConnectionResetError):
            raise self._crash(subject) from None
        return self._receive(subject, limit_seconds)

    def _receive(self, subject: str, limit_seconds: float) -> object:
        if not wait([self._connection, self._process.sentinel], limit_seconds):
            raise DeviceLostError(
                f"{subject} did not end within {limit_seconds:g} s and was stopped",
                remedy=f"make the launch smaller or look for an endless loop: {EMULATE}",
            )
        try:
            reply: Reply = self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise self._crash(subject) from None
        if reply.error is not None:
            raise reply.error
        return unpacked(self._shared, reply.value)

    def _crash(self, subject: str) -> DeviceLostError:
        self._process.join(END_LIMIT_SECONDS)
        return DeviceLostError(
            f"{subject} brought its process down ({_ending(self._process.exitcode)})", remedy=EMULATE
        )

    def close(self) -> None:
        """Let the process end by itself; end it if it does not."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._connection.send(Call("close"))
            self._process.join(END_LIMIT_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process whatever it does."""
        self._process.kill()
        self._process.join(END_LIMIT_SECONDS)
        self._connection.close()
        self._share_nothing()

    def _share_nothing(self) -> None:
        if self._shared is not None:
            self._shared.close()
            self._shared = None


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return "it no longer answers"
    if exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"

"""A stand-in for CuPy: the calls the CUDA device makes, on host memory and a clock of its own.

Kernels take `kernel_seconds` of the fake stream's time; errors are raised as CuPy raises them, by status.
"""

import ctypes
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

ATTRIBUTES = {
    "MultiProcessorCount": 108,
    "ClockRate": 1_275_000,
    "MemoryClockRate": 1_200_000,
    "GlobalMemoryBusWidth": 5120,
    "L2CacheSize": 40 << 20,
    "MaxSharedMemoryPerBlockOptin": 166_912,
    "PciDomainId": 0,
    "PciBusId": 0x3B,
    "PciDeviceId": 0,
    "ConcurrentManagedAccess": 1,
    "CooperativeLaunch": 1,
    "PageableMemoryAccessUsesHostPageTables": 0,
}
UUID_BYTES = bytes(range(1, 17))
UUID = "GPU-01020304-0506-0708-090a-0b0c0d0e0f10"


class CudaError(RuntimeError):
    """As CuPy's: made from a status, which it keeps."""

    def __init__(self, status: int) -> None:
        super().__init__(f"cudaErrorOfStatus{status}: text of CUDA")
        self.status = status


class CUDARuntimeError(CudaError):
    pass


class CUDADriverError(CudaError):
    pass


class CublasError(RuntimeError):
    """As CuPy's CUBLASError."""


class FakeGpu:
    """The state behind one fake CuPy: a log of calls, memory, loaded images, time."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.attributes = dict(ATTRIBUTES)
        self.properties: dict[str, Any] = {
            "name": b"NVIDIA A100-SXM4-40GB",
            "totalGlobalMem": 42_505_273_344,
            "major": 8,
            "minor": 0,
            "uuid": UUID_BYTES,
        }
        self.memory: dict[int, Any] = {}
        self.images: list[bytes] = []
        self.now = 0.0
        self.kernel_seconds: Callable[[], float] = lambda: 10e-6
        self.failures: dict[str, Exception] = {}
        self.default_shared_bytes = 48 << 10
        self.free_bytes = 41_000_000_000
        self.peers: set[int] = set()
        self.functions: dict[int, FakeFunction] = {}
        self.capturing: list[Callable[[], None]] | None = None
        self.entered: list[int] = []
        """The streams of the `with` statements that are under way."""

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.log if call[0] == name]

    def record(self, name: str, *arguments: Any) -> None:
        self.log.append((name, *arguments))
        if name in self.failures:
            raise self.failures[name]

    def enqueue(self, work: Callable[[], None]) -> None:
        """Do the work of a stream, or make it a node of the graph that is being captured."""
        if self.capturing is None:
            work()
        else:
            self.capturing.append(work)

    def allocate(self, size: int, call: str = "malloc") -> int:
        self.record(call, size)
        storage = ctypes.create_string_buffer(size + 256)
        address = (ctypes.addressof(storage) + 255) // 256 * 256
        self.memory[address] = storage
        return address

    def release(self, address: int, call: str = "free") -> None:
        self.record(call, address)
        del self.memory[address]

    def copy(self, target: int, source: int, size: int, kind: int) -> None:
        self.record("memcpy", target, source, size, kind)
        ctypes.memmove(target, source, size)

    def copy_async(self, target: int, source: int, size: int, kind: int, stream: int) -> None:
        def work() -> None:
            ctypes.memmove(target, source, size)
            self.now += size / 10e9

        self.record("memcpyAsync", target, source, size, kind, stream)
        self.enqueue(work)

    def launch_by_address(self, kind: str, function: int, *rest: int) -> None:
        """Read the arguments as the driver does, through the array of pointers to them."""
        *shape, shared_bytes, stream, parameters = rest[:9]
        first = ctypes.c_void_p.from_address(parameters).value
        value = ctypes.c_uint64.from_address(first).value if first else None
        name = self.functions[function].name

        def work() -> None:
            self.now += self.kernel_seconds()

        self.record(kind, name, tuple(shape), shared_bytes, stream, value)
        self.enqueue(work)

    def set_bytes(self, address: int, value: int, size: int, stream: int) -> None:
        self.record("memsetAsync", address, value, size, stream)
        self.now += 30e-6


class FakeFunction:
    def __init__(self, gpu: FakeGpu, name: str, ptr: int) -> None:
        self.gpu, self.name, self.ptr = gpu, name, ptr
        self.shared_bytes = gpu.default_shared_bytes
        gpu.functions[ptr] = self

    def __call__(
        self,
        grid: tuple[int, ...],
        block: tuple[int, ...],
        args: list[Any],
        shared_mem: int = 0,
        stream: Any = None,
    ) -> None:
        assert stream.ptr
        assert all(isinstance(argument, np.ndarray) and argument.size == 1 for argument in args)
        contents = [argument.tobytes() for argument in args]
        if self.name == "gpuadvisor_hold":
            self.gpu.record("hold", int(args[0]) * 1e-9)
            self.gpu.now += int(args[0]) * 1e-9
            return
        self.gpu.record("launch", self.name, grid, block, contents, shared_mem)
        self.gpu.now += self.gpu.kernel_seconds()


class FakeModule:
    def __init__(self, gpu: FakeGpu) -> None:
        self.gpu = gpu
        self.functions: dict[str, FakeFunction] = {}

    def load(self, image: bytes) -> None:
        self.gpu.record("load", image[:4])
        self.gpu.images.append(image)

    def get_function(self, name: str) -> FakeFunction:
        self.gpu.record("get_function", name)
        return self.functions.setdefault(name, FakeFunction(self.gpu, name, id(self) + len(self.functions)))


class FakeEvent:
    def __init__(self, gpu: FakeGpu) -> None:
        self.gpu = gpu
        self.time = float("nan")

    def record(self, stream: Any) -> None:
        assert stream.ptr
        self.gpu.record("event")
        self.time = self.gpu.now

    def synchronize(self) -> None:
        self.gpu.record("synchronize")


class FakeStream:
    def __init__(self, gpu: FakeGpu, ptr: int, *, non_blocking: bool) -> None:
        self.gpu, self.ptr, self.non_blocking = gpu, ptr, non_blocking

    def __enter__(self) -> Self:
        self.gpu.entered.append(self.ptr)
        return self

    def __exit__(self, *_: object) -> None:
        self.gpu.entered.pop()

    def synchronize(self) -> None:
        self.gpu.record("stream.synchronize")

    def wait_event(self, event: FakeEvent) -> None:
        self.gpu.record("wait_event", self.ptr, id(event))

    def begin_capture(self) -> None:
        self.gpu.capturing = []

    def end_capture(self) -> Any:
        nodes, self.gpu.capturing = self.gpu.capturing or [], None

        def launch(stream: FakeStream) -> None:
            self.gpu.record("graph.launch", stream.ptr, len(nodes))
            for node in nodes:
                node()

        return SimpleNamespace(launch=launch, upload=lambda stream: self.gpu.record("upload", stream.ptr))


class FakeArray:
    """A CUDA array: keeps what is copied to it, having checked the shape as CuPy does."""

    def __init__(self, desc: Any, width: int, height: int = 0, depth: int = 0) -> None:
        self.desc, self.extents = desc, [extent for extent in (depth, height, width) if extent]

    def copy_from(self, array: Any, stream: FakeStream) -> None:
        assert stream.ptr
        channels = sum(bits > 0 for bits in self.desc[:4])
        assert array.shape == (*self.extents[:-1], self.extents[-1] * channels)
        self.content = array.copy()


def fake_texture(gpu: FakeGpu) -> SimpleNamespace:
    """Return an object with the part of `cupy.cuda.texture` that is used."""
    made = itertools.count(1)

    def texture(resource: Any, sampling: Any) -> SimpleNamespace:
        gpu.record("TextureObject", resource, sampling)
        return SimpleNamespace(ptr=next(made))

    return SimpleNamespace(
        ChannelFormatDescriptor=lambda *bits_and_kind: bits_and_kind,
        CUDAarray=FakeArray,
        ResourceDescriptor=lambda restype, cuArr: (restype, cuArr),  # noqa: N803 - CuPy's name
        TextureDescriptor=lambda modes, filtering, read, normalizedCoords: (  # noqa: N803
            modes,
            filtering,
            read,
            normalizedCoords,
        ),
        TextureObject=texture,
    )


TEXTURE_CONSTANTS = {
    "ChannelFormatKindSigned": 0,
    "ChannelFormatKindUnsigned": 1,
    "ChannelFormatKindFloat": 2,
    "AddressModeWrap": 0,
    "AddressModeClamp": 1,
    "AddressModeMirror": 2,
    "AddressModeBorder": 3,
    "FilterModePoint": 0,
    "FilterModeLinear": 1,
    "ReadModeElementType": 0,
    "ReadModeNormalizedFloat": 1,
    "ResourceTypeArray": 0,
}
"""As in driver_types.h and texture_types.h."""


def fake_cupy(gpu: FakeGpu, devices: int = 1) -> Any:
    """Return an object with the part of CuPy's surface that is used."""
    numbers = {name: number for number, name in enumerate(ATTRIBUTES)}
    shared: dict[int, int] = {}

    def count() -> int:
        gpu.record("getDeviceCount")
        return devices

    def set_shared(function: int, attribute: int, value: int) -> None:
        gpu.record("funcSetAttribute", attribute, value)
        shared[function] = value

    streams = itertools.count(1)

    def stream(*, non_blocking: bool = False) -> FakeStream:
        return FakeStream(gpu, next(streams), non_blocking=non_blocking)

    runtime = SimpleNamespace(
        CUDARuntimeError=CUDARuntimeError,
        getDeviceCount=count,
        runtimeGetVersion=lambda: 13020,
        setDevice=lambda index: gpu.record("setDevice", index),
        getDeviceProperties=lambda _: gpu.properties,
        deviceGetAttribute=lambda attribute, _: gpu.attributes[list(ATTRIBUTES)[attribute]],
        malloc=gpu.allocate,
        free=gpu.release,
        memcpy=gpu.copy,
        memcpyAsync=gpu.copy_async,
        memsetAsync=gpu.set_bytes,
        hostAlloc=lambda size, _: gpu.allocate(size, "hostAlloc"),
        freeHost=lambda address: gpu.release(address, "freeHost"),
        mallocManaged=lambda size: gpu.allocate(size, "mallocManaged"),
        mallocAsync=lambda size, _: gpu.allocate(size, "mallocAsync"),
        freeAsync=lambda address, _: gpu.release(address, "freeAsync"),
        memPrefetchAsync=lambda *arguments: gpu.record("memPrefetchAsync", *arguments),
        deviceCanAccessPeer=lambda _, peer: int(peer in gpu.peers),
        deviceEnablePeerAccess=lambda peer: gpu.record("deviceEnablePeerAccess", peer),
        memGetInfo=lambda: (gpu.free_bytes, 42_505_273_344),
        memcpyHostToDevice=1,
        memcpyDeviceToHost=2,
        memcpyDefault=4,
        **{f"cudaDevAttr{name}": number for name, number in numbers.items()},
        **{f"cuda{name}": number for name, number in TEXTURE_CONSTANTS.items()},
    )
    driver = SimpleNamespace(
        CUDADriverError=CUDADriverError,
        CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES=8,
        funcGetAttribute=lambda _, function: shared.get(function, gpu.default_shared_bytes),
        funcSetAttribute=set_shared,
        launchKernel=lambda *arguments: gpu.launch_by_address("launchKernel", *arguments),
        launchCooperativeKernel=lambda *arguments: gpu.launch_by_address("cooperative", *arguments),
    )

    def dot(left: Any, right: Any, out: Any) -> None:
        """Multiply as cuBLAS does: sums of 16-bit floats are in 32 bits."""
        wide = np.promote_types(left.dtype, np.float32)

        def work() -> None:
            out[...] = (left.astype(wide) @ right.astype(wide)).astype(out.dtype)
            gpu.now += gpu.kernel_seconds()

        gpu.record("dot", left.shape, str(out.dtype), gpu.entered[-1])
        gpu.enqueue(work)

    return SimpleNamespace(
        dot=dot,
        ndarray=lambda shape, dtype, memptr: memptr.view(dtype).reshape(shape),
        cuda=SimpleNamespace(
            cublas=SimpleNamespace(CUBLASError=CublasError),
            UnownedMemory=lambda address, size, _: (ctypes.c_uint8 * size).from_address(address),
            MemoryPointer=lambda memory, offset: np.ctypeslib.as_array(memory)[offset:],
            runtime=runtime,
            driver=driver,
            function=SimpleNamespace(Module=lambda: FakeModule(gpu)),
            texture=fake_texture(gpu),
            Stream=stream,
            Event=lambda **_: FakeEvent(gpu),
            get_elapsed_time=lambda start, stop: (stop.time - start.time) * 1e3,
        ),
    )

"""Machine code in this process: linked, and called with the interpreter lock released."""

import ctypes
import threading
from functools import cache
from itertools import count

import llvmlite.binding as llvm

from gpuadvisor.emulator.native.abi import EXPORTS
from gpuadvisor.emulator.native.host import target_machine
from gpuadvisor.emulator.native.stored import CACHE, cache_key
from gpuadvisor.files import load_cached, store_cached

_LOCK = threading.Lock()
_NUMBERS = count()


@cache
def _compiler() -> llvm.LLJIT:
    return llvm.create_lljit_compiler(target_machine())


def _runtime_code() -> bytes:
    key = cache_key("runtime")
    known = load_cached(CACHE, key)
    if known is None:
        from gpuadvisor.emulator.native.compilation import compiled_runtime

        known = compiled_runtime()
        store_cached(CACHE, key, known)
    return known


@cache
def _runtime() -> llvm.ResourceTracker:
    builder = llvm.JITLibraryBuilder().add_object_img(_runtime_code())
    for name in EXPORTS:
        builder.export_symbol(name)
    return builder.add_current_process().link(_compiler(), "runtime")


def prepare_runtime() -> None:
    """Have what all kernels share ready before the first of them is."""
    with _LOCK:
        _runtime()


_RunBlocks = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def run_blocks(context: int, run_warp: int) -> int:
    """Run the blocks of the context at an address, with the function at an address; return the status."""
    return int(_RunBlocks(_runtime()["run_blocks"])(context, run_warp))


class Code:
    """The machine code of one kernel; `run_warp` is its address, valid as long as this object lives."""

    def __init__(self, object_code: bytes) -> None:
        with _LOCK:
            builder = llvm.JITLibraryBuilder().add_object_img(object_code)
            for name in EXPORTS:
                builder.import_symbol(name, _runtime()[name])
            library = builder.export_symbol("run_warp").add_current_process()
            self._tracker = library.link(_compiler(), f"kernel{next(_NUMBERS)}")
            self.run_warp: int = self._tracker["run_warp"]

"""Machine code in this process: linked, and called with the interpreter lock released."""

import ctypes
import threading
from functools import cache
from itertools import count

import llvmlite.binding as llvm

from gpuadvisor.emulator.native.abi import RUN_CLUSTERS
from gpuadvisor.emulator.native.host import target_machine
from gpuadvisor.emulator.native.libraries import CLUSTERS, IMAGES, RUNTIME, Library, object_code

_LOCK = threading.Lock()
_NUMBERS = count()


@cache
def _compiler() -> llvm.LLJIT:
    return llvm.create_lljit_compiler(target_machine())


@cache
def _linked(library: Library) -> llvm.ResourceTracker:
    builder = llvm.JITLibraryBuilder().add_object_img(object_code(library))
    for name in library.exports:
        builder.export_symbol(name)
    return builder.add_current_process().link(_compiler(), library.name)


def prepare_runtime() -> None:
    """Have what all kernels share ready before the first of them is."""
    with _LOCK:
        _linked(RUNTIME)


_RunBlocks = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def run_blocks(context: int, run_warp: int) -> int:
    """Run the blocks of the context at an address, with the function at an address; return the status."""
    return int(_RunBlocks(_linked(RUNTIME)["run_blocks"])(context, run_warp))


def run_clusters(contexts: int, run_warp: int) -> int:
    """Run the clusters whose blocks have the contexts at an address, in the same way."""
    with _LOCK:
        code = _linked(CLUSTERS)
    return int(_RunBlocks(code[RUN_CLUSTERS])(contexts, run_warp))


class Code:
    """The machine code of one kernel; `run_warp` is its address, valid as long as this object lives."""

    def __init__(self, content: bytes, *, reads_images: bool = False) -> None:
        with _LOCK:
            builder = llvm.JITLibraryBuilder().add_object_img(content)
            for library in (RUNTIME, IMAGES) if reads_images else (RUNTIME,):
                for name in library.exports:
                    builder.import_symbol(name, _linked(library)[name])
            linked = builder.export_symbol("run_warp").add_current_process()
            self._tracker = linked.link(_compiler(), f"kernel{next(_NUMBERS)}")
            self.run_warp: int = self._tracker["run_warp"]

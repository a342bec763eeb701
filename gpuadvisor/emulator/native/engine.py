"""Machine code in this process: linked, and called with the interpreter lock released."""

import ctypes
import threading
from collections.abc import Callable
from functools import cache
from itertools import count

import llvmlite.binding as llvm

from gpuadvisor.emulator.native.abi import EXPORTS, IMAGE_EXPORTS, RUN_CLUSTERS
from gpuadvisor.emulator.native.host import target_machine
from gpuadvisor.emulator.native.stored import CACHE, cache_key
from gpuadvisor.files import load_cached, store_cached

_LOCK = threading.Lock()
_NUMBERS = count()


@cache
def _compiler() -> llvm.LLJIT:
    return llvm.create_lljit_compiler(target_machine())


def _common_code(name: str, make: Callable[[], bytes]) -> bytes:
    """Return object code that does not depend on a kernel, from the cache if it is there."""
    key = cache_key(name)
    known = load_cached(CACHE, key)
    if known is None:
        known = make()
        store_cached(CACHE, key, known)
    return known


def _compiled_runtime() -> bytes:
    from gpuadvisor.emulator.native.compilation import compiled_runtime

    return compiled_runtime()


def _compiled_clusters() -> bytes:
    from gpuadvisor.emulator.native.compilation import compiled
    from gpuadvisor.emulator.native.runtime.clusters import clusters_module

    return compiled(str(clusters_module()))


def _compiled_images() -> bytes:
    from gpuadvisor.emulator.native.compilation import compiled
    from gpuadvisor.emulator.native.textures.library import images_module

    return compiled(str(images_module()))


@cache
def _runtime() -> llvm.ResourceTracker:
    code = _common_code("runtime", _compiled_runtime)
    builder = llvm.JITLibraryBuilder().add_object_img(code)
    for name in EXPORTS:
        builder.export_symbol(name)
    return builder.add_current_process().link(_compiler(), "runtime")


@cache
def _clusters() -> llvm.ResourceTracker:
    code = _common_code("clusters", _compiled_clusters)
    builder = llvm.JITLibraryBuilder().add_object_img(code).export_symbol(RUN_CLUSTERS)
    return builder.add_current_process().link(_compiler(), "clusters")


@cache
def _images() -> llvm.ResourceTracker:
    code = _common_code("images", _compiled_images)
    builder = llvm.JITLibraryBuilder().add_object_img(code)
    for name in IMAGE_EXPORTS:
        builder.export_symbol(name)
    return builder.add_current_process().link(_compiler(), "images")


def prepare_runtime() -> None:
    """Have what all kernels share ready before the first of them is."""
    with _LOCK:
        _runtime()


_RunBlocks = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def run_blocks(context: int, run_warp: int) -> int:
    """Run the blocks of the context at an address, with the function at an address; return the status."""
    return int(_RunBlocks(_runtime()["run_blocks"])(context, run_warp))


def run_clusters(contexts: int, run_warp: int) -> int:
    """Run the clusters whose blocks have the contexts at an address, in the same way."""
    with _LOCK:
        code = _clusters()
    return int(_RunBlocks(code[RUN_CLUSTERS])(contexts, run_warp))


class Code:
    """The machine code of one kernel; `run_warp` is its address, valid as long as this object lives."""

    def __init__(self, object_code: bytes, *, reads_images: bool = False) -> None:
        with _LOCK:
            builder = llvm.JITLibraryBuilder().add_object_img(object_code)
            for name in EXPORTS:
                builder.import_symbol(name, _runtime()[name])
            for name in IMAGE_EXPORTS if reads_images else ():
                builder.import_symbol(name, _images()[name])
            library = builder.export_symbol("run_warp").add_current_process()
            self._tracker = library.link(_compiler(), f"kernel{next(_NUMBERS)}")
            self.run_warp: int = self._tracker["run_warp"]

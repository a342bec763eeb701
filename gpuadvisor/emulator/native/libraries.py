"""Machine code that kernels share: each library is compiled once, and linked where something needs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpuadvisor.emulator.native.abi import EXPORTS, IMAGE_EXPORTS, RUN_CLUSTERS
from gpuadvisor.emulator.native.stored import CACHE, cache_key
from gpuadvisor.files import load_cached, store_cached

if TYPE_CHECKING:
    from llvmlite import ir

    Definition = Callable[[ir.Module], ir.Function]
    """Defines a function in a module; it may call those that were defined before."""


@dataclass(frozen=True)
class Library:
    """Functions that belong together."""

    name: str
    exports: tuple[str, ...]
    """Those that kernels or Python call."""
    definitions: "Callable[[], Sequence[Definition]]"
    """How to get what defines them: imported only where the cache lacks the code."""


def object_code(library: Library) -> bytes:
    """Return the code of a library, from the cache if it is there."""
    key = cache_key(library.name)
    known = load_cached(CACHE, key)
    if known is None:
        known = _compiled(library)
        store_cached(CACHE, key, known)
    return known


def _compiled(library: Library) -> bytes:
    from llvmlite import ir

    from gpuadvisor.emulator.native.compilation import compiled

    module = ir.Module(library.name)
    for define in library.definitions():
        function = define(module)
        if function.name not in library.exports:
            function.linkage = "internal"
    return compiled(str(module))


def _of_all_kernels() -> "Sequence[Definition]":
    from gpuadvisor.emulator.native.runtime.definitions import DEFINITIONS

    return DEFINITIONS


def _of_clusters() -> "Sequence[Definition]":
    from gpuadvisor.emulator.native.runtime.clusters import DEFINITIONS

    return DEFINITIONS


def _of_images() -> "Sequence[Definition]":
    from gpuadvisor.emulator.native.textures.definitions import DEFINITIONS

    return DEFINITIONS


RUNTIME = Library("runtime", EXPORTS, _of_all_kernels)
CLUSTERS = Library("clusters", (RUN_CLUSTERS,), _of_clusters)
IMAGES = Library("images", IMAGE_EXPORTS, _of_images)
"""Textures and surfaces."""

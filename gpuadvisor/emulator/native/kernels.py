"""Kernels ready to run, through a cache on disk of what was translated and compiled before."""

from dataclasses import dataclass

import msgspec

from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.ahead import Ahead
from gpuadvisor.emulator.native.engine import Code
from gpuadvisor.emulator.native.host import runs_native_code
from gpuadvisor.emulator.native.plan import Plan
from gpuadvisor.emulator.native.stored import CACHE, cache_key
from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.files import load_cached, store_cached

_LARGEST_ARENA_BYTES = 1 << 32
"""Positions in global memory have 32 bits."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel in machine code."""

    function: Function
    plan: Plan
    code: Code


class _Stored(msgspec.Struct):
    """What the cache keeps; `plan` is None for a kernel that only the interpreter can run."""

    plan: Plan | None
    code: bytes


_KERNELS: "Ahead[Kernel | None]" = Ahead(kept=64)


def native_kernel(linked: Linked, layout: Layout, memory: GlobalMemory) -> Kernel | None:
    """Return the kernel in machine code, or None where only the interpreter can run it."""
    if not _is_possible(memory):
        return None
    key = _key(linked, layout)
    return _KERNELS.get(key, lambda: _made(key, linked, layout))


def prepare_kernel(linked: Linked, layout: Layout, memory: GlobalMemory) -> None:
    """Have a thread make what `native_kernel` is going to be asked for."""
    if _is_possible(memory):
        key = _key(linked, layout)
        _KERNELS.start(key, lambda: _made(key, linked, layout))


def abandon_kernels() -> None:
    """Do not make what nobody has begun to."""
    _KERNELS.abandon()


def _is_possible(memory: GlobalMemory) -> bool:
    return memory.arena.size <= _LARGEST_ARENA_BYTES and runs_native_code()


def _key(linked: Linked, layout: Layout) -> str:
    return cache_key(linked, layout.places, layout.parameter_bytes, layout.frame_bytes, layout.in_clusters)


def _made(key: str, linked: Linked, layout: Layout) -> Kernel | None:
    stored = _load(key)
    if stored is None:
        stored = _compile(linked, layout)
        store_cached(CACHE, key, msgspec.msgpack.encode(stored))
    if stored.plan is None:
        return None
    return Kernel(linked.function, stored.plan, Code(stored.code, reads_images=stored.plan.reads_images))


def _load(key: str) -> _Stored | None:
    content = load_cached(CACHE, key)
    if content is None:
        return None
    try:
        return msgspec.msgpack.decode(content, type=_Stored)
    except msgspec.DecodeError:
        return None


def _compile(linked: Linked, layout: Layout) -> _Stored:
    from gpuadvisor.emulator.native.compilation import compiled
    from gpuadvisor.emulator.native.translate import translate

    try:
        translation = translate(linked, layout)
    except Unsupported:
        return _Stored(None, b"")
    return _Stored(translation.plan, compiled(translation.text))

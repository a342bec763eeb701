"""From LLVM IR to machine code in this process, through a cache on disk."""

import ctypes
import hashlib
import threading
from functools import cache
from itertools import count

import llvmlite
import llvmlite.binding as llvm

from gpuadvisor.emulator.native.runtime.module import EXPORTS, runtime_module
from gpuadvisor.files import load_cached, store_cached

_CACHE = "native"
_LOCK = threading.Lock()
_NUMBERS = count()


@cache
def _target_machine() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_features(), opt=2, reloc="pic", codemodel="small", jit=True
    )


def _features() -> str:
    """Return the processor's features; 32 lanes want the widest vectors it has."""
    features = llvm.get_host_cpu_features()
    wide = ",-prefer-256-bit" if features.get("avx512f") else ""
    return str(features.flatten()) + wide


@cache
def _compiler() -> llvm.LLJIT:
    return llvm.create_lljit_compiler(_target_machine())


def _key(text: str) -> str:
    parts = (llvmlite.__version__, llvm.get_host_cpu_name(), _features(), text)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _object_code(text: str) -> bytes:
    """Return the object code of a module's text, from the cache if it has been translated before."""
    key = _key(text)
    known = load_cached(_CACHE, key)
    if known is None:
        known = _translate(text)
        store_cached(_CACHE, key, known)
    return known


def _translate(text: str) -> bytes:
    machine = _target_machine()
    module = llvm.parse_assembly(text)
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False
    options.slp_vectorization = False
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


@cache
def _runtime() -> llvm.ResourceTracker:
    builder = llvm.JITLibraryBuilder().add_object_img(_object_code(str(runtime_module())))
    for name in EXPORTS:
        builder.export_symbol(name)
    return builder.add_current_process().link(_compiler(), "runtime")


_RunBlocks = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def run_blocks(context: int, run_warp: int) -> int:
    """Run the blocks of the context at an address, with the function at an address; return the status.

    The interpreter lock is released meanwhile.
    """
    return int(_RunBlocks(_runtime()["run_blocks"])(context, run_warp))


class Code:
    """The machine code of one kernel; `run_warp` is its address, valid as long as this object lives."""

    def __init__(self, text: str) -> None:
        with _LOCK:
            builder = llvm.JITLibraryBuilder().add_object_img(_object_code(text))
            for name in EXPORTS:
                builder.import_symbol(name, _runtime()[name])
            library = builder.export_symbol("run_warp").add_current_process()
            self._tracker = library.link(_compiler(), f"kernel{next(_NUMBERS)}")
            self.run_warp: int = self._tracker["run_warp"]

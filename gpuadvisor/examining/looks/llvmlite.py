"""llvmlite, with which the emulator compiles kernels to native code."""

from importlib import import_module

import msgspec


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """The code generator of the emulator."""

    llvmlite: str
    llvm: str
    processor: str
    """What it generates code for."""


def look() -> Native:
    """Ask llvmlite; raises ModuleNotFoundError where it is not installed."""
    binding = import_module("llvmlite.binding")
    return Native(
        llvmlite=import_module("llvmlite").__version__,
        llvm=".".join(map(str, binding.llvm_version_info)),
        processor=binding.get_host_cpu_name(),
    )

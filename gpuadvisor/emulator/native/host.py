"""The processor that native code is made for: this one."""

from functools import cache

import llvmlite
import llvmlite.binding as llvm

_NEEDED_ON_X86 = ("fma", "f16c")


def runs_native_code() -> bool:
    """Return whether this processor has what native code takes for granted.

    On x86 that is the fused multiply-add and the conversion of halves, as all have since Haswell (2013): LLVM
    replaces each with calls of functions that this process may lack.
    """
    if not llvm.get_default_triple().startswith("x86_64"):
        return True
    features = llvm.get_host_cpu_features()
    return all(features.get(name) for name in _NEEDED_ON_X86)


@cache
def target_machine() -> llvm.TargetMachine:
    """Return the machine that code is made for: this one."""
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
def host() -> tuple[str, ...]:
    """Return all that object code depends on but for its source."""
    return llvmlite.__version__, llvm.get_default_triple(), llvm.get_host_cpu_name(), _features()

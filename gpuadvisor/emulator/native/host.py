"""The processor that native code is made for: this one."""

from functools import cache

import llvmlite
import llvmlite.binding as llvm


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

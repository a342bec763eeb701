"""LLVM IR to object code for this machine."""

import llvmlite.binding as llvm

from gpuadvisor.emulator.native.host import target_machine
from gpuadvisor.emulator.native.runtime.module import runtime_module


def compiled(text: str) -> bytes:
    """Return the object code of a module."""
    machine = target_machine()
    module = llvm.parse_assembly(text)
    # All code is written for vectors of 32 lanes: there is nothing for the vectorisers to find.
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False
    options.slp_vectorization = False
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


def compiled_runtime() -> bytes:
    """Return the object code of what all kernels share."""
    return compiled(str(runtime_module()))

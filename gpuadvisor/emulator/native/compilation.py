"""LLVM IR to object code for this machine."""

import llvmlite.binding as llvm

from gpuadvisor.emulator.native.host import target_machine


def compiled(text: str) -> bytes:
    """Return the object code of a module."""
    machine = target_machine()
    module = llvm.parse_assembly(text)
    _optimise(module, machine)
    return bytes(machine.emit_object(module))


def _optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    """Tidy up what the translation leaves.

    Lanes are vectors and registers values already: LLVM's own list for -O2 makes kernels no faster, and takes
    eight times as long.
    """
    passes = llvm.create_new_module_pass_manager()
    passes.add_simplify_cfg_pass()
    passes.add_sroa_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))

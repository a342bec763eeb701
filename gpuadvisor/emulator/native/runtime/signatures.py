"""The functions that kernels call, and how."""

from llvmlite import ir

from gpuadvisor.emulator.native.vectors import I32, I64, LONGS, POINTER, WORDS

VOID = ir.VoidType()

ACCESS = ir.FunctionType(I64, [POINTER, POINTER, LONGS, I32])
"""(context, site, addresses, mask): checks and counts a request with at least one lane.

Returns the position of the first active lane, shifted left by 2, and the `Kind`; -1 after a fault.
"""

SIGNATURES: dict[str, ir.FunctionType] = {
    "access_global": ACCESS,
    "access_shared": ACCESS,
    "access_local": ACCESS,
    "gather_lanes": ir.FunctionType(I32, [POINTER, I32, I32, WORDS]),
    "wait_for_block": ir.FunctionType(VOID, [POINTER, I32, I32, I32]),
    "wait_for_warp": ir.FunctionType(VOID, [POINTER, I32, I32, WORDS]),
    "lanes_ended": ir.FunctionType(VOID, [POINTER]),
    "reach_barrier": ir.FunctionType(VOID, [POINTER, POINTER, I32, WORDS, WORDS, I32]),
    "change_phase": ir.FunctionType(I64, [I64, I64, I64, I64]),
    "release_barriers": ir.FunctionType(VOID, [POINTER]),
}

RUN_WARP = ir.FunctionType(I32, [POINTER, POINTER])
"""(context, warp): what a kernel is translated to; runs a warp until no lane can. Returns a `Status`."""

CALL_RUNTIME = ir.FunctionType(I32, [POINTER, I32, I32])
"""(context, program counter, lanes): calls a routine of the device runtime. Returns a `Status`."""

RUN_BLOCKS = ir.FunctionType(I32, [POINTER, RUN_WARP.as_pointer()])
"""(context, run_warp): runs the blocks of a context. Returns a `Status`."""


def declared(module: ir.Module, name: str) -> ir.Function:
    """Return a function of the run-time part, declared in `module`."""
    known = module.globals.get(name)
    return known if known is not None else ir.Function(module, SIGNATURES[name], name)


def defined(module: ir.Module, name: str, kind: ir.FunctionType) -> tuple[ir.Function, ir.IRBuilder]:
    """Return a new function and a builder at its entry."""
    function = ir.Function(module, kind, name)
    return function, ir.IRBuilder(function.append_basic_block("entry"))

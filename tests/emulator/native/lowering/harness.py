"""Compiles one lowered instruction to native code and runs it on arrays of 32 lanes."""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from gpuadvisor.emulator.native.lowering import NativeOperation, lower_operation
from gpuadvisor.emulator.native.lowering.vectors import integer_type, splat
from gpuadvisor.emulator.semantics import Operation, compile_operation
from gpuadvisor.emulator.widths import TYPE_BYTES, dtype_of
from tests.emulator.semantics.lanes import instruction

Lanes = NDArray[Any]


def lane_type(kind: str) -> ir.VectorType:
    return integer_type(1 if kind == "pred" else 8 * TYPE_BYTES[kind])


@cache
def initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def target_machine() -> llvm.TargetMachine:
    initialize()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )


def optimized(text: str) -> llvm.ModuleRef:
    initialize()
    module = llvm.parse_assembly(text)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    machine = target_machine()
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return module


def module_of(operation: NativeOperation, constants: dict[int, int]) -> ir.Module:
    """Return a module with `run(pointers...)`: sources, active mask, then results, each an array in memory.

    Predicates are one bit a lane. Sources named in `constants` are immediates instead.
    """
    sources = [*operation.source_types, *(["pred"] if operation.reads_carry else [])]
    results = [*operation.destination_types, *(["pred"] if operation.writes_carry else [])]
    module = ir.Module()
    module.triple = llvm.get_default_triple()
    pointer = ir.IntType(8).as_pointer()
    signature = ir.FunctionType(ir.VoidType(), [pointer] * (len(sources) + 1 + len(results)))
    function = ir.Function(module, signature, "run")
    builder = ir.IRBuilder(function.append_basic_block())

    def load(place: int, kind: str) -> ir.Value:
        if place in constants:
            return splat(lane_type(kind), constants[place])
        if kind == "pred":
            mask = builder.load(builder.bitcast(function.args[place], ir.IntType(32).as_pointer()))
            return builder.bitcast(mask, integer_type(1))
        return builder.load(builder.bitcast(function.args[place], lane_type(kind).as_pointer()), align=1)

    values = [load(place, kind) for place, kind in enumerate(sources)]
    found = operation.emit(builder, values, load(len(sources), "pred"))
    assert len(found) == len(results)
    for place, (value, kind) in enumerate(zip(found, results, strict=True)):
        target = function.args[len(sources) + 1 + place]
        stored = builder.bitcast(value, ir.IntType(32)) if kind == "pred" else value
        builder.store(stored, builder.bitcast(target, stored.type.as_pointer()), align=1)
    builder.ret_void()
    return module


class Native:
    """One instruction, compiled both ways."""

    def __init__(self, text: str, operands: int, constants: dict[int, int] | None = None) -> None:
        parsed = instruction(text, operands)
        interpreted, lowered = compile_operation(parsed), lower_operation(parsed)
        assert interpreted is not None, text
        assert lowered is not None, text
        self.interpreted: Operation = interpreted
        self.constants = constants or {}
        self.sources = [*lowered.source_types, *(["pred"] if lowered.reads_carry else [])]
        self.results = [*lowered.destination_types, *(["pred"] if lowered.writes_carry else [])]
        module = optimized(str(module_of(lowered, self.constants)))
        self._engine = llvm.create_mcjit_compiler(module, target_machine())
        self._engine.finalize_object()
        pointers = [ctypes.c_void_p] * (len(self.sources) + 1 + len(self.results))
        self._run = ctypes.CFUNCTYPE(None, *pointers)(self._engine.get_function_address("run"))

    def run(self, sources: Sequence[Lanes], active: Lanes) -> list[Lanes]:
        """Return the results for sources and mask of shape (warps, 32)."""
        warps = [
            self._run_warp([source[row] for source in sources], active[row]) for row in range(len(active))
        ]
        return [np.stack(rows) for rows in zip(*warps, strict=True)]

    def _run_warp(self, sources: Sequence[Lanes], active: Lanes) -> list[Lanes]:
        inputs = [_packed(lanes) for lanes in [*sources, active]]
        outputs = [
            np.zeros(4, np.uint8) if kind == "pred" else np.zeros(32, dtype_of(kind)) for kind in self.results
        ]
        self._run(*(buffer.ctypes.data for buffer in [*inputs, *outputs]))
        return [
            np.unpackbits(buffer, bitorder="little").astype(np.bool_) if kind == "pred" else buffer
            for kind, buffer in zip(self.results, outputs, strict=True)
        ]


def _packed(lanes: Lanes) -> Lanes:
    return np.packbits(lanes, bitorder="little") if lanes.dtype == np.bool_ else np.ascontiguousarray(lanes)

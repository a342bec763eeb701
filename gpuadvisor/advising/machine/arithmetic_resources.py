"""Throughput and latency of arithmetic, tensor cores and exchanges between lanes."""

from collections.abc import Callable

from gpuadvisor.advising.machine.expectations import (
    Expect,
    fma_latency,
    lanes,
    nothing,
    shuffles_per_clock,
    tensor,
)
from gpuadvisor.advising.machine.points import Setting
from gpuadvisor.advising.machine.specification import Specification


def _arithmetic(
    name: str, title: str, sweep: Setting | Callable[[Setting], bool], expect: Expect, operations: float = 1.0
) -> Specification:
    return Specification(
        name=name,
        title=title,
        group="throughput",
        probe="arithmetic",
        metric="operations_per_clock",
        unit="operations per clock",
        where={"sweep": sweep},
        expect=expect,
        rate_unit="FLOP/s" if operations > 1 else "operations/s",
        per_count=operations,
    )


def _result_latency(name: str, title: str, sweep: str, expect: Expect = nothing) -> Specification:
    return Specification(
        name=f"latency.{name}",
        title=title,
        group="latency",
        probe="arithmetic",
        metric="cycles_per_step",
        unit="cycles",
        where={"sweep": sweep, "warps": 1, "chains": 1},
        better="lower",
        expect=expect,
    )


def _tensor(kind: str, title: str, *sweeps: str) -> Specification:
    return Specification(
        name=f"tensor.{kind}",
        title=title,
        group="throughput",
        probe="tensor_cores",
        metric="multiply_adds_per_clock",
        unit="multiply-adds per clock",
        where={"sweep": lambda sweep: sweep in sweeps},
        expect=tensor(kind),
        rate_unit="operations/s" if kind.startswith("int") else "FLOP/s",
        per_count=2.0,
    )


LATENCIES = (
    _result_latency("fp32", "FP32 FMA", "fp32_fma", fma_latency),
    _result_latency("fp64", "FP64 FMA", "fp64_fma"),
    _result_latency("int32", "INT32 add", "int32_add"),
)
THROUGHPUTS = (
    _arithmetic("fp64", "FP64 FMA", "fp64_fma", lanes("fp64_lanes"), 2),
    _arithmetic("fp32", "FP32 FMA", "fp32_fma", lanes("fp32_lanes"), 2),
    _arithmetic("fp16", "FP16 FMA", "fp16_fma", lanes("fp16_lanes"), 2),
    _arithmetic("int32", "INT32 add", "int32_add", lanes("int32_lanes")),
    _arithmetic("int32.multiply", "INT32 multiply-add", "int32_mad", nothing),
    _arithmetic(
        "special",
        "SFU",
        lambda sweep: sweep in ("reciprocal", "reciprocal_root", "sine"),
        lanes("special_function_lanes"),
    ),
    Specification(
        name="shuffle",
        title="shuffle",
        group="throughput",
        probe="shuffle_vote",
        metric="lanes_per_clock",
        unit="lanes per clock",
        where={"sweep": "shuffle"},
        expect=shuffles_per_clock,
        rate_unit="operations/s",
    ),
    _tensor("fp16", "FP16 tensor cores", "half_wmma", "half_turing", "half", "half_sums"),
    _tensor("tf32", "TF32 tensor cores", "tensor_float32"),
    _tensor("int8", "INT8 tensor cores", "int8"),
    _tensor("fp64", "FP64 tensor cores", "fp64"),
)

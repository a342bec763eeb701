"""Compiles one instruction from its text and runs it on arrays of 32 lanes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gpuadvisor.emulator.program import Instruction, Register
from gpuadvisor.emulator.semantics import Operation, compile_operation
from gpuadvisor.emulator.widths import dtype_of, is_type

Lanes = NDArray[Any]
EVERYONE = np.ones((1, 32), np.bool_)


def instruction(text: str, operands: int) -> Instruction:
    """Return the instruction with this many register operands, destinations included."""
    opcode, *suffixes = text.split(".")
    types = tuple(suffix for suffix in suffixes if is_type(suffix))
    modifiers = tuple(suffix for suffix in suffixes if not is_type(suffix))
    registers = tuple(Register(f"%r{index}") for index in range(operands))
    return Instruction(0, opcode, modifiers, types, registers, None, None, 1)


def operation(text: str, operands: int) -> Operation:
    """Return the compiled operation, which must be supported."""
    found = compile_operation(instruction(text, operands))
    assert found is not None, text
    return found


def results(
    text: str, *sources: ArrayLike, destinations: int = 1, active: NDArray[np.bool_] | None = None
) -> tuple[Lanes, ...]:
    """Run an instruction on sources given as integers (bits) of any broadcastable shape."""
    compiled = operation(text, len(sources) + destinations)
    types = [*compiled.source_types, *(["pred"] if compiled.reads_carry else [])]
    lanes = [as_lanes(source, kind) for source, kind in zip(sources, types, strict=True)]
    shape = np.broadcast_shapes((1, 1), *(lane.shape for lane in lanes))
    mask = np.ones((shape[0], 32), np.bool_) if active is None else active
    return compiled.function(lanes, mask)


def result(text: str, *sources: ArrayLike) -> Lanes:
    """Return the one result of an instruction."""
    (only,) = results(text, *sources)
    return only


def as_lanes(values: ArrayLike, kind: str) -> Lanes:
    """Return integers, negative ones as two's complement, as at least two-dimensional register bits."""
    if isinstance(values, np.ndarray):
        return np.atleast_2d(values).astype(dtype_of(kind))
    exact = np.atleast_2d(np.array(values, object))
    return np.array([[int(value) % 2**64 for value in row] for row in exact], np.uint64).astype(
        dtype_of(kind)
    )


def rows(values: list[int], width: int = 32) -> Lanes:
    """Return a list of bit patterns, repeated to whole rows of 32 lanes, as u64."""
    padded = values + values[: -len(values) % width] if len(values) >= width else (values * width)[:width]
    return np.array([value % 2**64 for value in padded], np.uint64).reshape(-1, width)


def edges(bits: int) -> list[int]:
    """Return the integers of a width at which arithmetic turns."""
    top = 1 << bits
    return [
        0,
        1,
        2,
        3,
        5,
        31,
        32,
        33,
        63,
        64,
        65,
        255,
        top - 1,
        top - 2,
        top // 2,
        top // 2 - 1,
        top // 2 + 1,
        top // 3,
    ]


def integers(bits: int, seed: int, count: int = 320) -> Lanes:
    """Return rows of random and edge integers of a width."""
    random = np.random.default_rng(seed)
    values = random.integers(0, 2**64, count, dtype=np.uint64) >> np.uint64(64 - bits)
    small = random.random(count) < 0.3
    values = np.where(small, values & np.uint64(0x7F), values)
    pick = random.random(count) < 0.4
    values = np.where(pick, random.choice(np.array(edges(bits), np.uint64), count), values)
    return values.reshape(-1, 32)

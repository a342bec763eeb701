"""suld.b, sust.b, sust.p and sured.b (PTX ISA 9.7.11) on surface objects.

All but sust.p address a surface in bytes along its rows, so they need no format. A request is one instruction
of a warp on one surface; its sectors are those of the surface row by row.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.counting.texels import ImageOperation
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.instructions.images import (
    Coordinates,
    Geometry,
    bind_coordinates,
    bind_handle,
    check_geometry,
    geometry_of,
    objects,
    split_at_address,
)
from gpuadvisor.emulator.instructions.surface_formats import as_channel
from gpuadvisor.emulator.program import Address, Instruction, Operand, Vector
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.textures.images import Image, Texels
from gpuadvisor.emulator.widths import TYPE_BYTES, is_signed, unsigned

Bounds = Literal["trap", "clamp", "zero"]
_BOUNDS: tuple[Bounds, ...] = ("trap", "clamp", "zero")
_REDUCTIONS: dict[str, np.ufunc] = {
    "add": np.add,
    "min": np.minimum,
    "max": np.maximum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
}
_MOVED = frozenset({"b8", "b16", "b32", "b64"})
_FORMATTED = frozenset({"b32"})
_REDUCED = frozenset({"u32", "s32", "b32", "u64", "s64"})


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the threads of one surface access it: those inside, and the positions of their bytes."""

    part: Active
    inside: Mask
    store: ByteStore
    positions: NDArray[np.int64]
    texels: Texels


@dataclass(frozen=True, slots=True)
class _Access:
    """The part of a bound instruction that finds bytes of a surface; formatted ones move whole texels."""

    instruction: Instruction
    geometry: Geometry
    handle: Fetch
    coordinates: Coordinates
    bounds: Bounds
    type_name: str
    elements: int

    @property
    def is_formatted(self) -> bool:
        """Whether coordinates count texels, which get numbers in their own format."""
        return "p" in self.instruction.modifiers

    def size_bytes(self, texels: Texels) -> int:
        """Return what each thread moves."""
        return texels.texel_bytes if self.is_formatted else TYPE_BYTES[self.type_name] * self.elements

    def find(self, batch: Batch, active: Active, operation: ImageOperation) -> list[_Found]:
        """Count the requests and return where they go."""
        return [
            self._located(batch, part, image, operation)
            for image, part in objects(batch, active, self.handle, "surface")
        ]

    def _located(self, batch: Batch, part: Active, image: Image, operation: ImageOperation) -> _Found:
        check_geometry(self.instruction, self.geometry, image, part)
        offsets, inside = self._offsets(batch, part, image.texels)
        size_bytes = self.size_bytes(image.texels)
        addresses = np.uint64(image.address) + offsets.astype(np.uint64)
        batch.recorder.texels(
            self.instruction.index,
            "surface",
            operation,
            part.lanes,
            addresses[None, :],
            inside[None, :],
            size_bytes,
        )
        aligned_bytes = min(image.texels.dtype.itemsize, size_bytes)
        store, positions = batch.memory.locate(addresses, part.lanes, aligned_bytes, self.instruction.text)
        return _Found(part, inside, store, positions, image.texels)

    def _offsets(self, batch: Batch, part: Active, texels: Texels) -> tuple[NDArray[np.int64], Mask]:
        """Return each thread's offset in the surface and whether its access is inside; 0 where it is not."""
        size_bytes = self.size_bytes(texels)
        limits = (texels.row_bytes - size_bytes, *(extent - 1 for extent in texels.extents[1:]))
        words = self.coordinates.words(batch, part)
        places = [word.view(np.int32).astype(np.int64) for word in words]
        places[0] *= size_bytes if self.is_formatted else 1
        layer, last_layer = self.coordinates.layer_of(batch, part), (texels.layers or 1) - 1
        inside = layer <= last_layer
        for place, limit in zip(places, limits, strict=True):
            inside &= (place >= 0) & (place <= limit)
        self._check(part, inside, places, layer, texels)
        offset = np.minimum(layer, last_layer)
        for place, limit, extent in zip(places[:0:-1], limits[:0:-1], texels.extents[:0:-1], strict=True):
            offset = offset * extent + np.clip(place, 0, limit)
        fitting = limits[0] // size_bytes * size_bytes
        offset = offset * texels.row_bytes + np.clip(places[0], 0, max(fitting, 0))
        if self.bounds == "clamp":
            return offset, np.ones_like(inside)
        return np.where(inside, offset, 0), inside

    def _check(
        self,
        part: Active,
        inside: Mask,
        places: list[NDArray[np.int64]],
        layer: NDArray[np.int64],
        texels: Texels,
    ) -> None:
        """Raise ThreadFault for an access that the instruction does not allow."""
        size_bytes = self.size_bytes(texels)
        refused = places[0] % size_bytes != 0
        if refused.any():
            first = int(refused.argmax())
            what = f"byte {int(places[0][first])} of a row is not aligned to {size_bytes} bytes"
            raise ThreadFault(f"{self.instruction.text}: {what}", int(part.lanes[first]))
        if texels.row_bytes < size_bytes and self.bounds == "clamp":
            what = f"rows of {texels.row_bytes} bytes hold no {size_bytes}"
            raise ThreadFault(f"{self.instruction.text}: {what}", int(part.lanes[0]))
        if self.bounds == "trap" and not inside.all():
            first = int((~inside).argmax())
            where = [int(place[first]) for place in places]
            layered = f" of layer {int(layer[first])}" if texels.layers is not None else ""
            extents = [texels.row_bytes, *texels.extents[1:]]
            what = f"(byte, row, ...) {where}{layered} is outside a surface of {extents}"
            raise ThreadFault(f"{self.instruction.text}: {what}", int(part.lanes[first]))


def bind_surface_load(instruction: Instruction, binding: Binding) -> Step:
    """Bind suld.b: bytes of a row to registers; zero where `.zero` finds none."""
    targets, surface, behind = split_at_address(instruction.operands)
    elements = _elements(targets[0])
    access = _bind(instruction, surface, behind, len(elements), binding, _MOVED)
    writes = [binding.registers.scatter(target, access.type_name) for target in elements]
    width = TYPE_BYTES[access.type_name]

    def step(batch: Batch, active: Active) -> None:
        for found in access.find(batch, active, "load"):
            for element, write in enumerate(writes):
                values = _load(found.store, found.positions + element * width, width)
                write(batch, found.part, np.where(found.inside, values, values.dtype.type(0)))

    return step


def bind_surface_store(instruction: Instruction, binding: Binding) -> Step:
    """Bind sust: registers to bytes of a row; `.zero` drops what is outside."""
    if "p" in instruction.modifiers:
        return _bind_formatted_store(instruction, binding)
    _, surface, behind = split_at_address(instruction.operands)
    elements = _elements(behind[-1])
    access = _bind(instruction, surface, behind[:-1], len(elements), binding, _MOVED)
    sources = [binding.registers.fetch(source, access.type_name) for source in elements]
    width = TYPE_BYTES[access.type_name]

    def step(batch: Batch, active: Active) -> None:
        for found in access.find(batch, active, "store"):
            for element, source in enumerate(sources):
                values = found.part.pick(source(batch))
                at = found.positions + element * width
                _store(found.store, at[found.inside], values[found.inside])
        batch.scheduler.memory_written()

    return step


def _bind_formatted_store(instruction: Instruction, binding: Binding) -> Step:
    """Bind sust.p: registers to the channels of texels, zero to those that get none."""
    _, surface, behind = split_at_address(instruction.operands)
    elements = _elements(behind[-1])
    access = _bind(instruction, surface, behind[:-1], len(elements), binding, _FORMATTED)
    sources = [binding.registers.fetch(source, access.type_name) for source in elements]

    def step(batch: Batch, active: Active) -> None:
        for found in access.find(batch, active, "store"):
            given = [np.ascontiguousarray(found.part.pick(source(batch))) for source in sources]
            for channel in range(found.texels.channels):
                words = given[channel] if channel < len(given) else np.zeros_like(given[0])
                at = found.positions + channel * found.texels.dtype.itemsize
                _store(found.store, at[found.inside], as_channel(words, found.texels)[found.inside])
        batch.scheduler.memory_written()

    return step


def bind_surface_reduction(instruction: Instruction, binding: Binding) -> Step:
    """Bind sured.b: an atomic on the bytes of a row whose result nobody wants."""
    _, surface, behind = split_at_address(instruction.operands)
    access = _bind(instruction, surface, behind[:-1], 1, binding, _REDUCED)
    reduce = next(ufunc for name, ufunc in _REDUCTIONS.items() if name in instruction.modifiers)
    (operand,) = _elements(behind[-1])
    source = binding.registers.fetch(operand, access.type_name)
    width = TYPE_BYTES[access.type_name]
    dtype = np.dtype(f"{'i' if is_signed(access.type_name) else 'u'}{width}")

    def step(batch: Batch, active: Active) -> None:
        for found in access.find(batch, active, "atomic"):
            values = found.part.pick(source(batch)).view(dtype)
            skewed = found.positions % width != 0
            if skewed.any():
                what = f"{instruction.text} on rows that are no multiple of {width} bytes"
                raise ThreadFault(what, int(found.part.lanes[int(skewed.argmax())]))
            at = found.positions[found.inside] // width
            reduce.at(found.store.view(width).view(dtype), at, values[found.inside])
        batch.scheduler.memory_written()

    return step


def _bind(
    instruction: Instruction,
    surface: Address,
    behind: tuple[Operand, ...],
    elements: int,
    binding: Binding,
    types: frozenset[str],
) -> _Access:
    bounds = next((mode for mode in _BOUNDS if mode in instruction.modifiers), None)
    formatted = types is _FORMATTED
    if ("p" if formatted else "b") not in instruction.modifiers or bounds is None:
        raise Unsupported("this form of surface access")
    (place,) = behind
    geometry = geometry_of(instruction)
    return _Access(
        instruction=instruction,
        geometry=geometry,
        handle=bind_handle(surface, binding.registers),
        coordinates=bind_coordinates(place, geometry, binding),
        bounds=bounds,
        type_name=next(name for name in reversed(instruction.modifiers) if name in types),
        elements=elements,
    )


def _load(store: ByteStore, positions: NDArray[np.int64], width: int) -> NDArray[Any]:
    """Return integers at bytes of rows, which begin anywhere here and aligned in hardware."""
    rows: NDArray[Any] = store.bytes[positions[:, None] + np.arange(width)].view(unsigned(width))
    return rows[:, 0]


def _store(store: ByteStore, positions: NDArray[np.int64], values: NDArray[Any]) -> None:
    """Write integers to bytes of rows."""
    width = values.dtype.itemsize
    content = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    store.bytes[positions[:, None] + np.arange(width)] = content


def _elements(operand: Operand) -> tuple[Operand, ...]:
    return operand.elements if isinstance(operand, Vector) else (operand,)


BUILDERS: StepBuilders = {
    "suld": bind_surface_load,
    "sust": bind_surface_store,
    "sured": bind_surface_reduction,
}

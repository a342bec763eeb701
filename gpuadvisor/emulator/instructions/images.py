"""What texture and surface instructions share: objects by handle, coordinates, geometry."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions.binding import Binding
from gpuadvisor.emulator.program import Address, Instruction, Operand, Symbol, Vector
from gpuadvisor.emulator.registers import Fetch, Registers, Unsupported
from gpuadvisor.emulator.textures.images import Image, Texels

HANDLE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Geometry:
    """What an instruction takes its object for: `.2d`, `.a1d`, `.acube`."""

    dimensions: int
    """Coordinates in a register each, without the index of a layer."""
    layered: bool
    cube: bool = False

    def describes(self, texels: Texels) -> bool:
        """Whether the object is one of these."""
        if texels.cube:
            several = texels.layers is not None and texels.layers > 6
            return self.cube and self.layered >= several
        layered = texels.layers is not None
        return not self.cube and self.layered == layered and self.dimensions == len(texels.extents)


GEOMETRIES = {
    "1d": Geometry(1, layered=False),
    "2d": Geometry(2, layered=False),
    "3d": Geometry(3, layered=False),
    "a1d": Geometry(1, layered=True),
    "a2d": Geometry(2, layered=True),
    "cube": Geometry(3, layered=False, cube=True),
    "acube": Geometry(3, layered=True, cube=True),
}


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where an instruction reads its coordinates: registers as 32 bits each, the layer first."""

    layer: Fetch | None
    places: tuple[Fetch, ...]

    def layer_of(self, batch: Batch, active: Active) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Return the unsigned layer of each active thread, shape (n,)."""
        if self.layer is None:
            return np.zeros(active.count, np.int64)
        return active.pick(self.layer(batch)).astype(np.int64)

    def words(self, batch: Batch, active: Active) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint32]]]:
        """Return the coordinates of each active thread as bits, shape (n,) each."""
        return [np.ascontiguousarray(active.pick(place(batch))) for place in self.places]


def geometry_of(instruction: Instruction) -> Geometry:
    """Return the geometry that an instruction names."""
    name = next((each for each in instruction.modifiers if each in GEOMETRIES), None)
    if name is None:
        raise Unsupported("this geometry")
    return GEOMETRIES[name]


def split_at_address(
    operands: tuple[Operand, ...],
) -> tuple[tuple[Operand, ...], Address, tuple[Operand, ...]]:
    """Return the operands before the object, the object, and those behind it."""
    position = next(index for index, operand in enumerate(operands) if isinstance(operand, Address))
    found = operands[position]
    assert isinstance(found, Address)  # as just looked for
    return operands[:position], found, operands[position + 1 :]


def bind_handle(operand: Address, registers: Registers) -> Fetch:
    """Return how to read the handle of the object, or the address of a reference that holds it."""
    base = operand.base
    place = registers.layout.places.get(base.name) if isinstance(base, Symbol) else None
    if base is None or operand.offset or (place is not None and place.space != "global"):
        raise Unsupported("an object that is neither in a register nor in a variable of the module")
    return registers.fetch(base, "b64")


def bind_coordinates(operand: Operand, geometry: Geometry, binding: Binding) -> Coordinates:
    """Return how to read the coordinates; elements behind those that the geometry needs are ignored."""
    elements = operand.elements if isinstance(operand, Vector) else (operand,)
    fetches = [binding.registers.fetch(element, "b32") for element in elements]
    first = 1 if geometry.layered else 0
    places = fetches[first : first + geometry.dimensions]
    if len(places) != geometry.dimensions:
        raise Unsupported("fewer coordinates than its geometry has")
    return Coordinates(fetches[0] if geometry.layered else None, tuple(places))


def objects(batch: Batch, active: Active, handles: Fetch, kind: str) -> Iterator[tuple[Image, Active]]:
    """Yield each object that active threads name, with those threads.

    Raises ThreadFault where a handle is not that of an object of the `kind`: texture or surface.
    """
    everyone = handles(batch)
    picked = active.pick(everyone)
    for handle in np.unique(picked).tolist():
        part = active.narrow(everyone == handle)
        image = batch.memory.image(handle) or _referenced(batch, handle)
        if image is None or image.kind != kind:
            found = f"that of a {image.kind}" if image else "not one of an object of this launch"
            raise ThreadFault(f"the {kind} handle {handle:#x} is {found}", int(part.lanes[0]))
        yield image, part


def _referenced(batch: Batch, address: int) -> Image | None:
    """Return the object whose handle a `.texref` or `.surfref` variable at the address holds, or None."""
    allocation = batch.memory.allocation_at(address)
    if allocation is None or address + HANDLE_BYTES > allocation.end:
        return None
    return batch.memory.image(int.from_bytes(batch.memory.read(address, HANDLE_BYTES), "little"))


def check_geometry(instruction: Instruction, geometry: Geometry, image: Image, active: Active) -> None:
    """Raise ThreadFault where the object has another geometry than the instruction."""
    if not geometry.describes(image.texels):
        what = f"{instruction.text} is given a {image.kind} that is {image.texels}"
        raise ThreadFault(what, int(active.lanes[0]))

"""tex and tld4 (PTX ISA 9.7.10) on texture objects.

A request is one instruction of a warp on one texture; its sectors are the distinct 32-byte segments of all
the texels that its filter reads (Nsight Visual Studio Edition, Memory Statistics - Texture: a fetch is a
request, answered in units of 32 bytes), in the order that `Texels` keeps them. Textures have one mipmap
level, so levels of detail and gradients choose nothing.
"""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
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
from gpuadvisor.emulator.program import Instruction, Operand, Vector
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.textures.addressing import Taps, footprint_taps, indexed_taps, sampled_taps
from gpuadvisor.emulator.textures.cubes import face_of
from gpuadvisor.emulator.textures.images import CUBE_FACES, Image, Sampling, yields_floats
from gpuadvisor.emulator.textures.texels import COMPONENTS, Words, filtered, gathered, loaded

_LEVEL_OPERANDS = {"level": 1, "grad": 2}
_GATHERED = {"r": 0, "g": 1, "b": 2, "a": 3}
_ALWAYS = np.ones((1, 1), np.bool_)


@dataclass(frozen=True, slots=True)
class _Lookup:
    """The part of a bound instruction that finds texels."""

    instruction: Instruction
    geometry: Geometry
    coordinates: Coordinates
    component: int | None
    """The one that is gathered from four texels; None for a filtered fetch."""

    def taps(self, batch: Batch, active: Active, image: Image, sampling: Sampling) -> Taps:
        """Return the texels that each active thread reads."""
        layer = self.coordinates.layer_of(batch, active)
        words = self.coordinates.words(batch, active)
        if self.instruction.types[1] == "s32":
            whole = [word.view(np.int32).astype(np.int64) for word in words]
            return indexed_taps(image.texels, whole, layer)
        places = [word.view(np.float32).astype(np.float64) for word in words]
        if self.geometry.cube:
            face, *places = face_of(*places)
            cubes = (image.texels.layers or CUBE_FACES) // CUBE_FACES
            layer = np.minimum(layer, cubes - 1) * CUBE_FACES + face
        find = sampled_taps if self.component is None else footprint_taps
        return find(image.texels, sampling, places, layer)

    def read(self, batch: Batch, active: Active, image: Image, sampling: Sampling) -> Words:
        """Count the request and return the components of each active thread, shape (4, n)."""
        texels, pc = image.texels, self.instruction.index
        taps = self.taps(batch, active, image, sampling)
        addresses = np.uint64(image.address) + (taps.positions * texels.texel_bytes).astype(np.uint64)
        batch.recorder.texels(pc, "texture", "load", active.lanes, addresses, taps.inside, texels.texel_bytes)
        lanes = np.tile(active.lanes, len(addresses))
        store, at = batch.memory.locate(
            addresses.reshape(-1), lanes, texels.dtype.itemsize, self.instruction.text
        )
        content = loaded(store, texels, at.reshape(addresses.shape))
        if self.component is None:
            return filtered(texels, sampling, content, taps)
        return gathered(texels, sampling, content, taps, self.component)

    def check(self, image: Image, sampling: Sampling, active: Active) -> None:
        """Raise ThreadFault where the texture is not what the instruction takes it for."""
        check_geometry(self.instruction, self.geometry, image, active)
        floats = yields_floats(image.texels, sampling)
        if floats != (self.instruction.types[0] == "f32"):
            holds = "floats" if floats else f"{image.texels.element} as it is"
            what = f"{self.instruction.text} is given a texture that yields {holds}"
            raise ThreadFault(what, int(active.lanes[0]))


def bind_fetch(instruction: Instruction, binding: Binding) -> Step:
    """Bind tex: a filtered texel."""
    count = next((n for name, n in _LEVEL_OPERANDS.items() if name in instruction.modifiers), 0)
    return _bind(instruction, binding, None, count)


def bind_gather(instruction: Instruction, binding: Binding) -> Step:
    """Bind tld4: one component of the four texels that linear filtering would read."""
    component = next((_GATHERED[name] for name in instruction.modifiers if name in _GATHERED), None)
    flat = geometry_of(instruction).dimensions == 2 or geometry_of(instruction).cube
    if component is None or not flat or instruction.types[1:] != ("f32",):
        raise Unsupported("this form of gather")
    return _bind(instruction, binding, component, 0)


def _bind(instruction: Instruction, binding: Binding, component: int | None, level_operands: int) -> Step:
    targets, texture, behind = split_at_address(instruction.operands)
    if len(behind) != 1 + level_operands:
        raise Unsupported("samplers apart from textures, offsets and depth comparison")
    geometry = geometry_of(instruction)
    coordinate_types = ("f32",) if geometry.cube else ("f32", "s32")
    if len(instruction.types) != 2 or instruction.types[0] not in ("f32", "s32", "u32"):
        raise Unsupported("this type of result")
    if instruction.types[1] not in coordinate_types:
        raise Unsupported("coordinates of this type")
    coordinates = bind_coordinates(behind[0], geometry, binding)
    lookup = _Lookup(instruction, geometry, coordinates, component)
    handle = bind_handle(texture, binding.registers)
    writes = [binding.registers.scatter(target, "b32") for target in _components(targets[0])]
    resident = binding.registers.write(targets[1] if len(targets) > 1 else None, "pred")

    def step(batch: Batch, active: Active) -> None:
        for image, part in objects(batch, active, handle, "texture"):
            sampling = image.sampling or Sampling()
            lookup.check(image, sampling, part)
            components = lookup.read(batch, part, image, sampling)
            for write, values in zip(writes, components, strict=True):
                write(batch, part, values)
        resident(batch, active, _ALWAYS)

    return step


def _components(target: Operand) -> tuple[Operand, ...]:
    if not isinstance(target, Vector) or len(target.elements) != COMPONENTS:
        raise Unsupported("other results than four components")
    return target.elements


BUILDERS: StepBuilders = {"tex": bind_fetch, "tld4": bind_gather}

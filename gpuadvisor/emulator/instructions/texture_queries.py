"""txq and suq (PTX ISA 9.7.10, 9.7.11): what a texture or surface object is like."""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilder, StepBuilders
from gpuadvisor.emulator.instructions.images import bind_handle, objects, split_at_address
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.textures.images import CUBE_FACES, Image

_UNNORMALIZED = {
    "int8": 0x10D7, "int16": 0x10D8, "int32": 0x10D9, "uint8": 0x10DA, "uint16": 0x10DB, "uint32": 0x10DC,
    "float16": 0x10DD, "float32": 0x10DE,
}  # fmt: skip
_NORMALIZED = {"int8": 0x10D0, "int16": 0x10D1, "uint8": 0x10D2, "uint16": 0x10D3}
"""Types of channels (PTX ISA 5.3.2), as OpenCL's CL_SNORM_INT8 and so on."""
_ORDERS = {1: 0x10B0, 2: 0x10B2, 4: 0x10B5}
"""Orders of channels (PTX ISA 5.3.2), as OpenCL's CL_R, CL_RG and CL_RGBA."""


def _extent(axis: int) -> Callable[[Image], int]:
    return lambda image: image.texels.extents[axis] if axis < len(image.texels.extents) else 0


def _layers(image: Image) -> int:
    return (image.texels.layers or 0) // (CUBE_FACES if image.texels.cube else 1)


def _channel_type(image: Image) -> int:
    normalized = image.sampling is not None and image.sampling.read == "normalized-float"
    element = image.texels.element
    return _NORMALIZED[element] if normalized and element in _NORMALIZED else _UNNORMALIZED[element]


_QUERIES: dict[str, Callable[[Image], int]] = {
    "width": _extent(0),
    "height": _extent(1),
    "depth": _extent(2),
    "array_size": _layers,
    "channel_data_type": _channel_type,
    "channel_order": lambda image: _ORDERS[image.texels.channels],
    "normalized_coords": lambda image: int(image.sampling is not None and image.sampling.normalized),
    "num_mipmap_levels": lambda _: 1,
    "num_samples": lambda _: 1,
}


def answer(name: str, image: Image) -> int:
    """Return what a query of that name says of an image."""
    return _QUERIES[name](image)


def _binder(kind: str) -> StepBuilder:
    """Return how to bind a query of the `kind`: texture or surface."""

    def bind(instruction: Instruction, binding: Binding) -> Step:
        (target,), source, _ = split_at_address(instruction.operands)
        name = next((each for each in instruction.modifiers if each in _QUERIES), None)
        if name is None or "level" in instruction.modifiers:
            raise Unsupported("this query")
        handle = bind_handle(source, binding.registers)
        write = binding.registers.write(target, "b32")

        def step(batch: Batch, active: Active) -> None:
            for image, part in objects(batch, active, handle, kind):
                write(batch, part, np.full((1, 1), answer(name, image), np.uint32))

        return step

    return bind


BUILDERS: StepBuilders = {"txq": _binder("texture"), "suq": _binder("surface")}

"""tex, tld4, txq and suq in native code (PTX ISA 9.7.10, 9.7.11)."""

from gpuadvisor.emulator.native.abi import offset_of
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.textures.abi import COMPONENT_SHIFT, IMAGE, QUERIES, How, Kind
from gpuadvisor.emulator.native.textures.objects import ImageAccess, ImageSites
from gpuadvisor.emulator.native.textures.signatures import COMPONENTS, WORDS_BYTES, declared
from gpuadvisor.emulator.native.vectors import (
    FULL,
    I32,
    WORDS,
    constant,
    field,
    mask_of,
    splat,
)
from gpuadvisor.emulator.program import Instruction, Operand, Vector
from gpuadvisor.emulator.registers import Unsupported

_LEVEL_OPERANDS = {"level": 1, "grad": 2}
_RESULTS = {"f32": Kind.FLOAT_TEXTURE, "s32": Kind.INTEGER_TEXTURE, "u32": Kind.INTEGER_TEXTURE}
_COMPONENT_COUNT = 4


def emit_fetch(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit tex."""
    access = ImageAccess(lanes, sites, instruction)
    levels = next((n for name, n in _LEVEL_OPERANDS.items() if name in instruction.modifiers), 0)
    kinds = ("f32",) if access.geometry.cube else ("f32", "s32")
    if len(instruction.types) != 2 or instruction.types[1] not in kinds or len(access.behind) != 1 + levels:
        raise Unsupported("this form of fetch")
    whole = How.WHOLE if instruction.types[1] == "s32" else How.FILTERED
    _emit(access, whole | (How.CUBE if access.geometry.cube else How.FILTERED))


def emit_gather(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit tld4."""
    access = ImageAccess(lanes, sites, instruction)
    component = next(("rgba".index(name) for name in instruction.modifiers if name in (*"rgba",)), None)
    flat = access.dimensions == 2
    if component is None or not flat or instruction.types[1:] != ("f32",) or len(access.behind) != 1:
        raise Unsupported("this form of gather")
    cube = How.CUBE if access.geometry.cube else How.FILTERED
    _emit(access, How.GATHERED | cube | component << COMPONENT_SHIFT)


def _emit(access: ImageAccess, how: int) -> None:
    builder, lanes = access.builder, access.lanes
    targets = _components(access.targets[0])
    kinds = [Kind.TEXTURE, _RESULTS[access.instruction.types[0]]]
    places = access.read_places(access.behind[0])
    site = access.site("texture", "load")
    found = access.scratch("components", COMPONENTS)
    fetch = declared(builder.module, "fetch_texels")
    with access.each_object(kinds) as (image, part):
        arguments = [access.context, site, image, places, part, constant(access.dimensions), constant(how)]
        builder.call(fetch, [*arguments, found])
    for number, target in enumerate(targets):
        lanes.write(target, "b32", builder.load(field(builder, found, WORDS_BYTES * number), typ=WORDS))
    if len(access.targets) > 1:
        lanes.write(access.targets[1], "pred", mask_of(builder, FULL))


def _components(target: Operand) -> tuple[Operand, ...]:
    if not isinstance(target, Vector) or len(target.elements) != _COMPONENT_COUNT:
        raise Unsupported("other results than four components")
    return target.elements


def emit_query(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit txq and suq."""
    access = ImageAccess(lanes, sites, instruction)
    (target,) = access.targets
    name = next((each for each in instruction.modifiers if each in QUERIES), None)
    if name is None or "level" in instruction.modifiers:
        raise Unsupported("this query")
    builder = access.builder
    found = access.scratch("answers", WORDS)
    kind = Kind.TEXTURE if instruction.opcode == "txq" else Kind.SURFACE
    with access.each_object([kind]) as (image, part):
        place = field(builder, image, offset_of(IMAGE, "answers") + 4 * QUERIES.index(name))
        answer = splat(builder, builder.load(place, typ=I32))
        others = builder.load(found, typ=WORDS)
        builder.store(builder.select(mask_of(builder, part), answer, others), found)
    lanes.write(target, "b32", builder.load(found, typ=WORDS))

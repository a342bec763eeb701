"""suld.b, sust.b, sust.p and sured.b in native code (PTX ISA 9.7.11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.textures.abi import Bounds, Kind
from gpuadvisor.emulator.native.textures.objects import ImageAccess, ImageSites
from gpuadvisor.emulator.native.textures.signatures import COMPONENTS, WORDS_BYTES, declared, image_field
from gpuadvisor.emulator.native.textures.texels import load_at
from gpuadvisor.emulator.native.transfers import elements, scatter, spilled
from gpuadvisor.emulator.native.vectors import (
    I1,
    I32,
    LONGS,
    POINTER,
    WORDS,
    bits,
    constant,
    each_lane,
    field,
    mask_of,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.widths import is_signed

_MOVED = ("b8", "b16", "b32", "b64")
_FORMATTED = ("b32",)
_REDUCED = ("u32", "s32", "b32", "u64", "s64")
_REDUCTIONS = {"add": "add", "min": "umin", "max": "umax", "and": "and", "or": "or"}
_SIGNED = {"min": "min", "max": "max"}


@dataclass(frozen=True, slots=True)
class _Found:
    """Where lanes of one surface access it."""

    part: ir.Value
    inside: ir.Value
    """Those of them that access anything, as bits."""
    positions: ir.Value
    """In global memory, <32 x i32>."""


class _SurfaceAccess:
    """One instruction that moves `count` elements of a type, or whole texels if it is formatted."""

    def __init__(
        self, access: ImageAccess, operation: str, place: Operand, types: Sequence[str], count: int
    ) -> None:
        modifiers = access.instruction.modifiers
        bounds = next((each for each in Bounds if each.name.lower() in modifiers), None)
        self._is_formatted = types is _FORMATTED
        if ("p" if self._is_formatted else "b") not in modifiers or bounds is None:
            raise Unsupported("this form of surface access")
        self.access = access
        self.type_name = next(name for name in reversed(modifiers) if name in types)
        self.width = width_of(self.type_name)
        self._bounds = bounds
        self._size = constant(self.width // 8 * count)
        self._places = access.read_places(place)
        self._site = access.site("surface", operation)

    def place(self, image: ir.Value, part: ir.Value) -> _Found:
        """Check and count the accesses of lanes to a surface."""
        builder = self.access.builder
        positions, inside = self.access.scratch("positions", WORDS), self.access.scratch("inside", I32)
        size = image_field(builder, image, "texel_bytes") if self._is_formatted else self._size
        how = [constant(self._is_formatted, I1), constant(self._bounds)]
        arguments = [image, self._places, part, size, *how, positions, inside]
        self.access.refuse(builder.call(declared(builder.module, "place_on_surface"), arguments))
        counted = [self.access.context, self._site, image, positions, inside, constant(1), part, size]
        builder.call(declared(builder.module, "count_texels"), counted)
        return _Found(part, builder.load(inside, typ=I32), builder.load(positions, typ=WORDS))

    def addresses(self, found: _Found) -> ir.Value:
        """Return the addresses in this process, <32 x i64>."""
        builder = self.access.builder
        arena = splat(builder, word(builder, self.access.context, Word.ARENA))
        return builder.add(builder.zext(found.positions, LONGS), arena)


def emit_surface_load(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit suld.b."""
    access = ImageAccess(lanes, sites, instruction)
    (target,), (place,) = access.targets, access.behind
    targets = elements(target)
    surface = _SurfaceAccess(access, "load", place, _MOVED, len(targets))
    builder, width = access.builder, surface.width
    kind = integer_type(width)
    results = [access.scratch(f"{kind}.{number}", kind) for number in range(len(targets))]
    with access.each_object([Kind.SURFACE]) as (image, part):
        found = surface.place(image, part)
        for number, result in enumerate(results):
            positions = builder.add(found.positions, splat_constant(number * width // 8))
            value = load_at(builder, access.context, positions, found.inside, width)
            others = builder.load(result, typ=value.type)
            builder.store(builder.select(mask_of(builder, part), value, others), result)
    for register, result in zip(targets, results, strict=True):
        lanes.write(register, surface.type_name, builder.load(result, typ=kind))


def emit_surface_store(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit sust."""
    access = ImageAccess(lanes, sites, instruction)
    place, given = access.behind
    sources = elements(given)
    if "p" in instruction.modifiers:
        _emit_formatted_store(access, place, sources)
        return
    surface = _SurfaceAccess(access, "store", place, _MOVED, len(sources))
    values = [lanes.read(source, surface.type_name) for source in sources]
    with access.each_object([Kind.SURFACE]) as (image, part):
        found = surface.place(image, part)
        scatter(access.builder, surface.addresses(found), found.inside, values, surface.width)


def _emit_formatted_store(access: ImageAccess, place: Operand, sources: Sequence[Operand]) -> None:
    builder = access.builder
    surface = _SurfaceAccess(access, "store", place, _FORMATTED, len(sources))
    missing = [ir.Constant(WORDS, None)] * (COMPONENTS.count - len(sources))
    components = access.scratch("components", COMPONENTS)
    values = [access.lanes.read(source, surface.type_name) for source in sources]
    for number, value in enumerate([*values, *missing]):
        builder.store(value, field(builder, components, WORDS_BYTES * number))
    with access.each_object([Kind.SURFACE]) as (image, part):
        found = surface.place(image, part)
        positions = access.scratch("positions", WORDS)
        store = declared(builder.module, "store_texels")
        builder.call(store, [access.context, image, positions, found.inside, components])


def emit_surface_reduction(lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
    """Emit sured.b."""
    access = ImageAccess(lanes, sites, instruction)
    place, given = access.behind
    (source,) = elements(given)
    surface = _SurfaceAccess(access, "atomic", place, _REDUCED, 1)
    name = next(name for name in _REDUCTIONS if name in instruction.modifiers)
    signed = is_signed(surface.type_name)
    operation = _SIGNED.get(name, _REDUCTIONS[name]) if signed else _REDUCTIONS[name]
    value = lanes.read(source, surface.type_name)
    builder, width = access.builder, surface.width
    values, addresses = access.scratch(f"values{width}", value.type), access.scratch("addresses", LONGS)
    builder.store(value, values)
    with access.each_object([Kind.SURFACE]) as (image, part):
        found = surface.place(image, part)
        low_bits = builder.and_(found.positions, splat_constant(width // 8 - 1))
        skewed = bits(builder, builder.icmp_unsigned("!=", low_bits, ir.Constant(WORDS, None)))
        access.refuse(builder.and_(skewed, part))
        builder.store(surface.addresses(found), addresses)
        with each_lane(builder, found.inside) as lane:
            cell = builder.inttoptr(spilled(builder, addresses, lane, 64), POINTER)
            builder.atomic_rmw(operation, cell, spilled(builder, values, lane, width), "monotonic")

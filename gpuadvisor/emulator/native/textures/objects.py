"""What instructions on textures and surfaces share in native code: the objects their lanes name."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as member
from functools import cached_property

from llvmlite import ir

from gpuadvisor.emulator.instructions.images import GEOMETRIES, Geometry, geometry_of, split_at_address
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.plan import ImageSite
from gpuadvisor.emulator.native.state import pointer
from gpuadvisor.emulator.native.textures.abi import IMAGE_SITE, Kind
from gpuadvisor.emulator.native.textures.signatures import PLACES, WORDS_BYTES, declared
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LONGS,
    POINTER,
    WORDS,
    bits,
    constant,
    field,
    local,
    mask_of,
    smallest,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Address, Instruction, Operand, Symbol, Vector
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.textures.images import DEEPEST


@dataclass(slots=True)
class ImageSites:
    """The sites of a kernel's images, in the order in which contexts keep them."""

    failed: Callable[[Status], ir.Block]
    listed: list[ImageSite] = member(default_factory=list)
    _scratch: dict[str, ir.Value] = member(default_factory=dict)

    def scratch(self, builder: ir.IRBuilder, name: str, kind: ir.Type) -> ir.Value:
        """Return memory of that name: the same for all instructions, none of which needs it for long."""
        if name not in self._scratch:
            self._scratch[name] = local(builder, kind)
        return self._scratch[name]


class ImageAccess:
    """One instruction under translation. Registers are read before the loop over the objects."""

    def __init__(self, lanes: Lanes, sites: ImageSites, instruction: Instruction) -> None:
        self.lanes = lanes
        self.builder = lanes.builder
        self.context = lanes.warp.context
        self.instruction = instruction
        self.targets, self._object, self.behind = split_at_address(instruction.operands)
        self._sites = sites
        self._handles = lanes.read(_handle(lanes, self._object), "b64")
        self._kept_handles = self.scratch("handles", LONGS)
        self._places = self.scratch("places", PLACES)
        self.builder.store(self._handles, self._kept_handles)

    def scratch(self, name: str, kind: ir.Type) -> ir.Value:
        """Return memory that instructions share."""
        return self._sites.scratch(self.builder, name, kind)

    @cached_property
    def geometry(self) -> Geometry:
        """The geometry that the instruction names."""
        return geometry_of(self.instruction)

    @cached_property
    def dimensions(self) -> int:
        """Those of the array of texels."""
        return 2 if self.geometry.cube else self.geometry.dimensions

    def read_places(self, operand: Operand) -> ir.Value:
        """Keep the coordinates in memory; return where. A layer that is not named is the first."""
        elements = operand.elements if isinstance(operand, Vector) else (operand,)
        if len(elements) < self.geometry.layered + self.geometry.dimensions:
            raise Unsupported("fewer coordinates than its geometry has")
        values = [self.lanes.read(element, "b32") for element in elements]
        first = self.geometry.layered
        named = values[first : first + self.geometry.dimensions]
        layer = values[:1] if self.geometry.layered else [ir.Constant(WORDS, None)]
        missing = [ir.Constant(WORDS, None)] * (DEEPEST - len(named))
        for number, value in enumerate([*layer, *named, *missing]):
            self.builder.store(value, field(self.builder, self._places, WORDS_BYTES * number))
        return self._places

    def site(self, space: str, operation: str) -> ir.Value:
        """Return the address of a new site."""
        number = len(self._sites.listed)
        self._sites.listed.append(ImageSite(self.instruction.index, space, operation))
        start = pointer(self.builder, self.context, Word.IMAGE_SITES)
        return field(self.builder, start, number * IMAGE_SITE.itemsize)

    @contextmanager
    def each_object(self, kinds: Sequence[Kind]) -> Iterator[tuple[ir.Value, ir.Value]]:
        """Build a loop over the objects in order of their handles; yields an object and its lanes, as bits.

        It stops where a handle is not that of an object of all these kinds, or has another geometry.
        """
        builder = self.builder
        rest = self.scratch("rest", I32)
        builder.store(self.lanes.on, rest)
        head, body, done = (
            builder.append_basic_block(name) for name in ("objects", "object", "objects.done")
        )
        builder.branch(head)
        builder.position_at_end(head)
        left = builder.load(rest, typ=I32)
        builder.cbranch(builder.icmp_unsigned("!=", left, constant(0)), body, done)
        builder.position_at_end(body)
        handles = builder.select(mask_of(builder, left), self._handles, splat_constant(-1, I64))
        handle = smallest(builder, handles)
        same = bits(builder, builder.icmp_unsigned("==", handles, splat(builder, handle)))
        part = builder.and_(same, left)
        builder.store(builder.and_(left, builder.not_(part)), rest)
        yield self._find(handle, part, kinds), part
        builder.branch(head)
        builder.position_at_end(done)

    def _find(self, handle: ir.Value, part: ir.Value, kinds: Sequence[Kind]) -> ir.Value:
        builder = self.builder
        asks = self.instruction.opcode in ("txq", "suq")
        geometries = 0 if asks else 1 << list(GEOMETRIES.values()).index(self.geometry)
        wanted = [constant(sum(1 << kind for kind in kinds)), constant(geometries)]
        find = declared(builder.module, "find_image")
        image = builder.call(find, [self.context, handle, *wanted])
        missing = builder.icmp_unsigned("==", image, ir.Constant(POINTER, None))
        self.refuse(builder.select(missing, part, constant(0)))
        return image

    def refuse(self, lanes: ir.Value) -> None:
        """Stop if there are lanes, as bits; what the first of them asked for is noted."""
        builder = self.builder
        some = builder.icmp_unsigned("!=", lanes, constant(0))
        with builder.if_then(some, likely=False):
            noted = [constant(self.instruction.index, I64), lanes, self._kept_handles, self._places]
            builder.call(declared(builder.module, "note_refused"), [self.context, *noted])
        checked = builder.append_basic_block("checked")
        builder.cbranch(some, self._sites.failed(Status.BAD_IMAGE), checked)
        builder.position_at_end(checked)


def _handle(lanes: Lanes, operand: Address) -> Operand:
    """Return the operand that holds the handle, or the address of a variable that does."""
    base = operand.base
    place = lanes.layout.places.get(base.name) if isinstance(base, Symbol) else None
    if base is None or operand.offset or (place is not None and place.space != "global"):
        raise Unsupported("an object that is neither in a register nor in a variable of the module")
    return base

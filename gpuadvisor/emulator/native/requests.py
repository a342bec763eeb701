"""Memory requests in native code: from addresses to checked, counted places in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as member

from llvmlite import ir

from gpuadvisor.emulator.layout import LOCAL_WINDOW, PARAMETER_WINDOW, SHARED_WINDOW, WINDOW_BYTES
from gpuadvisor.emulator.memory import BASE_ADDRESS
from gpuadvisor.emulator.native.abi import SITE, Kind, Status, Word
from gpuadvisor.emulator.native.cluster_access import access_cluster, first_place, located
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.parameters import parameter_places, takes_parameter_addresses
from gpuadvisor.emulator.native.plan import Site
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.state import note_fault, warp_field, word
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANE_NUMBERS,
    LANES,
    LONGS,
    POINTER,
    bits,
    constant,
    field,
    local,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Function, Instruction

_SPACES = ("global", "const", "shared", "local", "param")
_WINDOWS = {"shared": SHARED_WINDOW, "local": LOCAL_WINDOW}


def windows_of(function: Function) -> dict[str, int]:
    """Return the windows that a kernel's generic addresses may lie in."""
    parameters = {"param": PARAMETER_WINDOW} if takes_parameter_addresses(function) else {}
    return _WINDOWS | parameters


@dataclass(slots=True)
class Sites:
    """The sites of a kernel, in the order in which contexts keep them."""

    windows: Mapping[str, int]
    """The spaces that generic addresses may lie in, but for global memory, and where they start."""
    listed: list[Site] = member(default_factory=list)

    def add(self, site: Site) -> int:
        """Return the number of a new site."""
        self.listed.append(site)
        return len(self.listed) - 1


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed its checks: `mask` are its lanes, at least one, as bits."""

    space: str
    mask: ir.Value
    kind: ir.Value
    """A `Kind`."""
    start: ir.Value
    """The address in this process of the first active lane's bytes."""
    places: ir.Value
    """The addresses of all lanes, <32 x i64>."""
    generic: bool
    """Whether other lanes of the same instruction may access other spaces."""


def named_space(instruction: Instruction) -> str | None:
    """Return the state space that an instruction names, or None if its addresses are generic."""
    names = (modifier.partition("::")[0] for modifier in instruction.modifiers)
    return next((name for name in names if name in _SPACES), None)


@dataclass(frozen=True, slots=True)
class Check:
    """How a request differs from that of a load or store."""

    counted: bool = True
    first_bytes: int = 0
    """How many bytes of each lane must lie in a buffer; 0: all."""
    what: str = ""
    """What to call it in messages."""


class Requester:
    """Emits the requests of one instruction."""

    def __init__(
        self, lanes: Lanes, sites: Sites, failed: Callable[[Status], ir.Block], instruction: Instruction
    ) -> None:
        self._lanes = lanes
        self._sites = sites
        self._failed = failed
        self._instruction = instruction

    def emit(
        self, operation: str, size_bytes: int, addresses: ir.Value, use: Callable[[Request], None]
    ) -> None:
        """Emit the request, once for each space that the addresses may lie in."""
        space = named_space(self._instruction)
        if space is not None:
            self._emit_in(space, operation, size_bytes, addresses, self._lanes.on, use)
            return
        builder = self._lanes.builder
        rest = self._lanes.on
        for name, start in self._sites.windows.items():
            offsets = builder.sub(addresses, splat_constant(start, I64))
            inside = builder.icmp_unsigned("<", offsets, splat_constant(WINDOW_BYTES, I64))
            part = builder.and_(bits(builder, inside), rest)
            rest = builder.and_(rest, builder.not_(part))
            self._emit_in(name, operation, size_bytes, offsets, part, use, certain=False)
        self._emit_in("global", operation, size_bytes, addresses, rest, use, certain=False)

    def site(self, space: str, operation: str, size_bytes: int, check: Check = Check()) -> ir.Value:
        """Return the address of a new site."""
        counted = space not in ("const", "param") and check.counted
        site = Site(
            self._instruction.index, space, operation, size_bytes, counted, check.first_bytes, check.what
        )
        builder, fixed = self._lanes.builder, self._lanes.warp.fixed
        return field(builder, fixed.pointer(builder, Word.SITES), self._sites.add(site) * SITE.itemsize)

    def access(self, space: str, site: ir.Value, addresses: ir.Value, mask: ir.Value) -> ir.Value:
        """Check and count a request of a site; return what access functions do."""
        builder, context = self._lanes.builder, self._lanes.warp.context
        if self._in_clusters(space):
            kept = local(builder, LONGS)
            return access_cluster(builder, context, site, addresses, mask, kept)
        return builder.call(declared(builder.module, f"access_{space}"), [context, site, addresses, mask])

    def check(self, found: ir.Value) -> None:
        """Stop where an access function has found a fault."""
        builder = self._lanes.builder
        self.stop_if(builder.icmp_signed("<", found, constant(0, I64)), Status.BAD_ADDRESS)

    def refuse(self, status: Status, wrong: ir.Value, values: ir.Value) -> None:
        """Stop with a status where lanes, as bits, are wrong; the values of all, <32 x i64>, are noted."""
        builder, context = self._lanes.builder, self._lanes.warp.context
        some = builder.icmp_unsigned("!=", wrong, constant(0))
        with builder.if_then(some, likely=False):
            note_fault(builder, context, constant(self._instruction.index, I64), wrong, values)
        self.stop_if(some, status)

    def stop_if(self, failed: ir.Value, status: Status) -> None:
        """Stop with a status where a condition holds."""
        builder = self._lanes.builder
        checked = builder.append_basic_block("checked")
        builder.cbranch(failed, self._failed(status), checked)
        builder.position_at_end(checked)

    def _emit_in(
        self,
        space: str,
        operation: str,
        size_bytes: int,
        addresses: ir.Value,
        mask: ir.Value,
        use: Callable[[Request], None],
        *,
        certain: bool = True,
    ) -> None:
        builder = self._lanes.builder
        if certain and not self._lanes.guarded:
            use(self.request(space, operation, size_bytes, addresses, mask))
            return
        with builder.if_then(builder.icmp_unsigned("!=", mask, constant(0))):
            use(self.request(space, operation, size_bytes, addresses, mask))

    def request(
        self,
        space: str,
        operation: str,
        size_bytes: int,
        addresses: ir.Value,
        mask: ir.Value,
        check: Check = Check(),
    ) -> Request:
        """Emit a request to one space of the lanes in `mask`, of which there is at least one."""
        builder, warp = self._lanes.builder, self._lanes.warp
        address = self.site(space, operation, size_bytes, check)
        generic = named_space(self._instruction) is None
        if space == "param":
            own = thread_memory(self._lanes, Word.FRAMES, Word.FRAME_STRIDE)
            places = parameter_places(self._lanes, address, size_bytes, addresses, mask, own)
            return Request(space, mask, constant(Kind.GENERAL), ir.Constant(POINTER, None), places, generic)
        name = "global" if space == "const" else space
        if self._in_clusters(name):
            return self._request_in_cluster(address, addresses, mask)
        access = declared(builder.module, f"access_{name}")
        found = builder.call(access, [warp.context, address, addresses, mask])
        self.check(found)
        base, places = self.places(name, addresses)
        start = builder.add(base, builder.lshr(found, constant(2, I64)))
        kind = builder.and_(builder.trunc(found, I32), constant(3))
        return Request(space, mask, kind, builder.inttoptr(start, POINTER), places, generic)

    def _in_clusters(self, space: str) -> bool:
        return space == "shared" and self._lanes.layout.in_clusters

    def _request_in_cluster(self, site: ir.Value, addresses: ir.Value, mask: ir.Value) -> Request:
        builder, generic = self._lanes.builder, named_space(self._instruction) is None
        kept = local(builder, LONGS)
        found = access_cluster(builder, self._lanes.warp.context, site, addresses, mask, kept)
        self.check(found)
        start = builder.inttoptr(first_place(builder, kept, mask), POINTER)
        kind = builder.and_(builder.trunc(found, I32), constant(3))
        return Request("shared", mask, kind, start, builder.load(kept, typ=LONGS), generic)

    def places(self, space: str, addresses: ir.Value) -> tuple[ir.Value, ir.Value]:
        """Return the address of the space's first byte in this process, and those of the lanes."""
        builder, context = self._lanes.builder, self._lanes.warp.context
        if space == "global":
            arena = word(builder, context, Word.ARENA)
            shift = builder.sub(arena, constant(BASE_ADDRESS, I64))
            return arena, builder.add(addresses, splat(builder, shift))
        if self._in_clusters(space):
            return word(builder, context, Word.CLUSTER_SHARED), located(builder, context, addresses)[1]
        if space == "shared":
            shared = self._lanes.warp.fixed.word(builder, Word.SHARED)
            return shared, builder.add(addresses, splat(builder, shared))
        own = thread_memory(self._lanes, Word.LOCAL, Word.LOCAL_STRIDE)
        return constant(0, I64), builder.add(addresses, own)


def thread_memory(lanes: Lanes, start: Word, stride: Word) -> ir.Value:
    """Return where the memory of each lane's own begins in this process, <32 x i64>."""
    builder, warp = lanes.builder, lanes.warp
    number = builder.zext(warp_field(builder, warp.state, "number", I32), I64)
    first = splat(builder, builder.mul(number, constant(LANES, I64)))
    threads = builder.add(first, builder.zext(LANE_NUMBERS, LONGS))
    distance = splat(builder, word(builder, warp.context, stride))
    begin = splat(builder, word(builder, warp.context, start))
    return builder.add(builder.mul(threads, distance), begin)


@contextmanager
def by_kind(
    builder: ir.IRBuilder, kind: ir.Value, special: Sequence[Kind]
) -> Iterator[Callable[[Kind], None]]:
    """Build a branch for each special kind of request, and one for those in general.

    The yielded function starts that of a kind.
    """
    done = builder.append_basic_block("done")
    branches = {kind: builder.append_basic_block(kind.name.lower()) for kind in (*special, Kind.GENERAL)}
    switch = builder.switch(kind, branches[Kind.GENERAL])
    for value in special:
        switch.add_case(constant(value), branches[value])
    started: list[Kind] = []

    def start(chosen: Kind) -> None:
        if started:
            builder.branch(done)
        started.append(chosen)
        builder.position_at_end(branches[chosen])

    yield start
    builder.branch(done)
    builder.position_at_end(done)

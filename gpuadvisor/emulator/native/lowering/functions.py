"""Longer operations as internal functions of the module: emitted once, called from each use.

Inside, a loop over the lanes may branch; the caller's block stays whole. LLVM inlines where it pays.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import LANES, Integers, call_intrinsic, integer_type, splat

Body = Callable[[ir.IRBuilder, Sequence[ir.Value]], ir.Value]
_INT32 = ir.IntType(32)
_FIRST_LANE = ir.Constant(integer_type(32), None)


def call_shared(
    builder: ir.IRBuilder, name: str, result: ir.Type, arguments: Sequence[ir.Value], body: Body
) -> ir.Value:
    """Call the module's function `lane.<name>`, whose body is emitted at its first use.

    The name must tell apart bodies that differ, argument types included.
    """
    whole = f"lane.{name}"
    function = builder.module.globals.get(whole)
    if function is None:
        signature = ir.FunctionType(result, [argument.type for argument in arguments])
        function = ir.Function(builder.module, signature, whole)
        function.linkage = "internal"
        inside = ir.IRBuilder(function.append_basic_block("entry"))
        inside.ret(body(inside, function.args))
    return builder.call(function, arguments)


def loop_over_lanes(
    builder: ir.IRBuilder,
    start: Sequence[ir.Value],
    step: Callable[[ir.Value, Sequence[ir.Value]], Sequence[ir.Value]],
) -> list[ir.Value]:
    """Emit a loop: `step` gets the lane (i32) and the values carried along, and returns the next ones."""
    before = builder.block
    body, after = builder.append_basic_block("lane"), builder.append_basic_block("done")
    builder.branch(body)
    builder.position_at_end(body)
    lane = builder.phi(_INT32)
    carried = [builder.phi(value.type) for value in start]
    following = step(lane, carried)
    next_lane = builder.add(lane, ir.Constant(_INT32, 1))
    last = builder.icmp_unsigned("==", next_lane, ir.Constant(_INT32, LANES))
    for phi, first, later in zip(
        [lane, *carried], [ir.Constant(_INT32, 0), *start], [next_lane, *following], strict=True
    ):
        phi.add_incoming(first, before)
        phi.add_incoming(later, body)
    builder.cbranch(last, after, body)
    builder.position_at_end(after)
    return list(following)


def everywhere(builder: ir.IRBuilder, scalar: ir.Value) -> Integers:
    """Return a vector with the scalar in all lanes."""
    undefined = ir.Constant(ir.VectorType(scalar.type, LANES), ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(_INT32, 0))
    return Integers(builder, builder.shuffle_vector(first, undefined, _FIRST_LANE))


def in_memory(builder: ir.IRBuilder, vector: ir.Value) -> ir.Value:
    """Store a vector on the stack and return the pointer to its first lane."""
    pointer = builder.alloca(vector.type)
    builder.store(vector, pointer)
    pointer.type = ir.PointerType()
    return pointer


def lane_pointer(builder: ir.IRBuilder, pointer: ir.Value, lane: ir.Value, element: ir.Type) -> ir.Value:
    """Return the address of a lane of a vector in memory."""
    return builder.gep(pointer, [lane], source_etype=element)


def load_lane(builder: ir.IRBuilder, pointer: ir.Value, lane: ir.Value, element: ir.Type) -> ir.Value:
    """Load one lane of a vector in memory."""
    return builder.load(lane_pointer(builder, pointer, lane, element), typ=element)


def gather(
    builder: ir.IRBuilder, pointer: ir.Value, index: ir.Value, element: ir.Type, size_bytes: int
) -> ir.Value:
    """Load from pointer[index[lane]] into each lane; `index` is a vector of i32 below 2**31."""
    places = builder.gep(pointer, [index], source_etype=element)
    places.type = ir.VectorType(ir.PointerType(), LANES)
    result = ir.VectorType(element, LANES)
    everyone, undefined = splat(integer_type(1), 1), ir.Constant(result, ir.Undefined)
    name = f"llvm.masked.gather.v{LANES}{element.intrinsic_name}.v{LANES}p0"
    alignment = ir.Constant(_INT32, size_bytes)
    return call_intrinsic(builder, name, result, [places, alignment, everyone, undefined])

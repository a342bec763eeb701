"""wmma, mma and ldmatrix."""

from dataclasses import dataclass

import numpy as np

from tests.emulator.families.case import Case, in_groups
from tests.emulator.families.kinds import LANES, Array, to_bf16
from tests.emulator.instructions.fragments import A_FRAGMENTS, B_FRAGMENTS, accumulator, pack

_REGISTERS = {"f16": 8, "bf16": 4, "tf32": 4, "u8": 2, "f64": 1}
"""Of a fragment of a or b."""


@dataclass(frozen=True)
class _Product:
    """A product of wmma: element types, shape, the state space of all matrices, and how b is stored."""

    kind: str
    result: str
    shape: tuple[int, int, int] = (16, 16, 16)
    space: str = ""
    columns: bool = True

    @property
    def types(self) -> str:
        """The types that the instruction names."""
        if self.kind == "f16":
            return f"{self.result}.{self.result}"
        return f"{self.result}.{self.kind}.{self.kind}.{self.result}"

    def matrices(self) -> tuple[Array, Array, Array]:
        """Return a, b and c of small whole numbers."""
        random = np.random.default_rng(7)
        m, n, k = self.shape
        drawn = (
            random.integers(0 if self.kind == "u8" else -3, 4, size) for size in ((m, k), (k, n), (m, n))
        )
        a, b, c = drawn
        return a, b, c

    def stored(self, matrix: Array, kind: str) -> Array:
        """Return a matrix as memory holds it."""
        dtypes = {"f16": np.float16, "tf32": np.float32, "f32": np.float32, "f64": np.float64}
        if kind == "bf16":
            return to_bf16(matrix.astype(np.float32))
        return np.ascontiguousarray(matrix).astype(
            dtypes.get(kind) or {"u8": np.uint8, "s32": np.int32}[kind]
        )


def _product(product: _Product) -> Case:
    m, n, k = product.shape
    shape = f"m{m}n{n}k{k}"
    a, b, c = product.matrices()
    inputs = (
        product.stored(a, product.kind),
        product.stored(b.T if product.columns else b, product.kind),
        product.stored(c, product.result),
    )
    order = "col" if product.columns else "row"
    at = f".{product.space}" if product.space else ""
    rounding = ".rn" if product.kind == "f64" else ""
    names = {
        "a": f"wmma.load.a.sync.aligned.row.{shape}{at}.{product.kind}",
        "b": f"wmma.load.b.sync.aligned.{order}.{shape}{at}.{product.kind}",
        "c": f"wmma.load.c.sync.aligned.row.{shape}{at}.{product.result}",
        "mma": f"wmma.mma.sync.aligned.row.{order}.{shape}{rounding}.{product.types}",
        "d": f"wmma.store.d.sync.aligned.row.{shape}{at}.{product.result}",
    }
    narrow = "f64" if product.kind == "f64" else "b32"
    wide = {"f64": "f64", "f32": "f32", "s32": "b32"}[product.result]
    counts = {"a": _REGISTERS[product.kind], "b": _REGISTERS[product.kind]}
    counts |= dict.fromkeys("cd", 2 if product.kind == "f64" else 8)
    listed = {each: ", ".join(f"%{each}{i}" for i in range(count)) for each, count in counts.items()}
    declared = "".join(f".reg .{narrow if each in 'ab' else wide} {listed[each]};\n" for each in "abcd")
    places = {"a": (0, k), "b": (1024, k if product.columns else n), "c": (2048, n)}
    if product.space == "shared":
        first = "".join(
            _copied(number, places[each][0], inputs[number].nbytes) for number, each in enumerate("abc")
        )
        addresses = {each: f"mov.u64 %p, scratch; add.u64 %p, %p, {places[each][0]};" for each in "abc"}
        addresses["d"] = addresses["c"]
    else:
        first = ""
        addresses = {each: f"add.u64 %p, %in, ${number};" for number, each in enumerate("abc")}
        addresses["d"] = "add.u64 %p, %out, $out;"
    loads = "".join(
        f"{addresses[each]} {names[each]} {{{listed[each]}}}, [%p], {places[each][1]};\n" for each in "abc"
    )
    last = _taken(inputs[2].nbytes) if product.space == "shared" else ""
    body = f""".reg .b64 %p; .reg .b64 %q; .reg .b32 %w0, %w1, %w2, %w3; {declared} {first} {loads}
    {names["mma"]} {{{listed["d"]}}}, {{{listed["a"]}}}, {{{listed["b"]}}}, {{{listed["c"]}}};
    {addresses["d"]} {names["d"]} [%p], {{{listed["d"]}}}, {n}; {last}"""
    family, *also = names.values()
    expected = product.stored(a @ b + c, product.result)
    return Case(family, body, inputs, expected, also=tuple(also))


def _copied(number: int, target: int, size_bytes: int) -> str:
    """Return how a warp copies an input to shared memory."""
    return _moved(size_bytes, "%in", f"${number}", "scratch", str(target), "ld.global", "st.shared")


def _taken(size_bytes: int) -> str:
    """Return how a warp copies the result from shared memory."""
    return _moved(size_bytes, "scratch", "2048", "%out", "$out", "ld.shared", "st.global")


def _moved(size_bytes: int, source: str, start: str, target: str, goal: str, load: str, store: str) -> str:
    step = min(size_bytes // LANES, 16)
    words = "{%w0, %w1, %w2, %w3}" if step == 16 else "{%w0, %w1}"
    vector = f"v{step // 4}.b32"
    lines = f"mov.u64 %p, {source}; mad.wide.u32 %p, %lane, {step}, %p; add.u64 %p, %p, {start};"
    lines += f"mov.u64 %q, {target}; mad.wide.u32 %q, %lane, {step}, %q; add.u64 %q, %q, {goal};"
    return lines + "".join(
        f"{load}.{vector} {words}, [%p+{at}]; {store}.{vector} [%q+{at}], {words};\n"
        for at in range(0, size_bytes, LANES * step)
    )


def _multiplied() -> Case:
    """Return a case of mma whose fragments come packed and leave so."""
    random = np.random.default_rng(11)
    a, b, c = (random.integers(-3, 4, size).astype(np.float16) for size in ((16, 16), (16, 8), (16, 8)))
    d = (a.astype(np.float64) @ b + c).astype(np.float16)
    packed = [
        pack(matrix.view(np.uint16), fragment, 16)
        for matrix, fragment in (
            (a, A_FRAGMENTS["m16n8k16", 16]),
            (b, B_FRAGMENTS["m16n8k16", 16]),
            (c, accumulator(16)),
            (d, accumulator(16)),
        )
    ]
    family = "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16"
    body = f""".reg .b64 %p; .reg .b32 %a0, %a1, %a2, %a3, %b0, %b1, %c0, %c1, %d0, %d1;
    mad.wide.u32 %p, %lane, 16, %in; ld.global.v4.b32 {{%a0, %a1, %a2, %a3}}, [%p+$0];
    mad.wide.u32 %p, %lane, 8, %in;
    ld.global.v2.b32 {{%b0, %b1}}, [%p+$1]; ld.global.v2.b32 {{%c0, %c1}}, [%p+$2];
    {family} {{%d0, %d1}}, {{%a0, %a1, %a2, %a3}}, {{%b0, %b1}}, {{%c0, %c1}};
    mad.wide.u32 %p, %lane, 8, %out; st.global.v2.b32 [%p+$out], {{%d0, %d1}};"""
    return Case(family, body, tuple(packed[:3]), packed[3])


def _matrix_load(count: int, *, transposed: bool) -> Case:
    """Return a case of ldmatrix: lane l brings the address of row l, of 8 halves."""
    family = f"ldmatrix.sync.aligned.x{count}{'.trans' if transposed else ''}.m8n8.shared.b16"
    matrices = np.arange(LANES * 8, dtype=np.uint16).reshape(4, 8, 8) * np.uint16(257)
    held = matrices.transpose(0, 2, 1) if transposed else matrices
    pairs = np.ascontiguousarray(held[:count]).view(np.uint32).reshape(count, LANES)
    registers = ", ".join(f"%r{at}" for at in range(count))
    body = f""".reg .b64 %p; .reg .b64 %q; .reg .b32 %w0, %w1, %w2, %w3; .reg .b32 {registers};
    {_copied(0, 0, matrices.nbytes)}
    mov.u64 %p, scratch; mad.wide.u32 %p, %lane, 16, %p; {family} {{{registers}}}, [%p];
    mad.wide.u32 %p, %lane, {4 * count}, %out; st.global.v{count}.b32 [%p+$out], {{{registers}}};"""
    return Case(family, body, (matrices,), np.ascontiguousarray(pairs.T))


CASES = [
    _product(_Product("f64", "f64", (8, 8, 4))),
    _product(_Product("u8", "s32", space="shared")),
    _product(_Product("u8", "s32", space="global")),
    _product(_Product("f16", "f32", space="shared")),
    _product(_Product("f16", "f32", space="global")),
    _product(_Product("f16", "f32", space="global", columns=False)),
    _product(_Product("bf16", "f32")),
    _product(_Product("tf32", "f32", (16, 16, 8))),
    _multiplied(),
    _matrix_load(4, transposed=False),
    _matrix_load(2, transposed=True),
]
GROUPS = in_groups(CASES)

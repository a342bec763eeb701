"""Integer arithmetic and bits."""

from collections.abc import Callable

import numpy as np

from tests.emulator.families.case import Case, computed, in_groups
from tests.emulator.families.kinds import LANES, Array, values

_U64 = np.uint64
_WORD = np.uint64(32)


def wide(array: Array) -> Array:
    """Return 64-bit integers of the same sign."""
    return array.astype(np.int64 if array.dtype.kind == "i" else np.uint64)


def _low(array: Array) -> Array:
    return array & _U64(0xFFFFFFFF)


def _with_carry(family: str, then: str, expected: Callable[..., Array]) -> Case:
    """Return a case that adds or subtracts `%b` and `%a`, and then uses the carry, or borrow, of that.

    `expected` takes a, b and c in 64 bits, and the carry.
    """
    borrows = family.startswith("sub")
    text = f"{'sub' if borrows else 'add'}.cc.u32 %x, %a, %b; {then}"

    def wanted(a: Array, b: Array, c: Array) -> Array:
        a, b, c = (each.astype(_U64) for each in (a, b, c))
        found: Array = expected(a, b, c, (a < b).astype(_U64) if borrows else (a + b) >> _WORD)
        return found

    return computed(family, wanted, "u32 u32 u32", "u64", text)


_TWO = "mov.b64 %d, {%x, %y};"
_PAIR = "mov.b64 %d, {%y, %z};"
_OUT = f"addc.u32 %z, 0, 0; {_PAIR}"
_CARRIES = [
    _with_carry("add.cc.u32", f"addc.u32 %y, 0, 0; {_TWO}", lambda a, b, _c, _carry: a + b),
    _with_carry("addc.u32", f"addc.u32 %y, %c, 0; {_TWO}", lambda a, b, c, _carry: a + b + (c << _WORD)),
    _with_carry("addc.cc.u32", f"addc.cc.u32 %y, %c, %b; {_OUT}", lambda _a, b, c, carry: c + b + carry),
    _with_carry("sub.cc.u32", f"subc.u32 %y, 0, 0; {_TWO}", lambda a, b, _c, _carry: a - b),
    _with_carry("subc.u32", f"subc.u32 %y, %c, 0; {_TWO}", lambda a, b, c, _carry: a - b + (c << _WORD)),
    _with_carry(
        "subc.cc.u32",
        f"subc.cc.u32 %y, %c, %b; subc.u32 %z, 0, 0; {_PAIR}",
        lambda _a, b, c, carry: c - b - carry,
    ),
    _with_carry(
        "mad.lo.cc.u32", f"mad.lo.cc.u32 %y, %a, %b, %c; {_OUT}", lambda a, b, c, _carry: _low(a * b) + c
    ),
    _with_carry(
        "madc.hi.u32",
        f"madc.hi.u32 %y, %a, %b, %c; mov.u32 %z, 0; {_PAIR}",
        lambda a, b, c, carry: _low((a * b >> _WORD) + c + carry),
    ),
    _with_carry(
        "madc.hi.cc.u32",
        f"madc.hi.cc.u32 %y, %a, %b, %c; {_OUT}",
        lambda a, b, c, carry: (a * b >> _WORD) + c + carry,
    ),
    _with_carry(
        "madc.lo.cc.u32",
        f"madc.lo.cc.u32 %y, %a, %b, %c; {_OUT}",
        lambda a, b, c, carry: _low(a * b) + c + carry,
    ),
]


def _quotient(a: Array, b: Array) -> Array:
    """Return a / b towards zero; divisors are odd, so never zero."""
    divisor = b | b.dtype.type(1)
    if a.dtype.kind == "u":
        return np.asarray(a // divisor)
    return np.array(
        [int(abs(x) // abs(y)) * (1 if (x < 0) == (y < 0) else -1) for x, y in _pairs(a, divisor)]
    )


def _remainder(a: Array, b: Array) -> Array:
    return np.asarray(a - _quotient(a, b).astype(a.dtype) * (b | b.dtype.type(1)))


def _pairs(a: Array, b: Array) -> list[tuple[int, int]]:
    return list(zip(a.tolist(), b.tolist(), strict=True))


def _divisions(kind: str, opcodes: str) -> list[Case]:
    functions = {"div": _quotient, "rem": _remainder}
    text = f"or.b{kind[1:]} %b, %b, 1; {{}}.{kind} %d, %a, %b;"
    given = (values(kind, "dividend") >> values(kind, "").dtype.type(1), values(kind, "divisor"))
    return [
        computed(f"{opcode}.{kind}", functions[opcode], f"{kind} {kind}", kind, text.format(opcode), given)
        for opcode in opcodes.split()
    ]


def _bits(array: Array) -> Array:
    """Return how many bits each number needs."""
    return np.array([int(each).bit_length() for each in array.tolist()])


def _reversed_bits(array: Array) -> Array:
    return np.array([int(f"{each:032b}"[::-1], 2) for each in array.tolist()])


def _shifted(kind: str, count: int, opcode: str) -> Case:
    def expected(a: Array) -> Array:
        amount = a.dtype.type(count)
        return np.asarray(a << amount if opcode == "shl" else a >> amount)

    return computed(f"{opcode}.{kind}", expected, kind, kind, f"{opcode}.{kind} %d, %a, {count};")


def _permuted(a: Array, b: Array, c: Array) -> Array:
    pool = np.concatenate([a[:, None].view(np.uint8), b[:, None].view(np.uint8)], axis=1)
    chosen = (c[:, None] >> np.array([0, 4, 8, 12], np.uint32)) & np.uint32(7)
    return np.take_along_axis(pool, chosen.astype(np.int64), axis=1).view(np.uint32)[:, 0]


def _byte_differences(a: Array, b: Array, c: Array) -> Array:
    split = [each[:, None].view(np.uint8).astype(np.int64) for each in (a, b)]
    return np.asarray(c + np.abs(split[0] - split[1]).sum(axis=1))


_FIELDS = (np.arange(LANES, dtype=np.uint32), np.arange(LANES, dtype=np.uint32)[::-1].copy())
_SELECTORS = (values("u32", "x"), values("u32", "y"), values("u32", "z") & np.uint32(0x7777))

CASES = [
    *_CARRIES,
    *(computed(f"add.{kind}", lambda a, b: a + b) for kind in ("s32", "s64", "u64", "u32", "s16")),
    *(computed(f"sub.{kind}", lambda a, b: a - b) for kind in ("s32", "s64", "s16")),
    *(computed(f"mul.lo.{kind}", lambda a, b: a * b) for kind in ("s64", "s32", "s16", "u32")),
    *(
        computed(f"mul.hi.{kind}", lambda a, b: wide(a) * wide(b) >> wide(b).dtype.type(32))
        for kind in ("s32", "u32")
    ),
    *(
        computed(f"mul.wide.{kind}", lambda a, b: wide(a) * wide(b), result=double)
        for kind, double in (("u32", "u64"), ("s32", "s64"), ("u16", "u32"), ("s16", "s32"))
    ),
    computed("mad.lo.s32", lambda a, b, c: a * b + c),
    computed("mad.wide.u32", lambda a, b, c: wide(a) * wide(b) + c, "u32 u32 u64", "u64"),
    *_divisions("u32", "div rem"),
    *_divisions("s32", "div rem"),
    *_divisions("s64", "div rem"),
    *_divisions("u16", "div"),
    *_divisions("u64", "div"),
    *(computed(f"min.{kind}", lambda a, b: np.minimum(a, b)) for kind in ("s64", "u32", "s32", "u64", "u16")),
    *(computed(f"max.{kind}", lambda a, b: np.maximum(a, b)) for kind in ("s32", "u32", "u64", "u16")),
    computed("abs.s32", lambda a: np.abs(a)),
    *(computed(f"neg.{kind}", lambda a: -a) for kind in ("s32", "s64", "s16")),
    *(computed(f"clz.{kind}", lambda a: 8 * a.itemsize - _bits(a), result="u32") for kind in ("b32", "b64")),
    *(computed(f"popc.{kind}", lambda a: np.bitwise_count(a), result="u32") for kind in ("b32", "b64")),
    computed("brev.b32", _reversed_bits),
    *(
        computed(
            f"bfi.{kind}",
            lambda a, b: (b & ~b.dtype.type(0x1FF << 5)) | ((a & b.dtype.type(0x1FF)) << b.dtype.type(5)),
            text=f"bfi.{kind} %d, %a, %b, 5, 9;",
        )
        for kind in ("b32", "b64")
    ),
    computed("bfind.u32", lambda a: _bits(a) - 1),
    computed("bfind.shiftamt.u32", lambda a: np.where(a == 0, -1, 32 - _bits(a))),
    computed(
        "bmsk.clamp.b32",
        lambda a, b: ((_U64(1) << b.astype(_U64)) - _U64(1)) << a.astype(_U64),
        given=_FIELDS,
    ),
    computed("prmt.b32", _permuted, given=_SELECTORS),
    computed(
        "shf.l.wrap.b32",
        lambda a, b, c: ((b.astype(_U64) << _WORD | a) << (c & np.uint32(31)).astype(_U64)) >> _WORD,
    ),
    *(_shifted(kind, 5, "shl") for kind in ("b32", "b64", "b16")),
    *(_shifted(kind, 5, "shr") for kind in ("u32", "s32", "u64", "b32", "s16", "s64", "u16", "b64")),
    *(computed(f"and.{kind}", lambda a, b: a & b) for kind in ("b32", "b64", "b16", "pred")),
    *(computed(f"or.{kind}", lambda a, b: a | b) for kind in ("b32", "b64", "b16", "pred")),
    *(computed(f"xor.{kind}", lambda a, b: a ^ b) for kind in ("b32", "b64", "b16", "pred")),
    *(computed(f"not.{kind}", lambda a: ~a) for kind in ("b32", "b64", "b16", "pred")),
    computed(
        "vabsdiff4.add.u32.u32.u32",
        _byte_differences,
        "u32 u32 u32",
        "u32",
        "vabsdiff4.u32.u32.u32.add %d, %a, %b, %c;",
    ),
]
GROUPS = in_groups(CASES)

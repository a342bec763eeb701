"""The forms of instruction that are compared: every family of the PTX manual with its types and modifiers."""

from collections.abc import Iterable

ROUNDINGS = ("rn", "rz", "rm", "rp")
INTEGERS = ("u16", "s16", "u32", "s32", "u64", "s64")
WORDS = ("u32", "s32", "u64", "s64")
UNTYPED = ("b16", "b32", "b64")
HALVES = ("f16", "bf16", "f16x2", "bf16x2")
INTEGER_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
FLOAT_COMPARISONS = (*INTEGER_COMPARISONS, "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan")


def forms(heads: str, types: Iterable[str]) -> list[str]:
    """Return every head, separated by blanks, with every type."""
    kinds = tuple(types)
    return [f"{head}.{kind}" for head in heads.split() for kind in kinds]


INTEGER_FORMS = [
    *forms("add sub min max div rem mul.lo mul.hi mad.lo mad.hi sad", INTEGERS),
    *forms("abs neg", ("s16", "s32", "s64")),
    *forms("add.sat sub.sat mad.hi.sat min.relu max.relu", ("s32",)),
    *forms("add min max", ("u16x2", "s16x2")),
    *forms("min.relu max.relu", ("s16x2",)),
    *forms("mul.wide mad.wide", ("u16", "s16", "u32", "s32")),
    *forms("mul24.lo mul24.hi mad24.lo mad24.hi", ("u32", "s32")),
    *forms("add.cc sub.cc addc subc addc.cc subc.cc", WORDS),
    *forms("mad.lo.cc mad.hi.cc madc.lo madc.hi madc.lo.cc madc.hi.cc", WORDS),
    *forms("dp4a dp2a.lo dp2a.hi", ("u32.u32", "u32.s32", "s32.u32", "s32.s32")),
]
BIT_FORMS = [
    *forms("and or xor not", (*UNTYPED, "pred")),
    *forms("cnot shl", UNTYPED),
    *forms("shr", (*UNTYPED, *INTEGERS)),
    *forms("shf.l.wrap shf.l.clamp shf.r.wrap shf.r.clamp", ("b32",)),
    *forms("popc clz brev bfi", ("b32", "b64")),
    *forms("bfind bfind.shiftamt bfe", WORDS),
    *forms("bmsk.wrap bmsk.clamp lop3 prmt", ("b32",)),
    *forms("szext.wrap szext.clamp", ("u32", "s32")),
    *forms("prmt.b32", ("f4e", "b4e", "rc8", "ecl", "ecr", "rc16")),
    *forms("mov", ("pred", *UNTYPED, *INTEGERS, "f32", "f64")),
    *forms("selp", (*UNTYPED, *INTEGERS, "f32", "f64")),
    *forms("slct slct.ftz", ("b32.f32", "b64.f32")),
    *forms("slct", ("b16.s32", "u64.s32", "f32.f32", "f64.s32")),
    *forms("fns", ("b32",)),
]
COMPARE_FORMS = [
    *(f"setp.{name}.{kind}" for name in INTEGER_COMPARISONS for kind in (*INTEGERS, "b32")),
    *(f"setp.{name}.{kind}" for name in ("lo", "ls", "hi", "hs") for kind in ("u32", "u64")),
    *(f"setp.{name}.{kind}" for name in FLOAT_COMPARISONS for kind in ("f32", "f64", "f16", "bf16")),
    *forms("setp.lt.ftz setp.equ.ftz", ("f32", "f16")),
    *forms("set.eq set.ltu set.nan", ("u32.f32", "s32.f64", "f32.f32")),
    *forms("set.eq set.ltu set.nan", ("f16.f16", "bf16.bf16", "f16x2.f16x2")),
    *forms("set.ge set.ne", ("u32.s32", "f32.u32", "s32.u64", "u32.b16")),
    *forms("testp.finite testp.infinite testp.number testp.notanumber testp.normal testp.subnormal",
           ("f32", "f64")),
]  # fmt: skip
FLOAT_FORMS = [
    *(f"{name}.{mode}.{kind}" for name in ("add", "sub", "mul", "div", "rcp", "sqrt", "fma")
      for mode in ROUNDINGS for kind in ("f32", "f64")),
    *(f"{name}.{mode}.{flags}.f32" for name in ("add", "sub", "mul", "fma") for mode in ROUNDINGS
      for flags in ("ftz", "sat", "ftz.sat")),
    *forms("div.rn.ftz div.rp.ftz div.approx div.approx.ftz div.full div.full.ftz", ("f32",)),
    *forms("rcp.approx rcp.approx.ftz sqrt.approx sqrt.approx.ftz sqrt.rm.ftz rcp.rz.ftz", ("f32",)),
    *forms("rsqrt.approx rsqrt.approx.ftz", ("f32", "f64")),
    *forms("rcp.approx.ftz", ("f64",)),
    *forms("add mul fma.rn fma.rp sub.rz.ftz", ("f32x2",)),
    *forms("abs neg min max", ("f32", "f64", *HALVES)),
    *forms("abs.ftz neg.ftz min.ftz max.ftz min.ftz.NaN", ("f32", "f16", "f16x2")),
    *forms("min.NaN max.NaN min.xorsign.abs max.NaN.xorsign.abs", ("f32", *HALVES)),
    *forms("copysign", ("f32", "f64")),
    *forms("add.rn sub.rn mul.rn fma.rn", HALVES),
    *forms("add.sat sub.sat mul.ftz add.ftz.sat fma.rn.sat fma.rn.ftz", ("f16", "f16x2")),
    *forms("fma.rn.relu", HALVES),
    *forms("add sub.rz fma.rn fma.rm.sat", ("f32.f16", "f32.bf16")),
]  # fmt: skip
_FLOATS = ("f16", "bf16", "f32", "f64")
_INTEGER_KINDS = ("u8", "s8", *INTEGERS)
CONVERT_FORMS = [
    *(f"cvt.{to}.{of}" for to in _INTEGER_KINDS for of in _INTEGER_KINDS),
    *(f"cvt.sat.{to}.{of}" for to in _INTEGER_KINDS for of in _INTEGER_KINDS),
    *(f"cvt.{mode}.{to}.{of}" for mode in ("rni", "rzi", "rmi", "rpi")
      for to in _INTEGER_KINDS for of in _FLOATS),
    *(f"cvt.{mode}.{to}.{of}" for mode in ROUNDINGS for to in _FLOATS for of in _INTEGER_KINDS),
    *(f"cvt.{mode}.{to}.{of}" for mode in ROUNDINGS
      for to, of in (("f32", "f64"), ("f16", "f32"), ("f16", "f64"), ("bf16", "f32"), ("bf16", "f64"),
                     ("bf16", "f16"), ("f16", "bf16"))),
    *(f"cvt.{to}.{of}" for to, of in (("f32", "f16"), ("f64", "f16"), ("f32", "bf16"), ("f64", "f32"))),
    *(f"cvt.{mode}.{kind}.{kind}" for mode in ("rni", "rzi", "rmi", "rpi") for kind in ("f32", "f64", "f16")),
    *forms("cvt.sat cvt.ftz.sat cvt.rpi.ftz cvt.rni.sat", ("f32.f32",)),
    *forms("cvt.rn.ftz cvt.rn.sat cvt.rz.ftz.sat", ("f32.f64",)),
    *forms("cvt.rzi.ftz cvt.rni.ftz cvt.rzi.sat", ("s32.f32", "u64.f32")),
    *forms("cvt.rn.relu cvt.rz cvt.rn.satfinite cvt.rn.relu.satfinite",
           ("f16.f32", "bf16.f32", "f16x2.f32", "bf16x2.f32")),
    *forms("cvt.rn cvt.rna cvt.rz cvt.rn.relu", ("tf32.f32",)),
    *forms("cvt.rn.satfinite", ("e4m3x2.f32", "e5m2x2.f32", "e4m3x2.f16x2")),
    *forms("cvt.rn cvt.rn.relu", ("f16x2.e4m3x2", "f16x2.e5m2x2")),
    *forms("cvt.rn.satfinite cvt.rn.satfinite.relu", ("e2m1x2.f32", "e2m3x2.f32", "e3m2x2.f32")),
    *forms("cvt.rn cvt.rn.relu", ("f16x2.e2m1x2", "f16x2.e2m3x2", "f16x2.e3m2x2")),
    *forms("cvt.rz cvt.rp cvt.rz.satfinite cvt.rp.satfinite", ("ue8m0x2.f32", "ue8m0x2.bf16x2")),
    *forms("cvt.rn", ("bf16x2.ue8m0x2",)),
]  # fmt: skip
COLLECTIVE_FORMS = [
    *forms("shfl.sync.up shfl.sync.down shfl.sync.bfly shfl.sync.idx shfl.up shfl.idx", ("b32",)),
    *forms("vote.sync.all vote.sync.any vote.sync.uni vote.all vote.any vote.uni", ("pred",)),
    *forms("vote.sync.ballot vote.ballot match.any.sync match.all.sync activemask", ("b32",)),
    *forms("match.any.sync match.all.sync", ("b64",)),
    *forms("redux.sync.add redux.sync.min redux.sync.max", ("u32", "s32")),
    *forms("redux.sync.and redux.sync.or redux.sync.xor", ("b32",)),
    *forms("redux.sync.min redux.sync.max.abs redux.sync.min.NaN redux.sync.max.abs.NaN", ("f32",)),
    "elect.sync",
]
_SCALED = ("", ".sat", ".po.sat.shr7", ".shr15")
VIDEO_FORMS = [
    *forms("vadd vsub vabsdiff vmin vmax vadd.sat vsub.sat", ("s32.s32.s32", "u32.u32.s32")),
    *forms("vadd2 vsub4 vabsdiff4 vavrg4 vmax2 vset4.lt", ("u32.u32.u32", "s32.s32.s32")),
    *forms("vmad", (f"{a}.{a}.{b}{c}" for a in ("u32", "s32") for b in ("u32", "s32") for c in _SCALED)),
    *forms("vshl.wrap vshr.clamp", ("u32.u32.u32",)),
]
APPROXIMATE_FORMS = [
    *forms("ex2.approx lg2.approx sin.approx cos.approx", ("f32",)),
    *forms("ex2.approx.ftz lg2.approx.ftz sin.approx.ftz cos.approx.ftz", ("f32",)),
    *forms("tanh.approx", ("f32", *HALVES)),
    *forms("ex2.approx", ("f16", "f16x2")),
    *forms("ex2.approx.ftz", ("bf16", "bf16x2")),
]
EXACT_FORMS = [
    *INTEGER_FORMS,
    *BIT_FORMS,
    *COMPARE_FORMS,
    *FLOAT_FORMS,
    *CONVERT_FORMS,
    *COLLECTIVE_FORMS,
    *VIDEO_FORMS,
]

_UNARY = "mov cvt not cnot neg abs rcp sqrt rsqrt ex2 lg2 sin cos tanh popc clz brev bfind testp"
_TERNARY = "vmad fma mad sad selp slct dp4a dp2a bfe prmt shf madc mad24 fns"
_OPERANDS = {
    "activemask": 1,
    **dict.fromkeys(_UNARY.split(), 2),
    **dict.fromkeys(_TERNARY.split(), 4),
    **dict.fromkeys(("bfi", "lop3", "shfl"), 5),
}


def operands(form: str) -> int:
    """Return how many operands the form has, destinations included, in its commonest shape."""
    opcode, *suffixes = form.split(".")
    if opcode == "cvt" and suffixes[-2].endswith("x2") and suffixes[-1] == "f32":
        return 3
    if opcode == "shfl" and "sync" not in suffixes:
        return 4
    if opcode == "vote" and "sync" not in suffixes:
        return 2
    return _OPERANDS.get(opcode, 3)

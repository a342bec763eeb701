"""What is compiled and what is left to the executor; any bits and shapes are borne without a warning."""

import numpy as np
import pytest

from gpuadvisor.emulator.semantics import compile_operation
from gpuadvisor.emulator.widths import dtype_of
from tests.emulator.semantics.lanes import instruction, operation

ORDINARY = [
    "add.s32/3",
    "add.s64/3",
    "add.s16/3",
    "fma.rn.f32/4",
    "fma.rn.f64/4",
    "fma.rm.f32/4",
    "mov.u32/2",
    "mov.b64/2",
    "mov.pred/2",
    "mul.f32/3",
    "mul.wide.u32/3",
    "mul.wide.u16/3",
    "mul.hi.s32/3",
    "shl.b32/3",
    "shl.b64/3",
    "shl.b16/3",
    "shr.u32/3",
    "shr.s16/3",
    "shr.s64/3",
    "and.b32/3",
    "or.pred/3",
    "xor.b16/3",
    "not.b64/2",
    "selp.b32/4",
    "selp.f64/4",
    "selp.u16/4",
    "setp.eq.s32/3",
    "setp.ltu.f64/3",
    "setp.lt.f16/3",
    "setp.ne.b16/3",
    "mad.lo.s32/4",
    "mad.wide.u32/4",
    "cvt.s64.s32/2",
    "cvt.u16.u64/2",
    "cvt.s16.s8/2",
    "cvt.rn.f32.f64/2",
    "cvt.rna.tf32.f32/2",
    "cvt.sat.f32.f32/2",
    "cvt.rn.bf16.f32/2",
    "cvt.rzi.s32.f16/2",
    "cvt.rn.bf16.s32/2",
    "cvt.rn.f16x2.f32/3",
    "shfl.sync.down.b32/5",
    "shfl.sync.idx.b32/6",
    "vote.sync.any.pred/3",
    "vote.ballot.sync.b32/3",
    "match.any.sync.b64/3",
    "redux.sync.max.s32/3",
    "activemask.b32/1",
    "elect.sync/3",
    "div.rn.f32/3",
    "div.rn.f64/3",
    "div.rp.f64/3",
    "div.u16/3",
    "div.s64/3",
    "rem.u32/3",
    "neg.f32/2",
    "abs.s32/2",
    "min.s64/3",
    "max.f16x2/3",
    "min.f64/3",
    "ex2.approx.ftz.f32/2",
    "lg2.approx.f32/2",
    "rsqrt.approx.ftz.f64/2",
    "rcp.approx.ftz.f64/2",
    "sqrt.rn.f64/2",
    "rcp.rn.f32/2",
    "clz.b64/2",
    "popc.b64/2",
    "brev.b32/2",
    "bfind.shiftamt.u32/2",
    "bfe.u32/4",
    "bfi.b64/5",
    "bmsk.clamp.b32/3",
    "prmt.b32/4",
    "shf.l.wrap.b32/4",
    "lop3.b32/5",
    "copysign.f64/3",
    "mad.lo.cc.u32/4",
    "madc.hi.cc.u32/4",
    "addc.u32/3",
    "subc.cc.u32/3",
    "set.eq.f16.f16/3",
    "fma.rn.bf16x2/4",
    "add.f16x2/3",
    "slct.f32.s32/4",
    "testp.finite.f32/2",
    "dp4a.s32.u32/4",
    "sad.u32/4",
    "tanh.approx.f32/2",
]


@pytest.mark.parametrize("form", ORDINARY)
@pytest.mark.parametrize("immediate", [False, True])
def test_results_have_the_types_and_shapes_they_claim(form: str, immediate: bool) -> None:
    text, operands = form.split("/")
    compiled = operation(text, int(operands))
    random = np.random.default_rng(len(text))
    kinds = [*compiled.source_types, *(["pred"] if compiled.reads_carry else [])]
    shapes = [
        (1, 1) if immediate and index == len(kinds) - 1 and index else (3, 32) for index in range(len(kinds))
    ]
    sources = [
        random.integers(0, 2**64, shape, dtype=np.uint64).astype(dtype_of(kind))
        for kind, shape in zip(kinds, shapes, strict=True)
    ]
    found = compiled.function(sources, random.random((3, 32)) < 0.5)
    wanted = [*compiled.destination_types, *(["pred"] if compiled.writes_carry else [])]
    assert [lanes.dtype for lanes in found] == [dtype_of(kind) for kind in wanted]
    assert [lanes.shape for lanes in found] == [(3, 32)] * len(found)


@pytest.mark.parametrize(
    "text", ["ld.global.f32", "st.shared.u32", "bra", "ret", "bar.sync", "mma.sync.f16", "trap"]
)
def test_memory_and_control_are_left_to_the_executor(text: str) -> None:
    assert compile_operation(instruction(text, 2)) is None


@pytest.mark.parametrize(
    ("text", "operands"),
    [("cvt.rs.f16x2.f32", 4), ("sin.approx.f64", 2), ("add.cc.s16", 3)],
)
def test_unsupported_forms_are_refused(text: str, operands: int) -> None:
    assert compile_operation(instruction(text, operands)) is None


def test_a_second_destination_is_seen_in_the_number_of_operands() -> None:
    assert operation("setp.lt.s32", 4).destination_types == ("pred", "pred")
    assert operation("setp.lt.and.s32", 4).destination_types == ("pred",)
    assert operation("shfl.sync.up.b32", 5).destination_types == ("b32",)
    assert operation("shfl.sync.up.b32", 6).destination_types == ("b32", "pred")

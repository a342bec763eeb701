import time

import numpy as np
import pytest

from gpuadvisor.emulator.body import split_opcode
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.operands import parse_literal
from gpuadvisor.emulator.program import (
    Address,
    Function,
    Guard,
    Immediate,
    Names,
    Operand,
    Register,
    Relocation,
    SourceLine,
    Symbol,
    Vector,
)
from gpuadvisor.emulator.tokens import parse_integer
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import HEADER


def function_of(body: str, signature: str = ".visible .entry k()") -> Function:
    program = decode(
        f"{HEADER}{signature}\n{{\n.reg .b32 %r<9>; .reg .b64 %rd<9>; .reg .pred %p<9>;\n{body}\n}}"
    )
    return next(iter(program.functions.values()))


def operands_of(statement: str) -> tuple[Operand, ...]:
    return function_of(statement).instructions[0].operands


def test_module_header() -> None:
    program = decode(".version 8.4\n.target sm_90a, debug\n.address_size 64\n")
    assert (program.version, program.target) == ("8.4", "sm_90a")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("add.s32", ("add", (), ("s32",))),
        (
            "ld.global.nc.L1::no_allocate.L2::128B.v4.f32",
            ("ld", ("global", "nc", "L1::no_allocate", "L2::128B", "v4"), ("f32",)),
        ),
        ("cvt.rn.f16x2.f32", ("cvt", ("rn",), ("f16x2", "f32"))),
        ("set.eq.u32.f32", ("set", ("eq",), ("u32", "f32"))),
        ("bar.red.popc.u32", ("bar", ("red", "popc"), ("u32",))),
        ("cp.async.ca.shared::cta.global", ("cp", ("async", "ca", "shared::cta", "global"), ())),
        ("ret", ("ret", (), ())),
    ],
)
def test_opcode_splits_into_modifiers_and_trailing_types(word: str, expected: tuple[object, ...]) -> None:
    assert split_opcode(word) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("0x1F", 31), ("017", 15), ("0b101", 5), ("7U", 7), ("0", 0), ("0xffffffffU", 2**32 - 1)],
)
def test_integer_literals(text: str, value: int) -> None:
    assert parse_integer(text) == value


@pytest.mark.parametrize(
    ("text", "negative", "expected"),
    [
        ("0f3F800000", False, Immediate(0x3F800000, 32, is_float=True)),
        ("0f3F800000", True, Immediate(0xBF800000, 32, is_float=True)),
        ("0d4000000000000000", False, Immediate(0x4000000000000000, 64, is_float=True)),
        ("0.5", False, Immediate(int(np.float64(0.5).view(np.uint64)), 64, is_float=True)),
        ("1", True, Immediate(2**64 - 1, 64, is_float=False)),
    ],
)
def test_literals_are_bits(text: str, negative: bool, expected: Immediate) -> None:
    assert parse_literal(text, negative=negative) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ld.global.u32 %r1, [%rd1+16];", (Register("%r1"), Address(Register("%rd1"), 16))),
        ("ld.global.u32 %r1, [%rd1+-4];", (Register("%r1"), Address(Register("%rd1"), -4))),
        ("ld.param.u32 %r1, [name+8];", (Register("%r1"), Address(Symbol("name"), 8))),
        ("ld.shared.u32 %r1, [64];", (Register("%r1"), Address(None, 64))),
        ("ld.global.v2.u32 {%r1, _}, [%rd1];", (Vector((Register("%r1"), None)), Address(Register("%rd1")))),
        ("mov.u64 %rd1, table+12;", (Register("%rd1"), Symbol("table", 12))),
        (
            "setp.lt.and.s32 %p1|%p2, %r1, -3, !%p3;",
            (
                Register("%p1"),
                Register("%p2"),
                Register("%r1"),
                Immediate(2**64 - 3, 64, is_float=False),
                Register("%p3", negated=True),
            ),
        ),
        (
            "shfl.sync.up.b32 %r1|_, %r2, 1, 0, -1;",
            (
                Register("%r1"),
                None,
                Register("%r2"),
                Immediate(1, 64, is_float=False),
                Immediate(0, 64, is_float=False),
                Immediate(2**64 - 1, 64, is_float=False),
            ),
        ),
        ("mov.u32 %r1, %tid.x;", (Register("%r1"), Register("%tid.x"))),
        ("mov.u32 %r1, WARP_SZ;", (Register("%r1"), Immediate(32, 64, is_float=False))),
        ("call.uni (r), f, (a, b);", (Names(("r",)), Symbol("f"), Names(("a", "b")))),
    ],
)
def test_operands(statement: str, expected: tuple[object, ...]) -> None:
    assert operands_of(statement) == expected


def test_guards_and_labels() -> None:
    function = function_of("top:\n@!%p1 add.s32 %r1, %r1, 1;\n@%p2 bra.uni top;\nret;")
    first, second, _ = function.instructions
    assert first.guard == Guard("%p1", negated=True)
    assert second.guard == Guard("%p2", negated=False)
    assert second.operands == (Symbol("top"),)
    assert function.labels == {"top": 0}


def test_names_of_inner_scopes_stay_apart() -> None:
    function = function_of(
        "{ .reg .pred p; .param .b32 a; setp.eq.s32 p, %r1, 1; @p bra L; st.param.b32 [a], %r1; L: }\n"
        "{ .reg .pred p; .param .b64 a; setp.eq.s32 p, %r1, 2; @p bra L; st.param.b64 [a], %rd1; L: }\nret;"
    )
    first, second = function.instructions[0:3], function.instructions[3:6]
    assert first[0].operands[0] != second[0].operands[0]
    assert first[1].guard != second[1].guard
    targets = [function.labels[half[1].operands[0].name] for half in (first, second)]
    assert targets == [3, 6]
    assert sorted(variable.size_bytes for variable in function.variables) == [4, 8]


def test_locations_attribute_inlined_code_to_its_own_line() -> None:
    function = function_of(
        ".loc 1 3 5\nmov.u32 %r1, 1;\n"
        ".loc 2 9 1, function_name $L__info+4, inlined_at 1 3 5\nmov.u32 %r2, 2;\n"
        ".loc 1 0 5\nmov.u32 %r3, 3;\nret;\n}\n"
        '.file 1 "/a/kernel.cu"\n.file 2 "/a/lib.cuh", 1700000000, 33\n.visible .entry z() {'
    )
    lines = [instruction.source for instruction in function.instructions]
    assert lines[:3] == [
        SourceLine("/a/kernel.cu", 3),
        SourceLine("/a/lib.cuh", 9),
        SourceLine("/a/lib.cuh", 9),
    ]


def test_parameters_results_and_directives() -> None:
    program = decode(
        HEADER + ".weak .func (.param .align 16 .b8 out[32]) f\n"
        "(.param .b32 a, .param .u64 .ptr .global .align 4 b) .noinline { ret; }\n"
        ".visible .entry k(.param .align 8 .b8 s[24])\n"
        '.maxntid 16, 4, 2 .minnctapersm 2 .pragma "nounroll"; { ret; }\n'
        ".extern .func g();"
    )
    f, k = program.functions["f"], program.functions["k"]
    assert [(p.name, p.size_bytes, p.alignment) for p in f.results] == [("out", 32, 16)]
    assert [(p.name, p.type, p.size_bytes) for p in f.parameters] == [("a", "b32", 4), ("b", "u64", 8)]
    assert (k.is_kernel, k.maximum_threads, k.parameters[0].size_bytes) == (True, 128, 24)
    assert program.functions["g"].instructions == ()
    assert list(program.kernels) == ["k"]


def test_variables_and_initialisers() -> None:
    program = decode(
        HEADER + ".visible .global .align 4 .u32 counter = 7;\n"
        ".global .align 4 .f32 row[4] = {0f3F800000, 2.0, -0f3F800000};\n"
        ".const .b8 text[] = {72, 105};\n"
        ".global .align 8 .u64 pointers[2] = {generic(counter), row+4};\n"
        ".global .s16 grid[2][2] = {{1, -1}, {2}};\n"
        ".extern .shared .align 16 .b8 dynamic[];\n"
    )
    v = program.variables
    assert v["counter"].initial == (7).to_bytes(4, "little")
    assert np.frombuffer(v["row"].initial, np.float32).tolist() == [1.0, 2.0, -1.0, 0.0]
    assert (v["text"].initial, v["text"].size_bytes, v["text"].external) == (b"Hi", 2, False)
    assert v["pointers"].relocations == (
        Relocation(0, 8, "counter", 0, generic=True),
        Relocation(8, 8, "row", 4, generic=False),
    )
    assert np.frombuffer(v["grid"].initial, np.int16).tolist() == [1, -1, 2, 0]
    assert v["dynamic"].external


def test_register_ranges_have_types() -> None:
    registers = function_of(".reg .f64 %fd<3>; ret;").registers
    assert registers["%fd2"] == "f64"
    assert "%fd3" not in registers


def test_branch_targets() -> None:
    function = function_of("brx.idx %r1, table;\nA: ret;\nB: ret;\ntable: .branchtargets A, B;")
    assert function.branch_targets == {"table": ("A", "B")}


def test_debug_sections_comments_and_block_comments_are_skipped() -> None:
    program = decode(
        HEADER + "/* one\ntwo */ .visible .entry k() { ret; } // end\n"
        ".section .debug_str\n{\n$L__info:\n.b8 95,90,0\n}\n"
    )
    assert program.functions["k"].instructions[0].ptx_line == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add.s32 %r1 %r2, 3;", "PTX line 7"),
        ("bra nowhere; ret;", "unknown label 'nowhere': bra nowhere; ret;"),
        ("@%q1 ret;", "unknown predicate '%q1'"),
        (".bogus 3;", "unknown directive .bogus"),
        ("ld.global.u32 %r1, [%rd1+x];", "expected an integer"),
        ("mov.u32 %r1, 0fzz;", "not a number: '0fzz'"),
    ],
)
def test_undecodable_text_names_line_and_text(text: str, message: str) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        function_of(text)
    assert message in str(caught.value)
    assert "PTX line" in str(caught.value)


def test_truncated_module_is_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="unexpected end"):
        decode(HEADER + ".visible .entry k() { ret;")


def test_decoding_is_fast() -> None:
    body = "\n".join(f".loc 1 {n % 90 + 1} 5\nfma.rn.f32 %f1, %f2, 0f3F800000, %f3;" for n in range(5000))
    text = f"{HEADER}.visible .entry k() {{ .reg .f32 %f<9>;\n{body}\nret; }}"
    started = time.perf_counter()
    decode(text)
    assert time.perf_counter() - started < 1.5

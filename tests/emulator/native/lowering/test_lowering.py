"""Native code against the interpreter, bit for bit, for every form of instruction."""

import numpy as np
import pytest

from gpuadvisor.emulator.native.lowering import lower_operation
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics import compile_operation
from tests.emulator.native.lowering.data import active_masks, sources
from tests.emulator.native.lowering.forms import APPROXIMATE_FORMS, EXACT_FORMS, operands
from tests.emulator.native.lowering.harness import Lanes, Native
from tests.emulator.semantics.lanes import instruction


def parsed(form: str) -> Instruction:
    return instruction(form, operands(form))


def differing(found: Lanes, wanted: Lanes, kind: str) -> Lanes:
    """Return the lanes that differ; NaN of double precision keep payloads, whose bits are not compared."""
    different = found != wanted
    if kind == "f64":
        different &= ~(np.isnan(found.view(np.float64)) & np.isnan(wanted.view(np.float64)))
    return np.asarray(different)


def assert_same(native: Native, registers: list[Lanes], active: Lanes) -> None:
    wanted = native.interpreted.function(registers, active)
    found = native.run(registers, active)
    for ours, theirs, kind in zip(found, wanted, native.results, strict=True):
        theirs = np.broadcast_to(theirs, ours.shape)
        for row, lane in np.argwhere(differing(ours, theirs, kind))[:1]:
            operand_bits = [hex(int(register[row, lane])) for register in registers]
            pytest.fail(f"{operand_bits}: {int(ours[row, lane]):#x}, wanted {int(theirs[row, lane]):#x}")


@pytest.mark.parametrize("form", EXACT_FORMS)
def test_native_code_computes_the_interpreters_bits(form: str) -> None:
    native = Native(form, operands(form))
    for seed in (1, 2):
        assert_same(native, sources(native.sources, seed), active_masks(seed))


@pytest.mark.parametrize(
    ("form", "count"),
    [
        ("setp.lt.f32", 4),
        ("setp.eq.u64", 4),
        ("setp.lt.f16x2", 4),
        ("setp.gt.and.s32", 4),
        ("setp.ne.xor.f64", 5),
        ("set.lt.or.u32.f32", 4),
        ("lop3.and.b32", 7),
        ("lop3.or.b32", 7),
        ("shfl.sync.up.b32", 6),
        ("shfl.sync.idx.b32", 6),
        ("match.all.sync.b32", 4),
        ("min.f32", 4),
        ("max.NaN.f32", 4),
    ],
)
def test_other_numbers_of_operands(form: str, count: int) -> None:
    native = Native(form, count)
    assert_same(native, sources(native.sources, count), active_masks(count))


@pytest.mark.parametrize("mode", ["up", "down", "bfly", "idx"])
@pytest.mark.parametrize("offset", [0, 1, 3, 16, 31, 33])
@pytest.mark.parametrize("control", [0x1F, 0, 0x1C1F, 0x1807])
def test_shuffles_by_constants(mode: str, offset: int, control: int) -> None:
    native = Native(f"shfl.sync.{mode}.b32", 6, {1: offset, 2: control, 3: 0xFFFFFFFF})
    registers = sources(native.sources, offset)
    for place, number in native.constants.items():
        registers[place][:] = number
    assert_same(native, registers, np.ones((10, 32), np.bool_))


@pytest.mark.parametrize(
    ("form", "constants"),
    [
        *((f"shl.b{bits}", {1: count}) for bits in (16, 32, 64) for count in (0, 5, 16, 31, 32, 63, 64, 300)),
        *((f"shr.s{bits}", {1: count}) for bits in (16, 32, 64) for count in (0, 5, 16, 31, 32, 63, 64, 300)),
        *(("lop3.b32", {3: table}) for table in (0, 0x80, 0x96, 0xE8, 0xCA, 0xFF)),
        *(("prmt.b32", {2: selector}) for selector in (0x3210, 0x7654, 0x0123, 0x5410, 0x80F3, 0xBBBB)),
        *(("bfe.s32", {1: start, 2: size}) for start in (0, 7, 31, 40) for size in (0, 1, 25, 32, 255)),
        *(("bfi.b64", {2: start, 3: size}) for start in (0, 7, 63, 70) for size in (0, 1, 25, 64, 255)),
        ("shf.l.wrap.b32", {2: 33}),
        ("shf.r.clamp.b32", {2: 32}),
        ("div.s32", {1: 0}),
        ("div.s32", {1: 0xFFFFFFFF}),
        ("rem.u64", {1: 10}),
        ("fma.rn.f32", {0: 0x7FC00000}),
        ("add.f64", {1: 0x8000000000000000}),
    ],
)
def test_immediates(form: str, constants: dict[int, int]) -> None:
    native = Native(form, operands(form), constants)
    registers = sources(native.sources, 3)
    for place, number in constants.items():
        registers[place][:] = number % 2 ** (8 * registers[place].itemsize)
    assert_same(native, registers, active_masks(3))


@pytest.mark.parametrize("form", [form for form in APPROXIMATE_FORMS if "x2" not in form])
def test_approximations_are_rounded_once(form: str) -> None:
    """Errors below 1e-14 before rounding: in a sample, at most a neighbour of the interpreter's result.

    The manual allows more: 2 ulp for ex2, 2**-22 for lg2, 2**-20.5 for sin and cos, 2**-11 for tanh.
    """
    native = Native(form, operands(form))
    for seed in (1, 2, 3):
        registers = sources(native.sources, seed)
        (wanted,) = native.interpreted.function(registers, active_masks(seed))
        (found,) = native.run(registers, active_masks(seed))
        assert np.abs(found.astype(np.int64) - wanted.astype(np.int64)).max() <= 1
        assert (found == wanted).mean() > 0.99


def test_what_is_left_to_the_interpreter() -> None:
    left = [
        form
        for form in (*EXACT_FORMS, *APPROXIMATE_FORMS)
        if compile_operation(parsed(form)) is not None and lower_operation(parsed(form)) is None
    ]
    assert left == []


@pytest.mark.parametrize("form", ["ld.global.f32", "bra", "bar.sync", "cvt.rs.f16x2.f32", "add.cc.s16"])
def test_what_the_interpreter_does_not_compute_is_not_lowered(form: str) -> None:
    assert lower_operation(instruction(form, 4)) is None


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div"])
@pytest.mark.parametrize("rounding", ["rz", "rm", "rp"])
def test_directed_doubles_at_the_ends_of_their_range(name: str, rounding: str) -> None:
    native = Native(f"{name}.{rounding}.f64", 3)
    random = np.random.default_rng(5)
    shape = (20, 32)
    fractions = random.integers(0, 1 << 52, (2, *shape)) >> random.integers(0, 52, (2, *shape))
    first = random.integers(0, 2047, shape)
    ends = random.choice([-60, -1, 0, 1, 1024, 2045, 2046, 2100], shape) + random.integers(-3, 4, shape)
    second = {"mul": 1023 + ends - first, "div": first - ends + 1023}.get(name, first - ends % 70)
    exponents = np.stack([first, np.clip(second, 0, 2046)])
    signs = random.integers(0, 2, (2, *shape))
    registers = list((signs << 63 | exponents << 52 | fractions).astype(np.uint64))
    assert_same(native, registers, np.ones(shape, np.bool_))


def _ends_of_range(random: np.random.Generator) -> Lanes:
    """Return doubles of every size, near the ends of their range and near each other."""
    exponents = random.choice([-1074, -1040, -1022, -970, -600, -512, -1, 0, 1, 52, 511, 970, 1023], 4096)
    significands = random.choice([1.0, 1.0 + 2.0**-52, 2.0 - 2.0**-52, 1.5, 0.0], 4096)
    numbers = np.ldexp(significands, exponents) * random.choice([-1.0, 1.0], 4096)
    return np.asarray(numbers).view(np.uint64).reshape(-1, 32)


@pytest.mark.parametrize("rounding", ["rz", "rm", "rp"])
def test_directed_fused_doubles_at_the_ends_of_their_range(rounding: str) -> None:
    native = Native(f"fma.{rounding}.f64", 4)
    random = np.random.default_rng(6)
    a, b, c = (_ends_of_range(random) for _ in range(3))
    with np.errstate(all="ignore"):
        product = (a.view(np.float64) * b.view(np.float64)).view(np.uint64)
    near = np.where(random.random(c.shape) < 0.5, product ^ (np.uint64(1) << np.uint64(63)), c)
    assert_same(native, [a, b, near], np.ones(a.shape, np.bool_))

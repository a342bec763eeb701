import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.program import Function
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import HEADER, execute, launch_of

F = """.func (.param .b32 r) f(.param .b32 a) {
    .reg .b32 %r<2>; L: ld.param.b32 %r1, [a]; st.param.b32 [r], %r1; ret; }"""
CALL = "{ .param .b32 x; .param .b32 y; st.param.b32 [x], %r1; call (y), f, (x); ld.param.b32 %r1, [y]; }"


def linked(body: str, before: str = F) -> Function:
    return link(decode(f"{HEADER}{before}.entry k() {{ .reg .b32 %r<2>; {body} }}"), "k").function


def test_functions_stand_behind_the_kernel_with_names_of_their_own() -> None:
    function = linked(CALL + "ret;")
    assert [i.opcode for i in function.instructions] == ["st", "call", "ld", "ret", "ld", "st", "ret"]
    assert [i.index for i in function.instructions] == list(range(7))
    assert function.labels == {"f:L": 4}
    assert {"%r1", "f:%r1"} <= set(function.registers)


def test_a_function_called_twice_is_there_once() -> None:
    assert sum(i.opcode == "ret" for i in linked(CALL + CALL + "ret;").instructions) == 2


@pytest.mark.parametrize("body", ["", "add.u32 %r1, %r1, 1;", "bra END; END:", "{ .reg .pred p; @p ret; }"])
def test_threads_never_run_past_the_end(body: str) -> None:
    program = decode(f"{HEADER}.entry k() {{ .reg .b32 %r<2>; {body} }}")
    assert execute(program, "k", launch_of(2, 64), []).observation.counters.blocks_run == 2


def test_functions_that_can_call_themselves_have_frames() -> None:
    before = """.func g(); .func h() { ret; }
    .func f() { .local .align 8 .b8 x[100]; .reg .b64 %a; mov.u64 %a, x; ld.local.b64 %a, [x+8];
    call g; ret; }
    .func g() { call f; call h; ret; }"""
    program = decode(f"{HEADER}{before}.entry k() {{ call f; ret; }}")
    found = link(program, "k")
    assert found.frames == {"f": 112, "g": 64}
    texts = [instruction.text for instruction in found.function.instructions]
    assert "add.u64" in texts
    assert "mov.u64" not in texts


def test_an_address_taken_makes_a_function_reachable() -> None:
    before = ".func f() { ret; } .func g() { ret; } .global .u64 t[1] = {g};"
    proto = "P: .callprototype _ ();"
    program = decode(
        f"{HEADER}{before}.entry k() {{ .reg .b64 %a; ld.global.u64 %a, [t]; {proto} call %a, P; }}"
    )
    assert set(link(program, "k").entries) == {"k", "g"}


def test_a_call_that_does_not_match_is_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="does not match"):
        linked("{ .param .b32 x; call f, (x); } ret;")


def test_a_parameter_shared_by_two_functions_is_refused() -> None:
    second = F.replace("f(", "g(")
    with pytest.raises(GpuAdvisorError, match="of this call alone"):
        linked("{ .param .b32 x; .param .b32 y; call (y), f, (x); call (y), g, (x); } ret;", F + second)

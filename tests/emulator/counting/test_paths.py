"""Which instructions lie on each way out of a branch, in the shapes that compilers give to control flow."""

import pytest

from gpuadvisor.emulator.counting.paths import Paths, Ways
from gpuadvisor.emulator.decoder import decode
from tests.emulator.harness import HEADER


def ways(body: str, number: int = 0) -> Ways | None:
    """Return the ways out of the branch with that number in the body of a kernel."""
    paths, branches = _paths(body)
    return paths.ways(branches[number])


def _paths(body: str) -> tuple[Paths, list[int]]:
    registers = ".reg .pred %p<4>; .reg .b32 %r<30>;"
    program = decode(f"{HEADER}.visible .entry k()\n{{\n{registers}\n{body}\n}}\n")
    function = program.functions["k"]
    branches = [i.index for i in function.instructions if i.opcode in ("bra", "brx")]
    return Paths(function), branches


def set_of(*pcs: int) -> frozenset[int]:
    return frozenset(pcs)


def test_if_and_else_join_behind_both() -> None:
    found = ways(
        """@%p1 bra ELSE;
           mov.u32 %r1, 1;
           mov.u32 %r2, 1;
           bra JOIN;
        ELSE:
           mov.u32 %r1, 2;
        JOIN:
           mov.u32 %r3, 3;
           ret;"""
    )
    assert found == Ways(taken=set_of(4), passed=set_of(1, 2, 3))


def test_an_if_without_else_has_one_empty_way() -> None:
    found = ways("@%p1 bra JOIN; mov.u32 %r1, 1; JOIN: mov.u32 %r3, 3; ret;")
    assert found == Ways(taken=set_of(), passed=set_of(1))


def test_ways_that_end_join_at_the_end() -> None:
    found = ways("@%p1 bra DONE; mov.u32 %r1, 1; mov.u32 %r2, 1; ret; DONE: ret;")
    assert found == Ways(taken=set_of(4), passed=set_of(1, 2, 3))


def test_a_guarded_return_goes_on_too() -> None:
    found = ways("@%p1 bra JOIN; @%p2 ret; mov.u32 %r1, 1; JOIN: mov.u32 %r3, 3; ret;")
    assert found == Ways(taken=set_of(), passed=set_of(1, 2))


def test_the_branch_of_a_loop_leads_round_it_one_way() -> None:
    found = ways("mov.u32 %r1, 0; LOOP: add.u32 %r1, %r1, 1; @%p1 bra LOOP; mov.u32 %r2, 1; ret;")
    assert found == Ways(taken=None, passed=set_of())


LOOP_WITH_BREAK = """
LOOP:
    add.u32 %r1, %r1, 1;
    @%p1 bra DONE;
    add.u32 %r2, %r2, 1;
    @%p2 bra LOOP;
DONE:
    ret;
"""


def test_a_break_leaves_the_loop_that_the_other_way_goes_round() -> None:
    assert ways(LOOP_WITH_BREAK) == Ways(taken=set_of(), passed=None)
    assert ways(LOOP_WITH_BREAK, 1) == Ways(taken=None, passed=set_of())


def test_a_branch_within_a_loop_joins_within_it() -> None:
    found = ways(
        """
    OUTER:
        @%p1 bra NEXT;
    INNER:
        add.u32 %r1, %r1, 1;
        @%p2 bra INNER;
        add.u32 %r2, %r2, 1;
    NEXT:
        @%p3 bra OUTER;
        ret;"""
    )
    assert found == Ways(taken=set_of(), passed=set_of(1, 2, 3))


def test_what_both_ways_reach_before_they_join_is_on_neither() -> None:
    """`if (a || b) { X }`: threads of both ways can meet at X."""
    found = ways("@%p1 bra X; @!%p2 bra JOIN; X: mov.u32 %r1, 1; JOIN: mov.u32 %r2, 1; ret;")
    assert found == Ways(taken=set_of(), passed=set_of(1))


def test_a_way_into_a_loop_without_end_still_has_its_instructions() -> None:
    found = ways("@%p1 bra FOREVER; mov.u32 %r1, 1; ret; FOREVER: mov.u32 %r2, 1; bra FOREVER;")
    assert found is not None
    assert found.taken == set_of(3, 4)


@pytest.mark.parametrize(
    "body", ["bra NEXT; NEXT: ret;", "L: .branchtargets A, B; brx.idx %r1, L; A: ret; B: ret;"]
)
def test_only_a_guarded_branch_has_two_ways(body: str) -> None:
    assert ways(body) is None


def test_many_blocks_take_no_recursion() -> None:
    steps = "".join(f"@%p1 bra S{n}; mov.u32 %r1, {n}; S{n}:\n" for n in range(3000))
    paths, branches = _paths(steps + "ret;")
    assert [paths.ways(pc) for pc in branches[::500]] == [
        Ways(taken=set_of(), passed=set_of(pc + 1)) for pc in branches[::500]
    ]

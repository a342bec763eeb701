"""Mutants of valid PTX end in a result or a clear error; `python -m tests.emulator.fuzz` tries many more."""

import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.fuzz.campaign import Outcome, campaign
from tests.emulator.fuzz.seeds import seeds
from tests.emulator.fuzz.trial import Trial, attempt, run_all, trial

TRIALS = 400


def test_mutants_end_in_a_result_or_a_clear_error() -> None:
    total = Outcome()
    for outcome in campaign(range(TRIALS), processes=2):
        total.add(outcome)
    assert total.failures == {}
    assert total.counts["ran"] + total.counts["refused"] == TRIALS
    assert min(total.counts["ran"], total.counts["refused"]) > TRIALS // 20, "mutations too mild, or too wild"


def test_the_seeds_themselves_mostly_run() -> None:
    ends = [attempt(Trial(seed, block=32, native=False)) for seed in seeds()]
    assert len(ends) > 50
    assert ends.count("ran") > 0.8 * len(ends)


def test_a_number_stands_for_one_mutant() -> None:
    assert trial(17) == trial(17)
    assert trial(17) != trial(18)


def test_a_kernel_with_endless_parameters_is_refused() -> None:
    head = ".version 8.0\n.target sm_90\n.address_size 64\n"
    text = f"{head}.visible .entry k(.param .b8 a[99999999999999999]) {{ ret; }}"
    with pytest.raises(GpuAdvisorError, match="bytes of parameters"):
        decode(text)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (".reg .b32 %r<4000000000>;", "4000000000 registers"),
        (".shared .b8 tile[99999999999999];", "bytes of emulated memory"),
        ("bar.sync;", "bar.sync"),
        (".reg .b32 %a; mbarrier.arrive.expect_tx.shared.b64 _, [%a];", "how many bytes it expects"),
        (".reg .b64 %a; .reg .b32 %b; atom.global.cas.b32 %b, [%a], %b, ;", "this form of atomic"),
        (".reg .b64 %a; .reg .b32 %b; atom.global.add.u32 %b, [%a];", "this form of atomic"),
        (
            ".reg .b32 %a; .reg .b64 %b; cp.async.ca.shared.global [%a], [%b], 7169027082, 0;",
            "this form of cp",
        ),
        (".reg .pred %p<3>; .reg .b32 %a; setp.ge.s32 %p1|%p2, %a, %a, %a, %a;", "no operation of this"),
        (".reg .b128 %a; .reg .b32 %b; ld.global.u32 %b, [%a+8];", "an address in %a"),
        (".reg .b32 %a; again: @!%a bra again;", "is no predicate"),
        (".local .align 5588197501 .b8 depot[8];", "an alignment of 5588197501"),
    ],
)
@pytest.mark.parametrize("native", [False, True])
def test_found_before(body: str, reason: str, native: bool) -> None:
    text = f".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry k()\n{{ {body} ret; }}"
    with pytest.raises(GpuAdvisorError, match=reason):
        run_all(decode(text), Trial(text, block=32, native=native))

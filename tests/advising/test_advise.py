"""Advice: three outcomes, one piece per line, the largest gain first."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import RuleSet, load_pages
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Evidence, NotEvaluated
from tests.advising.profiles import branch, kernel, load, machine, shared_load

TEMPLATE = """```toml
title = "{title}"
subject = "{subject}"
when = "{when}"
severity = "{severity}"
{gain}
message = "{message}"
[[example]]
note = "-"
fires = true
facts = {{}}
[[example]]
note = "-"
fires = false
facts = {{}}
```
## What it means
M
## What to change
Change it.
## When to ignore it
I
"""


def rules(tmp_path: Path, *pages: dict[str, str]) -> RuleSet:
    paths = []
    for number, page in enumerate(pages):
        path = tmp_path / "area" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        usual = {"title": "T", "subject": "kernel", "severity": "medium", "gain": "", "message": "m"}
        path.write_text(TEMPLATE.format(**(usual | page)))
        paths.append(path)
    return load_pages(paths)


def judge(
    tmp_path: Path, page: dict[str, str], *kernels: KernelProfile, on: bool = True
) -> tuple[list[Advice], list[NotEvaluated]]:
    return advise(machine() if on else None, kernels or [kernel()], rules(tmp_path, page))


def test_a_rule_that_fires_brings_message_evidence_change_and_gain(tmp_path: Path) -> None:
    page = {
        "when": "kernel.waves > 1 and kernel.registers_per_thread == 40",
        "message": "{kernel.name} waits",
        "gain": 'gain = "speedup_without(divergence)"',
    }
    (advice,), not_evaluated = judge(tmp_path, page)
    assert not not_evaluated
    assert (advice.rule, advice.outcome, advice.message) == ("area/0", "fires", "k waits")
    assert advice.change == "Change it."
    assert advice.evidence["kernel.waves"] == Evidence(
        value=1.25, unit="waves", provenance=Provenance.COMPILED
    )
    assert list(advice.evidence) == ["kernel.waves", "kernel.registers_per_thread", "kernel.name"]
    assert (advice.subject.kind, advice.subject.file, advice.subject.line) == ("kernel", "k.cu", 3)
    assert advice.gain is not None
    assert advice.gain.provenance is Provenance.MODELLED


def test_a_clear_rule_leaves_no_trace(tmp_path: Path) -> None:
    assert judge(tmp_path, {"when": "kernel.blocks > 1000"}) == ([], [])


def test_a_rule_that_misses_facts_names_them(tmp_path: Path) -> None:
    advice, (entry,) = judge(tmp_path, {"when": "kernel.waves > 1 and kernel.blocks > 1"}, on=False)
    assert not advice
    assert (entry.rule, entry.missing, entry.subject.kernel) == ("area/0", ["kernel.waves"], "k")


def test_a_message_that_misses_facts_is_not_written(tmp_path: Path) -> None:
    advice, (entry,) = judge(
        tmp_path, {"when": "kernel.blocks > 1", "message": "{kernel.waves} waves"}, on=False
    )
    assert not advice
    assert entry.missing == ["kernel.waves"]


def test_accesses_of_one_line_give_one_piece_of_advice(tmp_path: Path) -> None:
    page = {
        "subject": "access",
        "when": "access.sectors_per_request > 4",
        "message": "{access.sectors_per_request} at {access.location}",
        "gain": 'gain = "speedup_without(excess_sectors)"',
    }
    few = load(7, sectors=80, requests=10)
    many = load(7, sectors=320, requests=20, ideal_sectors=80)
    elsewhere = load(8, sectors=80)
    profile = kernel(accesses=[few, many, elsewhere, load(7)])
    advice, _ = judge(tmp_path, page, profile)
    assert [item.subject.line for item in advice] == [7, 8]
    assert advice[0].message == "16 at k.cu:7 (and 1 more instruction on this line)"
    assert advice[1].message == "8 at k.cu:8"
    # Of 520 sectors, line 7 could do without 40 + 240; L2's 4 ms become less than shared memory's 3.
    assert advice[0].gain is not None
    assert advice[0].gain.high == pytest.approx(520 / (520 - 280))
    assert advice[0].gain.expected == pytest.approx(4 / 3)


def test_accesses_to_one_shared_variable_give_one_piece_of_advice(tmp_path: Path) -> None:
    page = {
        "subject": "access",
        "when": "access.wavefronts_per_request > 2",
        "message": "{access.operation} at {access.location}",
        "gain": 'gain = "speedup_without(bank_conflicts)"',
    }
    keys = [
        shared_load(44, variable="keys", requests=30, operation="store"),
        shared_load(44, variable="keys"),
        shared_load(40, variable="keys"),
        shared_load(31, variable="keys"),
        shared_load(31, variable="keys"),
        shared_load(5, variable="keys", file="other.cuh"),
    ]
    others = [shared_load(44, variable="values"), shared_load(50), shared_load(51), load(7)]
    advice, _ = judge(tmp_path, page, kernel(accesses=[*keys, *others]))
    assert {(item.subject.line, item.message) for item in advice} == {
        (
            44,
            "store at k.cu:44 (and 1 more instruction on this line, on lines 31, 40, at other.cuh:5)",
        ),
        (44, "load at k.cu:44"),
        (50, "load at k.cu:50"),
        (51, "load at k.cu:51"),
    }
    # 9 accesses of 320 passes, of which 10 would do.
    (first,) = (item for item in advice if "other.cuh" in item.message)
    assert first.gain is not None
    assert first.gain.high == pytest.approx(9 * 320 / (9 * 320 - 6 * 310))


def test_one_other_line_is_named_alone(tmp_path: Path) -> None:
    page = {"subject": "access", "when": "access.wavefronts_per_request > 2", "message": "{access.location}"}
    pair = [shared_load(9, variable="tile", requests=11), shared_load(12, variable="tile")]
    (advice,), _ = judge(tmp_path, page, kernel(accesses=pair))
    assert advice.message == "k.cu:9 (and on line 12)"


def test_what_several_accesses_miss_is_listed_once(tmp_path: Path) -> None:
    page = {"subject": "access", "when": "access.lane_stride_bytes > 4 and access.bytes_per_thread > 0"}
    profile = kernel(accesses=[load(7, lane_stride_bytes=None), load(8, lane_stride_bytes=None)])
    advice, (entry,) = judge(tmp_path, page, profile)
    assert not advice
    assert entry.missing == ["access.lane_stride_bytes"]
    assert (entry.subject.kind, entry.subject.line) == ("kernel", 3)


def test_a_kernel_without_accesses_is_clear_only_if_they_were_counted(tmp_path: Path) -> None:
    page = {"subject": "access", "when": "access.sectors_per_request > 4"}
    assert judge(tmp_path, page, kernel(accesses=[])) == ([], [])
    advice, (entry,) = judge(tmp_path, page, kernel(accesses=[], counters=None))
    assert not advice
    assert entry.missing == ["access.sectors_per_request"]


def test_branches_and_machines_are_subjects_too(tmp_path: Path) -> None:
    pages = rules(
        tmp_path,
        {"subject": "branch", "when": "branch.divergent > 50", "message": "{branch.location}"},
        {"subject": "machine", "when": "machine.multiprocessors == 100", "message": "{machine.name}"},
    )
    advice, _ = advise(machine(), [kernel(branches=[branch(), branch(6, divergent=1)])], pages)
    assert [(item.message, item.subject.kind) for item in advice] == [
        ("k.cu:5", "branch"),
        ("Test GPU", "machine"),
    ]
    assert advise(None, [], pages) == ([], []), "without a machine there is nothing to judge"


def test_a_machine_profile_of_another_device_is_not_used(tmp_path: Path) -> None:
    pages = rules(tmp_path, {"when": "kernel.waves > 1"})
    _, (entry,) = advise(machine(device_id="emulated:a10"), [kernel()], pages)
    assert entry.missing == ["kernel.waves"]


def test_the_largest_expected_gain_comes_first_then_severity(tmp_path: Path) -> None:
    pages = rules(
        tmp_path,
        {"title": "low", "severity": "low", "when": "kernel.blocks > 0"},
        {"title": "high", "severity": "high", "when": "kernel.blocks > 0"},
        {
            "title": "gain",
            "severity": "low",
            "when": "kernel.blocks > 0",
            "gain": 'gain = "speedup_without(excess_sectors)"',
        },
    )
    profile = kernel(accesses=[load(sectors=320)])
    advice, _ = advise(machine(), [profile], pages)
    assert [item.title for item in advice] == ["gain", "high", "low"]


def test_a_condition_without_a_value_is_an_error_that_names_page_and_facts(tmp_path: Path) -> None:
    empty = kernel(launch=Launch(grid=(0, 1, 1), block=(32, 1, 1)))
    with pytest.raises(GpuAdvisorError) as error:
        judge(tmp_path, {"when": "1 / kernel.blocks > 0"}, empty)
    assert error.value.what == "when: division by zero in `1 / kernel.blocks > 0`, for kernel.blocks = 0"
    assert error.value.where == str(tmp_path / "area" / "0.md")
    assert error.value.remedy == "mend the page, or leave out its pack of rules"
    gain = 'gain = "speedup_at_occupancy(1 / kernel.blocks)"'
    with pytest.raises(GpuAdvisorError, match="gain: division by zero"):
        judge(tmp_path, {"when": "kernel.blocks == 0", "gain": gain}, empty)

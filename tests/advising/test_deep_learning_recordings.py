"""Rules on real recordings of programs in examples/runs, made on a CPU with PyTorch's profiler."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.sources.traces.kineto import read_kineto
from tests.advising.runs.proof import RULES

RECORDINGS = Path(__file__).parents[1] / "recorded" / "kineto-cpu" / "runs"
PROGRAMS = sorted({path.name.rpartition("-")[0] for path in RECORDINGS.glob("*.json.gz")})


def fired(program: str, variant: str) -> set[str]:
    profile = read_kineto(RECORDINGS / f"{program}-{variant}.json.gz")
    return {advice.rule for advice in advise(None, [], RULES, [profile])[0]}


def test_there_are_recordings() -> None:
    assert len(PROGRAMS) >= 6


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_rule_fires_on_the_slow_variant_alone(program: str) -> None:
    rule = f"deep-learning/{program.replace('_', '-')}"
    assert rule in fired(program, "slow")
    assert rule not in fired(program, "tuned")


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "input_in_process"])
def test_nothing_is_said_of_the_tuned_variant(program: str) -> None:
    """Workers that only begin are all there is of a run of four batches, of which another rule speaks."""
    assert fired(program, "tuned") == set()

"""The programs of examples/runs in PyTorch run, slow and tuned; recorded afresh, they show their faults."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.sources.traces.kineto import read_kineto
from tests.advising.runs.proof import PROGRAMS, RULES
from tests.advising.runs.recording import record, run
from tests.networks.training import needs
from tests.sources.traces.kineto_traces import write

pytestmark = [needs("torch", "PyTorch"), pytest.mark.filterwarnings("default")]
OF_THIS_AREA = sorted(
    path.stem
    for path in PROGRAMS.glob("*.py")
    if "deep-learning/" in path.read_text() and "import torch" in path.read_text()
)
SHOWN_BY_A_CPU = ("gradients_unused", "gradients_filled", "recurrent_cells", "recompiles", "input_in_process")


@pytest.mark.parametrize("options", [(), ("--tuned",)], ids=["slow", "tuned"])
@pytest.mark.parametrize("program", OF_THIS_AREA)
def test_it_runs(program: str, options: tuple[str, ...]) -> None:
    run(program, *options)


@pytest.mark.parametrize("program", SHOWN_BY_A_CPU)
def test_a_fresh_recording_shows_the_fault_and_the_tuned_one_does_not(program: str, tmp_path: Path) -> None:
    rule = f"deep-learning/{program.replace('_', '-')}"
    for options, expected in (((), True), (("--tuned",), False)):
        profile = read_kineto(write(tmp_path / "trace.json", record(program, *options)))
        advice, _ = advise(None, [], RULES, [profile])
        assert (rule in {each.rule for each in advice}) is expected

"""`gpuadvisor report`: documents in, one report out."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from gpuadvisor.cli.report import command
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.documents import decode, encode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile, Tool
from gpuadvisor.model.report import Report
from gpuadvisor.probing.store import save_last
from tests.advising.machine.machines import DEVICE, whole
from tests.model.test_documents import machine
from tests.reporting.test_terminal import kernel


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))


def saved(path: Path, document: MachineProfile | Report) -> str:
    path.write_bytes(encode(document))
    return str(path)


def report(*arguments: str) -> Report:
    result = CliRunner().invoke(command, [*arguments, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0
    found = decode(result.stdout.encode(), "standard output")
    assert isinstance(found, Report)
    return found


def analysed(judged_by: MachineProfile | None = None) -> Report:
    return Report(tool=Tool(version="1"), machine=judged_by, kernels=[kernel()])


def test_machine_and_kernels_come_together(tmp_path: Path) -> None:
    files = [saved(tmp_path / "m.json", machine()), saved(tmp_path / "k.json", analysed())]
    found = report(*files)
    assert found.machine == machine()
    assert [each.name for each in found.kernels] == [kernel().name]


def test_a_profile_of_its_own_counts_before_an_embedded_one(tmp_path: Path) -> None:
    newer = msgspec.structs.replace(machine(), created="2027-01-01T00:00:00+00:00", probes=[])
    files = [saved(tmp_path / "k.json", analysed(newer)), saved(tmp_path / "m.json", machine())]
    assert report(*files).machine == machine()
    assert report(files[0]).machine == newer


def test_two_machines_are_refused(tmp_path: Path) -> None:
    other = msgspec.structs.replace(machine().device, id="emulated:t4")
    files = [
        saved(tmp_path / "a.json", machine()),
        saved(tmp_path / "b.json", msgspec.structs.replace(machine(), device=other)),
    ]
    with pytest.raises(GpuAdvisorError, match=r"several machines: .*a.json \(emulated:h100\), .*b.json"):
        CliRunner().invoke(command, files, catch_exceptions=False)


def test_without_files_the_last_probe_is_reported() -> None:
    with pytest.raises(GpuAdvisorError, match="no probe has been run yet"):
        CliRunner().invoke(command, [], catch_exceptions=False)
    save_last(machine())
    assert report().machine == machine()


def test_the_document_is_written_as_it_is_printed(tmp_path: Path) -> None:
    save_last(machine())
    result = CliRunner().invoke(command, ["--format", "json", "-o", str(tmp_path / "r.json")])
    assert json.loads(result.stdout) == json.loads((tmp_path / "r.json").read_text())


def test_the_text_says_where_numbers_come_from() -> None:
    save_last(machine())
    result = CliRunner().invoke(command, [], catch_exceptions=False)
    assert "No GPU took part" in result.stdout


def test_escapes_in_a_source_do_not_reach_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.cu").write_text("int a;\nout[0] = 1; // \x1b]0;owned\x07\n}\n")
    result = CliRunner().invoke(command, [saved(tmp_path / "k.json", analysed())], catch_exceptions=False)
    assert "out[0] = 1; // \N{REPLACEMENT CHARACTER}]0;owned" in result.stdout
    assert "\x1b]" not in result.stdout


def test_a_real_machine_is_compared_and_advised_on(tmp_path: Path) -> None:
    """A document of a GPU with half its lanes, on a report by itself."""
    conditions = DeviceConditions(pcie_lanes=8, pcie_lanes_maximum=16, other_processes=0)
    device = msgspec.structs.replace(DEVICE, conditions=conditions)
    file = saved(tmp_path / "m.json", msgspec.structs.replace(whole(), device=device))
    found = report(file)
    assert [each.rule for each in found.advice] == ["machine/narrow-link"]
    assert found.advice[0].message.startswith("Test GPU: its PCIe link runs with 8 of 16 lanes")
    assert found.comparison is not None
    assert "dram.read" in {resource.name for resource in found.comparison.resources}
    text = CliRunner().invoke(command, [file]).stdout
    assert "Achieved against theory" in text
    assert "machine/narrow-link" in text


def test_a_machine_that_was_not_probed_is_not_compared(tmp_path: Path) -> None:
    bare = msgspec.structs.replace(machine(), probes=[])
    assert report(saved(tmp_path / "m.json", bare)).comparison is None

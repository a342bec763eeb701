import json
import sys
from pathlib import Path

import pytest

from gpuadvisor.cli.main import run
from gpuadvisor.model.documents import decode
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.probing.store import last_profile
from tests.probing.fake_gpu import FakeGpu
from tests.probing.folders import write_probe

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the probe `scale`; no profile has been kept yet."""
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "probes").mkdir()
    write_probe(tmp_path / "probes")
    return tmp_path / "probes"


def gpuadvisor(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["gpuadvisor", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        run()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def machine(text: str) -> MachineProfile:
    document = decode(text.encode(), "standard output")
    assert isinstance(document, MachineProfile)
    return document


def test_probe_prints_the_machine_and_keeps_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert gpuadvisor(monkeypatch, "probe", "scale", "--probe-dir", folder, "--device", "emulated:t4") == 0
    printed = capsys.readouterr()
    assert "Tesla T4" in printed.out
    assert "Scale" in printed.out
    assert printed.err.splitlines()[0] == "probing emulated:t4 (Tesla T4)"
    kept = last_profile("emulated:t4")
    assert kept is not None
    assert [probe.name for probe in kept.probes] == ["scale"]


def test_json_goes_to_standard_output_and_the_document_to_a_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    output = tmp_path / "machine.json"
    given = ["scale", "--probe-dir", folder, "--device", "emulated:t4", "--format", "json", "-o", output]
    assert gpuadvisor(monkeypatch, "probe", *given) == 0
    printed = machine(capsys.readouterr().out)
    assert printed == machine(output.read_text())
    assert printed == last_profile(None)


def test_quiet_prints_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    given = ["scale", "--probe-dir", folder, "--device", "emulated:t4", "--quiet"]
    assert gpuadvisor(monkeypatch, "probe", *given) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_quick_runs_the_quick_sweeps(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    path = folder / "scale" / "probe.toml"
    text = path.read_text()
    more = text[text.index("[[sweep]]") :].replace('"sizes"', '"more"\nquick = true')
    path.write_text(text + more)
    given = ["scale", "--quick", "--probe-dir", folder, "--device", "emulated:t4", "--format", "json"]
    assert gpuadvisor(monkeypatch, "probe", *given) == 0
    found = machine(capsys.readouterr().out).probes[0].points
    assert {point.parameters["sweep"] for point in found} == {"more"}


def test_without_a_gpu_the_first_line_says_what_is_used_and_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from gpuadvisor.devices import open as opening
    from gpuadvisor.model.errors import GpuAdvisorError

    reason = GpuAdvisorError("there is no driver", remedy="install one")
    monkeypatch.setattr(opening, "why_emulated", lambda: reason)
    monkeypatch.setattr("gpuadvisor.cli.probing.why_emulated", lambda: reason)
    assert gpuadvisor(monkeypatch, "probe", "scale", "--probe-dir", folder) == 0
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("probing emulated:h100 ")
    assert first.endswith("nothing is measured, because there is no driver")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["probe", "occupnacy"], "did you mean 'occupancy'?"),
        (["probe", "coalescing", "--quick", "--device", "emulated:t4"], "leave out --quick"),
        (["probe", "--probe-dir", "nowhere"], "nowhere: not a directory"),
        (["probe", "--device", "emulated:h1000"], "h100"),
        (["probes", "show", "divergnce"], "did you mean 'divergence'?"),
    ],
)
def test_a_mistake_is_said_without_a_traceback(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert gpuadvisor(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


def test_a_mistake_in_a_declaration_names_file_and_key(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = folder / "scale" / "probe.toml"
    path.write_text(path.read_text().replace('grid = "blocks"', 'grid = "bloks"'))
    assert gpuadvisor(monkeypatch, "probe", "--probe-dir", folder) == 2
    assert f"{path}: sweep 'sizes': launch: 'bloks' is not known here" in capsys.readouterr().err


def test_probes_list_names_all(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert gpuadvisor(monkeypatch, "probes", "list") == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {"bank_conflicts", "coalescing", "divergence", "occupancy"} < set(names)
    assert names == sorted(names)
    assert gpuadvisor(monkeypatch, "probes", "list", "--probe-dir", folder, "--format", "json") == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == sorted([*names, "scale"])


def test_probes_show_prints_comment_metrics_and_sweeps(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert gpuadvisor(monkeypatch, "probes", "show", "divergence") == 0
    printed = capsys.readouterr().out
    for part in ("What can fool it.", "active_threads (threads)", "paths: 1, 2, 4, 8, 16, 32"):
        assert part in printed
    assert gpuadvisor(monkeypatch, "probes", "show", "divergence", "--format", "json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["sweeps"][0]["parameters"] == {"paths": [1, 2, 4, 8, 16, 32]}
    assert shown["comment"].startswith("Divergence: what it costs")


def test_a_run_whose_time_is_over_says_so_and_keeps_the_earlier_result(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    arguments = ("probe", "scale", "--probe-dir", folder, "--device", "cuda:0")
    monkeypatch.setattr("gpuadvisor.cli.probing.open_device", lambda _: FakeGpu())
    assert gpuadvisor(monkeypatch, *arguments) == 0
    capsys.readouterr()
    monkeypatch.setattr("gpuadvisor.probing.run.time_for", lambda _, *, quick: 0.0)  # noqa: ARG005
    assert gpuadvisor(monkeypatch, *arguments, "--quiet") == 0
    assert gpuadvisor(monkeypatch, *arguments) == 0
    said = "the 0 s were over: 4 of 4 points of scale were not measured"
    assert f"{said}; name fewer probes for more" in capsys.readouterr().err
    kept = last_profile("cuda:0")
    assert kept is not None
    assert [len(probe.points) for probe in kept.probes] == [4]

"""`probe --device all`: GPUs of this host, one of them slow, one out of order."""

import json
import sys
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.cli.main import run
from gpuadvisor.devices.gpus import Gpu
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.store import last_profile
from tests.probing.fake_gpu import FACTS, FakeGpu
from tests.probing.folders import write_probe

Capture = pytest.CaptureFixture[str]


def open_gpu(spec: str) -> FakeGpu:
    """GPU 1 is slow, GPU 4 refuses."""
    if spec == "cuda:4":
        raise GpuAdvisorError("the GPU is busy", remedy="wait")
    seconds = 1.5e-6 if spec == "cuda:1" else 1e-6
    return FakeGpu(facts=msgspec.structs.replace(FACTS, id=spec), seconds=(seconds,) * 4)


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What names the probe, on a host with five GPUs."""
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "probes").mkdir()
    write_probe(tmp_path / "probes", replace=('unit = "bytes/s"', 'unit = "bytes/s"\nbetter = "higher"'))
    gpus = [Gpu(number, "Fake", f"GPU-{number}") for number in range(5)]
    monkeypatch.setattr("gpuadvisor.cli.probe_all.cuda_gpus", lambda: gpus)
    monkeypatch.setattr("gpuadvisor.cli.probing.open_device", open_gpu)
    return ["probe", "scale", "--probe-dir", str(tmp_path / "probes"), "--device", "all"]


def gpuadvisor(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> object:
    monkeypatch.setattr(sys, "argv", ["gpuadvisor", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    return ended.value.code


def test_every_gpu_is_probed_kept_and_compared(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    output = tmp_path / "fleet.json"
    assert gpuadvisor(monkeypatch, [*arguments, "-o", str(output)]) == 3
    assert capsys.readouterr().out.splitlines()[-1] == "4 of 5 GPUs probed, 1 failed, 1 stands out"
    document = json.loads(output.read_text())
    assert [(row["device"], row["state"], row["uuid"]) for row in document["rows"]] == [
        (f"cuda:{number}", "failed" if number == 4 else "probed", f"GPU-{number}") for number in range(5)
    ]
    assert document["rows"][4]["reason"] == "the GPU is busy\n  wait"
    found = [(outlier["device"], outlier["kind"]) for outlier in document["outliers"]]
    assert found == [("cuda:1", "slow")]
    assert [last_profile(f"cuda:{number}") is not None for number in range(5)] == [True] * 4 + [False]


def test_a_probe_that_does_not_exist_is_no_row(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert gpuadvisor(monkeypatch, [*arguments, "scael"]) == 2
    assert "did you mean 'scale'?" in capsys.readouterr().err

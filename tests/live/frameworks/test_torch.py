"""A real PyTorch: the path that GPUs take, on the CPU."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gpuadvisor.model.documents import read
from gpuadvisor.model.timeline import TimelineProfile
from tests.live.programs import INTERRUPT

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")

TRAIN = """
import torch
torch.set_num_threads(1)
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))
optimizer = torch.optim.Adam(model.parameters())
inputs, targets = torch.randn(16, 32), torch.randint(0, 4, (16,))
for _ in range(12):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(inputs), targets)
    loss.backward()
    optimizer.step()
print(f"{loss.item():.6f}")
"""
GAN = """
import torch
torch.set_num_threads(1)
generator, critic = torch.nn.Linear(8, 8), torch.nn.Linear(8, 1)
slow, fast = torch.optim.SGD(generator.parameters(), 0.1), torch.optim.SGD(critic.parameters(), 0.1)
for _ in range(10):
    fast.zero_grad(); critic(generator(torch.randn(4, 8)).detach()).mean().backward(); fast.step()
    slow.zero_grad(); critic(generator(torch.randn(4, 8))).mean().neg().backward(); slow.step()
"""
OWN = """
import torch
with torch.profiler.profile() as profiler:
    torch.randn(64, 64) @ torch.randn(64, 64)
print(any(event.key == "aten::mm" for event in profiler.key_averages()))
"""
INFERENCE = """
import torch
torch.set_num_threads(1)
with torch.no_grad():
    for _ in range(3): torch.randn(64, 64) @ torch.randn(64, 64)
"""
STEP = """
import torch
torch.set_num_threads(1)
def step(batch):
    if batch >= 64: torch.empty(2**46, dtype=torch.float32)
    model = torch.nn.Linear(256, 256)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    inputs = torch.randn(batch, 256)
    def once():
        optimizer.zero_grad()
        loss = model(inputs).square().mean()
        loss.backward()
        optimizer.step()
        return loss
    return once
"""


def gpuadvisor(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GPUADVISOR_STATE_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "gpuadvisor", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=folder, env=environment,
    )  # fmt: skip


def recorded(
    folder: Path, text: str, *options: object
) -> tuple[subprocess.CompletedProcess[str], TimelineProfile]:
    (folder / "train.py").write_text(text)
    ended = gpuadvisor(folder, "profile", "-o", "run.json", *options, "train.py")
    assert ended.returncode == 0, ended.stderr
    document = read(folder / "run.json")
    assert isinstance(document, TimelineProfile)
    return ended, document


def test_a_training_loop_is_recorded_and_trains_as_it_does_alone(tmp_path: Path) -> None:
    ended, found = recorded(tmp_path, TRAIN, "--wait", 2, "--steps", 5, "--trace", "trace.json.gz")
    alone = subprocess.run(
        [sys.executable, "train.py"], capture_output=True, check=True, cwd=tmp_path, text=True
    )
    assert ended.stdout.splitlines()[0] == alone.stdout.strip()
    assert ended.stderr == ""
    assert found.steps is not None
    assert found.steps.count == 5
    assert found.producer.startswith("torch.profiler of PyTorch 2")
    assert (tmp_path / "trace.json.gz").read_bytes()[:2] == b"\x1f\x8b"


def test_the_trace_is_one_that_report_reads(tmp_path: Path) -> None:
    recorded(tmp_path, TRAIN, "--trace", "trace.json")
    ended = gpuadvisor(tmp_path, "report", "trace.json")
    assert ended.returncode == 0, ended.stderr
    assert "imported:kineto" in ended.stdout


def test_the_optimizers_of_a_gan_make_one_step(tmp_path: Path) -> None:
    _, found = recorded(tmp_path, GAN, "--wait", 1, "--steps", 100)
    assert found.steps is not None
    assert found.steps.count == 9


def test_inference_is_recorded_as_a_whole(tmp_path: Path) -> None:
    _, found = recorded(tmp_path, INFERENCE, "--wait", 0)
    assert found.steps is None
    assert found.span_seconds > 0


def test_a_program_may_profile_itself(tmp_path: Path) -> None:
    ended, _ = recorded(tmp_path, OWN, "--wait", 0)
    assert ended.stdout.splitlines()[0] == "True"
    assert "a profiler of its own" in ended.stderr


def test_control_c_keeps_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN + INTERRUPT)
    ended = gpuadvisor(tmp_path, "profile", "--steps", 100, "-o", "run.json", "train.py")
    assert ended.returncode == 130
    document = read(tmp_path / "run.json")
    assert isinstance(document, TimelineProfile)
    assert document.steps is not None
    assert document.steps.count == 9


def test_a_batch_that_the_cpu_allocator_refuses_ends_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEP)
    ended = gpuadvisor(
        tmp_path, "batch-size", "steps.py:step", "--from", 16, "--seconds", 0.1, "--format", "json"
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    document = json.loads(ended.stdout)
    assert document["place"]["framework"].startswith("PyTorch 2")
    outcomes = {point["batch"]: point["outcome"] for point in document["points"]}
    assert (outcomes[16], outcomes[32], outcomes[64]) == ("measured", "measured", "out-of-memory")
    assert 60 <= document["largest"] < 64
    assert all(point["loss_was_finite"] for point in document["points"] if point["outcome"] == "measured")

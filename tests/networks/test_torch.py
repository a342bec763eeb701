"""Every network in PyTorch, slow and tuned: it learns, both learn the same, and its step can be swept."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.networks.training import NETWORKS, check, load, needs, train

pytestmark = [needs("torch", "PyTorch"), pytest.mark.filterwarnings("default")]
HALF = 0.01
"""How far eight bits of significand let a loss drift in twelve steps; the GAN's parts amplify it."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[Any]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(threads)


@pytest.fixture
def eager() -> Iterator[None]:
    """Leave out compilation, which takes most of a minute for some networks; one test has it."""
    import torch

    torch.compiler.set_stance("force_eager")
    yield
    torch.compiler.set_stance("default")


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_and_the_tuned_variant_learns_the_same(name: str) -> None:
    slow, tuned = train(f"{name}_torch", "slow"), train(f"{name}_torch", "tuned")
    check(slow, tuned, relative=0.1 if name == "gan" else HALF)


def test_compiled_it_learns_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    obstacle = load("common_torch_tuned").missing_for_compilation()
    if obstacle:
        pytest.skip(f"torch.compile: {obstacle}")
    check(train("mlp_torch", "slow"), train("mlp_torch", "tuned"), relative=HALF)
    assert "not compiled" not in capsys.readouterr().err


def test_without_a_compiler_it_says_so_and_trains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert train("mlp_torch", "tuned").loss_after < 2
    assert "not compiled: there is no C++ compiler" in capsys.readouterr().err


@pytest.mark.parametrize("name", NETWORKS)
def test_its_step_trains_on_a_batch_of_the_given_size(name: str) -> None:
    step = load(f"{name}_torch").training_step(16)
    losses = [float(step()[0]) for _ in range(5)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("workers", [{}, {"num_workers": 2, "prefetch_factor": 2}])
def test_both_pipelines_deliver_the_same_batches(
    workers: dict[str, int], monkeypatch: pytest.MonkeyPatch, one_thread: Any
) -> None:
    tuned = load("common_torch_tuned")
    monkeypatch.setattr(tuned, "loading", lambda _: workers)
    network, mlp = load("common_torch_network"), load("mlp_torch")
    kinds = load("common_torch_slow").SlowTraining, tuned.TunedTraining
    trainings = [kind(mlp.network(), one_thread.device("cpu")) for kind in kinds]
    one, other = (list(each.batches(network.Samples(mlp.data(100)), 32)) for each in trainings)
    assert len(one) == len(other) == 3
    for (inputs, targets), (like, labels) in zip(one, other, strict=True):
        assert inputs.shape == (32, 64)
        assert one_thread.equal(inputs, like)
        assert one_thread.equal(targets, labels)


@pytest.mark.parametrize("name", ["rnn", "lstm", "bilstm"])
def test_the_loop_over_time_steps_computes_what_the_layer_does(name: str, one_thread: Any) -> None:
    module = load(f"{name}_torch")
    outputs = []
    for unrolled in (True, False):
        one_thread.manual_seed(0)
        network = module.network(unrolled=unrolled)
        inputs, _ = load("common_torch_network").Samples(module.data(4))[[0, 1, 2, 3]]
        outputs.append(network.updates[0].module(inputs))
    one_thread.testing.assert_close(*outputs)

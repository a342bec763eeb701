import functools

import pytest

from gpuadvisor.devices import emulated
from gpuadvisor.emulator.run import RunOptions
from tests.emulator.corpus.harness import Runner, run_kernel


@pytest.fixture(params=["native", "interpreter"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Every kernel runs in native code and in the interpreter that is its reference."""
    options = functools.partial(RunOptions, native=request.param == "native")
    monkeypatch.setattr(emulated, "RunOptions", options)
    return run_kernel

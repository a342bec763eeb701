"""What every test shares."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def compile_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Share compiled modules within a test run, among its workers too, apart from the user's cache."""
    directory = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        directory = directory.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPUADVISOR_CACHE_DIR", str(directory / "gpuadvisor-cache"))
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):  # what tests judge is no news for a job
            patch.delenv(name, raising=False)
        yield

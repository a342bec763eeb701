"""The wheel, installed into a clean environment and run from elsewhere, is the whole tool."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from gpuadvisor.cli.exit_codes import ExitCode

CHECKOUT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(root), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(root / "clean", with_pip=True)
    python = root / "clean" / "bin" / "python"
    (wheel,) = root.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python.with_name("gpuadvisor"), *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("kind", ["rules", "probes"])
def test_it_lists_what_the_checkout_holds(installed: Run, kind: str) -> None:
    pages = {
        "rules": {
            str(page.relative_to(CHECKOUT / "rules").with_suffix(""))
            for page in CHECKOUT.glob("rules/*/*.md")
        },
        "probes": {page.parent.name for page in CHECKOUT.glob("probes/*/probe.toml")},
    }
    result = installed(kind, "list", "--format", "json")
    assert result.returncode == ExitCode.OK, result.stderr
    listed = {entry["id" if kind == "rules" else "name"] for entry in json.loads(result.stdout)}
    assert listed == pages[kind]
    assert listed


def test_occupancy_needs_no_extra(installed: Run) -> None:
    result = installed(
        "occupancy",
        "--cc",
        "9.0",
        "--registers",
        "40",
        "--block",
        "96",
        "--shared",
        "12288",
        "--format",
        "json",
    )
    assert result.returncode == ExitCode.OK, result.stderr


def test_what_needs_the_compiler_names_the_extra(installed: Run, tmp_path: Path) -> None:
    (tmp_path / "k.cu").write_text("__global__ void k() {}\n")
    result = installed("analyze", str(tmp_path / "k.cu"), "--kernel", "k", "--grid", "1", "--block", "32")
    assert result.returncode == ExitCode.BAD_INPUT
    assert "gpuadvisor[compile]" in result.stderr
    assert "Traceback" not in result.stderr

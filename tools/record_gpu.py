"""Record what the GPU at hand does: tests, probes, and how the emulator compares with the hardware.

`python -m tools.record_gpu --output DIR` needs a GPU, CuPy and pytest; Nsight Compute (`ncu`) if it is on
PATH and may read counters. Results go to DIR in a few files, the machine profile also to
tests/recorded/<gpu>/, from which docs/measurements.md is written. Every step is run, whatever came of the
one before; the exit code is 1 if one failed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from gpuadvisor.devices.cuda import cuda_unavailable_reason
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.documents import read, write
from gpuadvisor.model.machine import MachineProfile
from tools.measurements_page import measurements_document, recorded_profiles
from tools.recording.acceptance import claims, failures
from tools.recording.counters import METRICS, compare_counters, read_ncu
from tools.recording.curves import compare
from tools.recording.examples import profile_examples
from tools.recording.nearest import nearest_emulated

ROOT = Path(__file__).parents[1]
STEP_LIMIT_SECONDS = 540
PAGE = ROOT / "docs" / "measurements.md"
FOLDERS = ("GPUADVISOR_CACHE_DIR", "GPUADVISOR_STATE_DIR")
MACHINE, LOG = "machine.json", "log.txt"
NO_MACHINE = "not run: the probes left no machine profile"


def main() -> int:
    """Run every step; return 1 if one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "gpu")
    parser.add_argument("--step", action="append", choices=STEPS, help="only this step; may be repeated")
    arguments = parser.parse_args()
    reason = cuda_unavailable_reason()
    if reason is not None:
        parser.error(str(reason))
    output: Path = arguments.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    outcomes = {step: STEPS[step](output) for step in arguments.step or STEPS}
    summary = "".join(f"{step}: {outcome or 'done'}\n" for step, outcome in outcomes.items())
    (output / "summary.txt").write_text(summary)
    sys.stderr.write(summary)
    return int(any(outcomes.values()))


def tests(output: Path) -> str | None:
    """Run the tests that need a GPU."""
    command = ["-m", "pytest", "-m", "gpu", "tests/gpu", "-p", "no:cacheprovider", "--durations=10"]
    return _run([sys.executable, *command], output)


def probes(output: Path) -> str | None:
    """Probe the GPU; keep the machine profile among the recordings and write their page anew."""
    failure = _probe("cuda", output / MACHINE)
    if failure is not None:
        return failure
    recording = recording_path(_machine(output / MACHINE))
    recording.parent.mkdir(parents=True, exist_ok=True)
    write(recording, (output / MACHINE).read_bytes())
    write(PAGE, measurements_document(recorded_profiles()).encode())
    return None


def acceptance(output: Path) -> str | None:
    """Judge the profile, the time of the quick set and others' copies by what is to be reached."""
    if not (output / MACHINE).exists():
        return NO_MACHINE
    judged = claims(_machine(output / MACHINE), _quick_seconds(output), _copies(output))
    (output / "acceptance.json").write_bytes(_json(judged))
    sys.stderr.write("".join(f"{claim}\n" for claim in judged))
    return _share("claims do not hold", failures(judged), len(judged))


def _quick_seconds(output: Path) -> dict[str, float]:
    """Return how long the quick set takes with nothing compiled before, and with everything."""
    found = {}
    with tempfile.TemporaryDirectory() as empty:
        for state in ("cold", "warm"):
            start = time.monotonic()
            failure = _probe(
                "cuda", output / f"quick-{state}.json", "--quick", environment=dict.fromkeys(FOLDERS, empty)
            )
            if failure is None:
                found[state] = time.monotonic() - start
    return found


def _copies(output: Path) -> dict[str, float]:
    path = output / "copies.json"
    with path.open("wb") as file:
        ended = subprocess.run(
            [sys.executable, "-m", "tools.recording.copies"],
            cwd=ROOT,
            stdout=file,
            timeout=STEP_LIMIT_SECONDS,
            check=False,
        )
    return msgspec.json.decode(path.read_bytes(), type=dict[str, float]) if ended.returncode == 0 else {}


def curves(output: Path) -> str | None:
    """Compare the probes' curves with those of the emulated device most like the GPU."""
    if not (output / MACHINE).exists():
        return NO_MACHINE
    machine = _machine(output / MACHINE)
    failure = _probe(nearest_emulated(machine.device), output / "emulated.json")
    if failure is not None:
        return failure
    comparisons = compare(machine, _machine(output / "emulated.json"))
    (output / "curves.json").write_bytes(_json(comparisons))
    broken = [comparison.claim for comparison in comparisons if not comparison.holds]
    return _share("claims do not hold", broken, len(comparisons))


def counters(output: Path) -> str | None:
    """Count the examples with Nsight Compute and compare with the emulator."""
    profiler = shutil.which("ncu")
    if profiler is None:
        return "not run: ncu is not on PATH"
    if not (output / MACHINE).exists():
        return NO_MACHINE
    table = output / "ncu.csv"
    options = ["--csv", "--page", "raw", "--print-kernel-base", "mangled", "--print-units", "base"]
    options += ["--metrics", ",".join(METRICS), "--clock-control", "none", "--log-file", str(table)]
    command = [profiler, *options, sys.executable, "-m", "tools.recording.examples"]
    failure = _run(command, output)
    hardware = read_ncu(table.read_text()) if table.exists() else []
    if not hardware:
        return f"ncu read no counters ({failure or 'see ncu.csv'})"
    emulated = open_device(nearest_emulated(_machine(output / MACHINE).device), all_blocks=True)
    rows = compare_counters(hardware, profile_examples(emulated))
    (output / "counters.json").write_bytes(_json(rows))
    differing = [f"{row.kernel} {row.counter}" for row in rows if not row.agrees]
    return failure or _share("counters differ", differing, len(rows))


STEPS: dict[str, Callable[[Path], str | None]] = {
    "tests": tests,
    "probes": probes,
    "acceptance": acceptance,
    "curves": curves,
    "counters": counters,
}


def recording_path(machine: MachineProfile) -> Path:
    """Return where the profile belongs: by device, then date, driver and CUDA."""
    conditions = machine.device.conditions
    driver, cuda = (conditions.driver_version, conditions.cuda_driver_version) if conditions else (None, None)
    folder = machine.device.name.lower().replace(" ", "-").replace("/", "-")
    name = f"{machine.created[:10]}-driver-{driver or 'unknown'}-cuda-{cuda or 'unknown'}.json"
    return ROOT / "tests" / "recorded" / folder / name


def _machine(path: Path) -> MachineProfile:
    document = read(path)
    if not isinstance(document, MachineProfile):
        raise TypeError(f"{path} is no machine profile")
    return document


def _probe(
    device: str, path: Path, *options: str, environment: Mapping[str, str] | None = None
) -> str | None:
    command = ["-m", "gpuadvisor", "probe", "--device", device, "--output", str(path), *options]
    return _run([sys.executable, *command], path.parent, environment or {})


def _run(
    command: list[str], output: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """Run a program with its output added to the log; return what went wrong."""
    with (output / LOG).open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        try:
            ended = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                timeout=STEP_LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"stopped after {STEP_LIMIT_SECONDS} s, see {LOG}"
    return f"exit code {ended.returncode}, see {LOG}" if ended.returncode else None


def _share(what: str, which: list[str], total: int) -> str | None:
    return f"{len(which)} of {total} {what}: {'; '.join(which)}" if which else None


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


if __name__ == "__main__":
    sys.exit(main())

"""Kernels under test: analysed once, then asserted on by their facts and the advice on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.rules import OF_KERNELS, load_rules
from gpuadvisor.api import analyze
from gpuadvisor.cli.report_building import build_report
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.open import open_device
from gpuadvisor.gating.expectations import expectation
from gpuadvisor.gating.facts import Known, fact
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import GateValue
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Advice, Report
from gpuadvisor.probing.unprobed import unprobed
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source
from gpuadvisor.sources.files import file_and_kernel, source_files
from gpuadvisor.sources.launches import launch_file
from gpuadvisor.sources.requests import InlineLaunch, choose_requests

_KERNEL = "kernel."


@dataclass(frozen=True, slots=True)
class KernelUnderTest:
    """One launch of a kernel, and the report on it."""

    profile: KernelProfile
    report: Report

    @property
    def facts(self) -> Mapping[str, Known]:
        """Every fact that is known of the launch, named as in `docs/facts.md` without `kernel.`."""
        return _facts(self.report.machine, self.profile)

    @property
    def advice(self) -> Sequence[Advice]:
        """The advice on it, greatest gain first."""
        return self.report.advice

    def expect(self, **expected: GateValue) -> "KernelUnderTest":
        """Assert on facts: `spill_bytes=0, global_load__sectors_per_request__lt=4.1`.

        Raises AssertionError with every fact that is not as expected, the source lines that count most, and
        the advice; ExpectationError for a name that is no fact of this kernel.
        """
        __tracebackhide__ = True
        facts = self.facts
        wrong = [
            failure
            for written, limit in expected.items()
            for failure in expectation(written, limit).failures(facts)
        ]
        if wrong:
            raise AssertionError(
                "\n".join([f"{self._place}:", *(f"  {each}" for each in wrong), *self._why()])
            )
        return self

    def expect_no_advice(self, *patterns: str) -> "KernelUnderTest":
        """Assert that no rule fires, or none that matches a pattern as `shared-memory/*`."""
        __tracebackhide__ = True
        fired = [a for a in self.advice if any(fnmatchcase(a.rule, each) for each in patterns or ("*",))]
        if fired:
            raise AssertionError("\n".join([f"{self._place}:", *_told(fired)]))
        return self

    @property
    def _place(self) -> str:
        line = f":{self.profile.line}" if self.profile.line else ""
        return f"{self.profile.source}{line}: {self.profile.name}"

    def _why(self) -> Iterator[str]:
        """Yield the lines that touch most memory, with their source, and the advice."""
        busiest = sorted(self.profile.lines, key=lambda line: -_weight(line))[:3]
        for line in busiest:
            if _weight(line):
                yield f"  {line.file}:{line.line}: {_source(line.file, line.line)}"
        yield from _told(self.advice)


def kernel_under_test(kernel: str, folder: Path, given: Mapping[str, Any]) -> KernelUnderTest:
    """Analyse `FILE:KERNEL`, found from `folder`, with a launch given as for `gpuadvisor.analyze`.

    Without `grid` the launch file beside the source says how to launch it.
    """
    named = kernel if "\n" in kernel else str(folder / kernel)
    if "grid" in given:
        report = analyze(named, **given)
        return KernelUnderTest(report.kernels[0], report)
    return _launched(Path(named), **given)


def _launched(path: Path, *, device: str = "emulated:h100", all_blocks: bool = True) -> KernelUnderTest:
    file, kernel = file_and_kernel(path)
    (source,) = source_files([file])
    launches = launch_file(source, None)
    requests = choose_requests(launches.requests, [kernel] if kernel else [], InlineLaunch())
    opened = open_device(device, all_blocks=all_blocks)
    try:
        compilation = CompileOptions(compute_capability=opened.facts.compute_capability)
        options = AnalysisOptions(wanted=[kernel] if kernel else [], all_blocks=all_blocks)
        profiles = analyze_source(source, requests, opened, compilation, options)
        machine = unprobed(opened.facts)
    finally:
        opened.close()
    if len(profiles) != 1:
        names = ", ".join(profile.name for profile in profiles)
        raise GpuAdvisorError(f"has {len(profiles)} launches", where=str(file), remedy=f"name one: {names}")
    return KernelUnderTest(profiles[0], build_report(machine, profiles, load_rules((), OF_KERNELS)))


def _facts(machine: MachineProfile | None, kernel: KernelProfile) -> dict[str, Known]:
    names = [name.removeprefix(_KERNEL) for name, entry in CATALOGUE.items() if entry.subject == "kernel"]
    return {name: known for name in names if (known := fact(name, machine, kernel)) is not None}


def _weight(line: Any) -> int:  # noqa: ANN401 - LineCounts
    return int(line.global_load_sectors + line.global_store_sectors + line.shared_load_wavefronts
               + line.shared_store_wavefronts)  # fmt: skip


def _source(file: str, line: int) -> str:
    try:
        return Path(file).read_text(errors="replace").splitlines()[line - 1].strip()
    except (OSError, IndexError):
        return ""


def _told(advice: Sequence[Advice]) -> Iterator[str]:
    for each in advice:
        gain = f" (up to {each.gain.expected:.2g} times faster)" if each.gain else ""
        yield f"  {each.rule}: {each.message}{gain}"

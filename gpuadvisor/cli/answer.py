"""What `analyze` reports: from memory where nothing has changed, else by running the kernels."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gpuadvisor.cli.remembered import Answer, question, recall, remember
from gpuadvisor.sources.files import file_and_kernel, source_files


def answer(options: Mapping[str, Any], *, quiet: bool = False) -> Answer:
    """Return the report on the analysis that the options of `gpuadvisor analyze` ask for."""
    start = time.time()
    listing = [*_pages(options["rule_packs"]), *_sources(options["paths"])]
    key = question(options, listing)
    known = recall(key)
    return known if known is not None else _worked_out(options, key, start, quiet=quiet)


def _pages(rule_packs: tuple[Path, ...]) -> Iterator[Path]:
    return (page for pack in rule_packs for page in pack.glob("*/*.md"))


def _sources(paths: tuple[Path, ...]) -> Iterator[Path]:
    return (file for path in paths if path.is_dir() for file in path.iterdir() if file.is_file())


def _worked_out(options: Mapping[str, Any], key: str, start: float, *, quiet: bool) -> Answer:
    source_files([file_and_kernel(path)[0] for path in options["paths"]])  # or else say at once what is wrong
    # Imported here: an answer from memory needs nothing of what runs kernels.
    from gpuadvisor.cli.preparation import preparation

    rule_packs = options["rule_packs"]
    with preparation(rule_packs) as rules:
        from gpuadvisor.cli.analysis import AnalysisRequest, analyze
        from gpuadvisor.cli.report_building import build_report

        request = AnalysisRequest(**{name: value for name, value in options.items() if name != "rule_packs"})
        found = analyze(request, quiet=quiet)
        report = build_report(found.machine, found.kernels, rules.result())
    made = Answer(report=report, remarks=found.remarks)
    if found.files is not None:
        remember(key, made, [*found.files, *_pages(rule_packs)], start)
    return made

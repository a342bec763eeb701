"""Verdicts without control characters: what scripts print and files are called reaches terminals."""

import msgspec

from gpuadvisor.model.gate import Check, GateReport

_CONTROL = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")}
_TABLE = dict.fromkeys(_CONTROL, "\N{REPLACEMENT CHARACTER}")


def visible(report: GateReport) -> GateReport:
    """Return the verdict with control characters replaced, tabs and line breaks apart."""
    return msgspec.structs.replace(
        report,
        checks=[_visible(check) for check in report.checks],
        notes=[note.translate(_TABLE) for note in report.notes],
    )


def _visible(check: Check) -> Check:
    return msgspec.structs.replace(
        check,
        item=check.item.translate(_TABLE),
        message=check.message.translate(_TABLE),
        file=check.file and check.file.translate(_TABLE),
    )

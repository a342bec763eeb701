"""A verdict as JUnit XML: an item is a test suite, a check a test case.

Valid by the schema of Apache Ant's reports, the strictest in use, and by that of Jenkins.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gpuadvisor.model.gate import Check, GateReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_TIME = "0"
"""A check takes no time of its own."""
_SKIPPED = ("accepted", "inconclusive")


def junit(report: GateReport) -> bytes:
    """Return the document; what is accepted or inconclusive counts as skipped, with the reason."""
    root = Element("testsuites")
    items: dict[str, list[Check]] = {}
    for check in report.checks:
        items.setdefault(check.item, []).append(check)
    for number, (item, checks) in enumerate(items.items()):
        _add_suite(root, number, item, checks, report)
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_suite(root: Element, number: int, item: str, checks: Sequence[Check], report: GateReport) -> None:
    attributes = {
        "name": _token(item),
        "package": "gpuadvisor",
        "id": str(number),
        "timestamp": report.created.strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": "localhost",
        "tests": str(len(checks)),
        "failures": str(sum(check.outcome == "fail" for check in checks)),
        "errors": "0",
        "skipped": str(sum(check.outcome in _SKIPPED for check in checks)),
        "time": _NO_TIME,
    }
    suite = SubElement(root, "testsuite", attributes)
    properties = SubElement(suite, "properties")
    for name, value in (("device", report.device), ("compiler", report.compiler or "")):
        SubElement(properties, "property", {"name": name, "value": _clean(value)})
    for check in checks:
        _add_case(suite, check)
    held = [check.message for check in checks if check.outcome != "fail" and check.outcome not in _SKIPPED]
    SubElement(suite, "system-out").text = _clean("\n".join(held))
    SubElement(suite, "system-err")


def _add_case(suite: Element, check: Check) -> None:
    name = " ".join(part for part in (check.kind, check.fact) if part)
    attributes = {"name": _token(name), "classname": _token(check.item), "time": _NO_TIME}
    case = SubElement(suite, "testcase", attributes)
    message = _clean(check.message)
    if check.outcome == "fail":
        place = f"{check.file}:{check.line}: " if check.file and check.line else ""
        failure = SubElement(case, "failure", {"message": message, "type": check.kind})
        failure.text = _clean(f"{place}{check.message}")
    elif check.outcome in _SKIPPED:
        SubElement(case, "skipped", {"message": message})


def _clean(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _token(text: str) -> str:
    """Return text without line breaks and outer space."""
    return " ".join(_clean(text).split()) or "-"

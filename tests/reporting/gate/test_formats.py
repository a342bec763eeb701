"""Verdicts in every format: valid by the standards, complete, and safe to show."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
import xmlschema

from gpuadvisor.model.gate import GateReport
from gpuadvisor.reporting.gate import FORMATS
from tests.reporting.gate.reports import ADVICE, EMPTY, EVERYTHING, NASTY

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
REPORTS = pytest.mark.parametrize("report", [EVERYTHING, EMPTY], ids=["everything", "empty"])


def written(form: str, report: GateReport = EVERYTHING) -> str:
    return FORMATS[form](report).decode()


@REPORTS
def test_sarif_is_valid(report: GateReport) -> None:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text())
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(json.loads(written("sarif", report)))


def test_a_damaged_log_is_not_valid() -> None:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text())
    log = json.loads(written("sarif"))
    log["runs"][0]["results"][0]["level"] = "terrible"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(log)


def test_sarif_has_findings_at_lines_with_help_and_fingerprints() -> None:
    (run,) = json.loads(written("sarif"))["runs"]
    first = run["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("k.cu", 7)
    assert "each load takes 32 passes" in first["message"]["text"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules[ADVICE.rule]["help"]["markdown"] == ADVICE.change
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [tuple(result["partialFingerprints"].values()) for result in run["results"]]
    assert len(set(prints)) == len(prints)
    assert [result["level"] for result in run["results"]] == ["error"] * 3 + ["warning", "note"]


def test_fingerprints_do_not_move_with_lines_and_figures() -> None:
    moved = [msgspec.structs.replace(check, line=99, after=1e9) for check in EVERYTHING.checks]
    again = msgspec.structs.replace(EVERYTHING, checks=moved)

    def prints(report: GateReport) -> list[object]:
        return [
            each["partialFingerprints"] for each in json.loads(written("sarif", report))["runs"][0]["results"]
        ]

    assert prints(again) == prints(EVERYTHING)


def test_a_place_is_a_valid_uri() -> None:
    assert "a%20b/%C3%BC.cu" in written("sarif")


@REPORTS
@pytest.mark.parametrize("schema", ["JUnit.xsd", "junit-10.xsd"])
def test_junit_is_valid(report: GateReport, schema: str) -> None:
    xmlschema.XMLSchema(SCHEMAS / schema).validate(ET.fromstring(written("junit", report)))


def test_junit_counts_what_it_holds() -> None:
    root = ET.fromstring(written("junit"))
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    assert sum(int(suite.get("failures", "")) for suite in root) == 3


def test_github_escapes_what_its_commands_mean() -> None:
    lines = written("github").splitlines()
    assert lines[0].startswith(
        "::error title=k.cu%3Ans%3A%3Aturn<float%2C 4>%3A shared_load.wavefronts,file=k.cu,line=7::"
    )
    assert all(line.startswith("::") for line in lines[:-1])
    assert "100 %25" in lines[1]
    assert "%0Asecond" in lines[1]
    assert lines[-1] == "FAIL: 3 checks failed in 2 items"


def test_gitlab_has_what_its_documentation_asks_for() -> None:
    found = json.loads(written("gitlab"))
    assert len(found) == 5
    for finding in found:
        assert finding["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert finding["location"]["lines"]["begin"] >= 1
        assert not finding["location"]["path"].startswith(("/", "./"))
    assert len({finding["fingerprint"] for finding in found}) == 5


def test_markdown_is_a_table_with_advice() -> None:
    text = written("markdown")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 7
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)
    assert text.count("<details>") == 1
    assert ADVICE.change.strip() in text
    assert "<tag>" not in text


def test_the_document_is_read_back() -> None:
    assert msgspec.json.decode(written("json"), type=GateReport) == EVERYTHING


@REPORTS
@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"json"}))
def test_no_escape_sequence_of_a_terminal_gets_through(form: str, report: GateReport) -> None:
    assert "\x1b" in NASTY
    assert "\x1b" not in written(form, report)


def test_text_says_everything_once() -> None:
    text = written("text")
    assert (
        text.count("each load takes 32 passes") == 2
    )  # the advice that explains, and the one that is forbidden
    assert text.splitlines()[-1] == "FAIL: 3 failed, 1 inconclusive, 1 accepted, 1 improved in 2 items"

"""Verdicts for the tests of formats: one of every outcome, and texts that formats must escape."""

import datetime as dt

from gpuadvisor.model.gate import Check, GateReport, Interval
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Subject

NASTY = 'a "quoted" <tag> & 100 %, [x](y) | `z`\nsecond: line \x1b[31m'
ADVICE = Advice(
    rule="shared-memory/bank-conflicts",
    title="Threads of a warp meet in one bank",
    severity="high",
    subject=Subject(kind="access", kernel="ns::turn<float, 4>", file="k.cu", line=12),
    message="each load takes 32 passes",
    evidence={},
    change="Pad the rows.\n\n```cuda\n__shared__ float tile[32][33];\n```\n",
    references=["CUDA C++ Best Practices Guide"],
)


def check(outcome: str, **fields: object) -> Check:
    given: dict[str, object] = {
        "item": "k.cu:ns::turn<float, 4>",
        "kind": "baseline",
        "fact": "shared_load.wavefronts",
        "message": "shared_load.wavefronts rose from 32 to 1,024 wavefronts (32 times)",
        "provenance": Provenance.COUNTED,
        "unit": "wavefronts",
        "before": 32,
        "after": 1024,
        "file": "k.cu",
        "line": 7,
        "explained_by": [ADVICE.rule],
    }
    return Check(outcome=outcome, **{**given, **fields})  # type: ignore[arg-type]


EVERYTHING = GateReport(
    tool=Tool(version="1.2.3"),
    created=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    device="emulated:h100",
    compiler="nvrtc 13.5",
    verdict="fail",
    checks=[
        check("fail"),
        check("fail", item="a b/ü.cu:k", file="a b/ü.cu", message=NASTY, fact="spill_bytes", explained_by=[]),
        check(
            "fail", kind="advice", fact=ADVICE.rule, message=ADVICE.message, line=12, before=None, after=None
        ),
        check(
            "inconclusive", item="baseline", fact="compiler", file=None, line=None, before=None, after=None
        ),
        check("accepted", fact="barriers"),
        check("improved", fact="warp_instructions", before=10, after=5),
        check(
            "changed",
            kind="item",
            fact="",
            message="k.cu:new is not in the baseline yet",
            before=None,
            after=None,
        ),
        check("pass", kind="budget", fact="registers_per_thread", before=None, after=40, limit="<= 64"),
        check(
            "pass",
            kind="time",
            fact="time",
            before=1e-3,
            after=1.01e-3,
            unit="s",
            interval=Interval(low=0.99, high=1.02, confidence=0.95, samples=20),
        ),
    ],
    advice=[ADVICE],
    notes=["a note | with a pipe"],
)
EMPTY = GateReport(
    tool=EVERYTHING.tool,
    created=EVERYTHING.created,
    device="emulated:h100",
    verdict="pass",
    checks=[],
)

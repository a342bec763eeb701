"""What the gate tells GitHub when it runs in a job of GitHub Actions.

https://docs.github.com/actions: default environment variables; workflow commands, adding a job summary.
"""

import os
import sys
from pathlib import Path

from gpuadvisor.model.gate import GateReport


def tell_github(report: GateReport, *, annotate: bool) -> None:
    """Add the verdict to the job summary, and, if `annotate`, annotations to standard error.

    Does nothing outside a job. The runner reads commands from either stream, and standard output may hold a
    document.
    """
    from gpuadvisor.reporting.gate import FORMATS

    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("ab") as file:
            file.write(FORMATS["markdown"](report))
    if annotate and os.environ.get("GITHUB_ACTIONS") == "true":
        sys.stderr.write(FORMATS["github"](report).decode())

"""The page on checking names every kind of finding."""

import re
from pathlib import Path
from typing import get_args

from gpuadvisor.model.findings import FindingKind

PAGE = Path(__file__).parents[3] / "docs" / "checking.md"


def test_the_page_has_a_row_for_every_kind() -> None:
    rows = [line.split("|")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([a-z-]+)`", row)} == set(get_args(FindingKind))

"""Options that several commands take."""

from pathlib import Path
from typing import Any

import click

_DIRECTORIES: dict[str, Any] = {"multiple": True, "type": click.Path(path_type=Path), "metavar": "DIR"}

FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
RULE_PACKS = click.option(
    "--rules", "rule_packs", help="Add a pack of rule pages; may be given several times.", **_DIRECTORIES
)
PROBE_DIRECTORIES = click.option(
    "--probe-dir",
    "directories",
    help="Add a folder of probe folders; may be given several times.",
    **_DIRECTORIES,
)
VERBOSE = click.option(
    "-v", "--verbose", is_flag=True, help="Print all advice in full and why rules were not evaluated."
)
QUICK = click.option("--quick", is_flag=True, help="Run only the curves that rules read.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")

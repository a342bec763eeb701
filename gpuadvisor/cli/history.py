"""`gpuadvisor history`: how facts went over the runs of the gate."""

from pathlib import Path

import click


@click.command(name="history")
@click.argument("database", type=click.Path(path_type=Path), metavar="DB")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@click.option("--all", "everything", is_flag=True, help="Also facts that never changed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(database: Path, patterns: tuple[str, ...], everything: bool, form: str) -> None:
    """Show the trend of every fact in DB, which `gpuadvisor gate --history DB` writes, and where it changed.

    PATTERN chooses among items and facts, as `transpose` or `*:reduce global_load.*`.
    """
    from gpuadvisor.cli.output import write_document
    from gpuadvisor.gating.changes import change_points
    from gpuadvisor.gating.history import read_history
    from gpuadvisor.reporting.gate.trends import render_trends, trends_document

    chosen = [series for series in read_history(database) if _is_wanted(series.item, series.fact, patterns)]
    trends = [(series, change_points(series)) for series in chosen]
    shown = [(series, changes) for series, changes in trends if changes or everything]
    if form == "json":
        write_document(trends_document(shown))
    else:
        render_trends(shown, unchanged=len(trends) - len(shown))


def _is_wanted(item: str, fact: str, patterns: tuple[str, ...]) -> bool:
    from fnmatch import fnmatchcase

    return not patterns or any(
        pattern in name or fnmatchcase(name, pattern) for pattern in patterns for name in (item, fact)
    )

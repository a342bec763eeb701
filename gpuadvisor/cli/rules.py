"""`gpuadvisor rules`: the catalogue of rules, one page of it, and a check of pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gpuadvisor.cli.options import FORMAT, RULE_PACKS

if TYPE_CHECKING:
    from gpuadvisor.advising.rule import Rule


@click.group(name="rules")
def command() -> None:
    """List, show and check the rules."""


@command.command(name="list")
@FORMAT
@RULE_PACKS
def list_rules(form: str, rule_packs: tuple[Path, ...]) -> None:
    """List every rule: its id, severity and title."""
    from gpuadvisor.advising.rules import load_rules

    rules = list(load_rules(rule_packs))
    if form == "json":
        click.echo(json.dumps([_head(rule) for rule in rules], indent=2))
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        click.echo(f"{rule.id:{width}}  {rule.severity:6}  {rule.title}")


@command.command(name="show")
@click.argument("rule_id", metavar="ID")
@FORMAT
@RULE_PACKS
def show_rule(rule_id: str, form: str, rule_packs: tuple[Path, ...]) -> None:
    """Show one rule: its condition, what it means and what to change."""
    from gpuadvisor.advising.rules import load_rules

    rule = load_rules(rule_packs).rule(rule_id)
    if form == "json":
        click.echo(json.dumps(_whole(rule), indent=2))
    else:
        _print_page(rule)


@command.command(name="check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR|PAGE]...")
def check_rules(paths: tuple[Path, ...]) -> None:
    """Check rule pages and run their examples; without arguments, those shipped with the tool.

    A DIR is a pack: it holds its pages as AREA/NAME.md. The ids must differ from those shipped.
    """
    from gpuadvisor import content
    from gpuadvisor.advising.rules import load_further, pages_in

    given = paths or (content.directory("rules"),)
    pages = [
        page for path in given for page in (pages_in(path) if path.is_dir() or not path.exists() else [path])
    ]
    rules = load_further(pages)
    for rule in rules:
        rule.run_examples()
    examples = sum(len(rule.examples) for rule in rules)
    click.echo(f"{len(rules)} pages and their {examples} examples are right")


def _head(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "subject": rule.subject,
        "facts": list(rule.facts),
    }


def _whole(rule: Rule) -> dict[str, Any]:
    return _head(rule) | {
        "when": rule.when.text,
        "gain": None if rule.gain is None else rule.gain.text,
        "references": list(rule.references),
        "sections": rule.sections,
        "path": str(rule.path),
    }


def _print_page(rule: Rule) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text

    console = Console()
    console.print(Text(rule.title, style="bold"))
    console.print(Text(f"{rule.id}, severity {rule.severity}, judged per {rule.subject}", style="cyan"))
    console.print(Text(f"when: {' '.join(rule.when.text.split())}", style="dim"))
    if rule.gain is not None:
        console.print(Text(f"gain: {rule.gain.text}", style="dim"))
    for heading, body in rule.sections.items():
        console.print(Text(f"\n{heading}", style="bold"))
        console.print(Markdown(body))
    if rule.references:
        console.print(Text("\nReferences", style="bold"))
    for reference in rule.references:
        console.print(Text(f"  {reference}"))

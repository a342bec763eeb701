"""A click group that imports a command only when it is called, and its help never."""

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name, each with its module (which defines `command`) and its one-line help.

    click's own group would import every command to print their short help.
    """

    def __init__(self, *args: Any, commands_by_name: dict[str, tuple[str, str]], **keywords: Any) -> None:  # noqa: ANN401 - what click.Group takes
        super().__init__(*args, **keywords)
        self.commands_by_name = commands_by_name

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click.Group's
        """Return the names in the order of the table: the order of work."""
        return list(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the signature is click.Group's
        """Import and return the command."""
        if cmd_name not in self.commands_by_name:
            return None
        module, _ = self.commands_by_name[cmd_name]
        command = import_module(module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.command is not a click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one is answered with the closest names."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], self.commands_by_name)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(close)}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the signature is click.Group's
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.commands_by_name.items()])

"""bordergap new: an empty workspace."""

from __future__ import annotations

import click

from dashboard.commands.terminal import say
from geodata.workspace import Workspace


@click.command(
    "new",
    epilog="\b\nExample:\n  bordergap new atlas",
)
@click.argument("workspace", type=click.Path(file_okay=False))
def command(workspace: str) -> None:
    """Make an empty workspace in the new folder WORKSPACE."""
    Workspace.create(workspace)
    say(f"{workspace} is ready. Next: bordergap import {workspace} SOURCE")

"""bordergap serve: the dashboard of a workspace on a production server."""

from __future__ import annotations

import os
from pathlib import Path

import click

from dashboard.app import create_app
from dashboard.commands.terminal import WORKSPACE, say
from dashboard.maps.tile_works import prepare
from dashboard.server import LOOPBACK, PORT, address_of, is_loopback, listening_socket, open_browser, serve
from geodata.workspace import Workspace

EPILOG = """\b
Examples:
  bordergap serve atlas
  bordergap serve atlas --port 9000"""

WORKERS = 2

PORT_OPTION = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help=f"Port, 0 for any free one; the first free one from {PORT} on unless given.",
)


@click.command("serve", epilog=EPILOG)
@WORKSPACE
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@PORT_OPTION
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, metavar="N", help="Processes; 2 unless given."
)
def command(workspace: str, host: str, port: int | None, workers: int | None) -> None:
    """Show WORKSPACE in the browser, until Ctrl-C."""
    _ = Workspace.open(workspace).display  # told here rather than on every page
    show(Path(workspace), host=host, port=port, workers=workers, browser=False)


def show(
    workspace: Path, *, host: str = LOOPBACK, port: int | None, workers: int | None = None, browser: bool
) -> None:
    """Serve `workspace`, say its address, and open it in a browser if asked to; returns after Ctrl-C."""
    listening = listening_socket(host, port)
    address = address_of(listening)
    if not is_loopback(listening):
        say(
            f"Warning: everyone who can reach {host} sees this workspace; there is no login. "
            "Put a server with a login in front of it, or leave --host away."
        )

    def ready() -> None:
        say(f"{workspace} is shown at {address}   (Ctrl-C ends it)")
        if browser:
            open_browser(address)

    application = create_app(workspace).server
    works = prepare(Workspace.open(workspace))  # meanwhile the pages are there
    serve(application, listening, workers=workers or min(WORKERS, os.cpu_count() or 1), ready=ready)
    works.stop()
    say("Ended.")

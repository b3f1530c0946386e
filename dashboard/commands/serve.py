"""bordergap serve: the dashboard of a workspace on a production server."""

from __future__ import annotations

import os
from pathlib import Path

import click
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.ahead import make_ahead, read_before
from dashboard.app import RESULTS, create_app
from dashboard.commands.terminal import WORKSPACE, say
from dashboard.maps.tile_works import prepare
from dashboard.server import LOOPBACK, PORT, address_of, is_loopback, listening_socket, open_browser, serve
from dashboard.watching import counting_together, log_to
from geodata.access_settings import read_access
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.errors import UsageError
from geodata.signing_keys import signing_keys
from geodata.workspace import Workspace

EPILOG = """\b
Examples:
  bordergap serve atlas
  bordergap serve atlas --port 9000
  bordergap serve atlas --host 0.0.0.0                 others reach it, and log in
  bordergap serve atlas --behind-proxy 1               a server with https stands in front of it"""

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
@click.option(
    "--behind-proxy",
    "proxies",
    type=click.IntRange(0, 5),
    default=None,
    metavar="N",
    help="Servers in front whose X-Forwarded headers are believed; as access.toml says unless given.",
)
@click.option("--log", metavar="FILE", help="Write a line of JSON a request to this file; - for here.")
def command(  # noqa: PLR0917  # click hands every option over by name
    workspace: str, host: str, port: int | None, workers: int | None, proxies: int | None, log: str | None
) -> None:
    """Show WORKSPACE in the browser, until Ctrl-C."""
    if log is not None:
        log_to(log)
    _ = Workspace.open(workspace).display  # told here rather than on every page
    show(Path(workspace), host=host, port=port, workers=workers, proxies=proxies, browser=False)


def _require_ready(workspace: Path, host: str, *, for_others: bool) -> None:
    """Raise where a server would be open to all, or signs with what others can read or guess."""
    if for_others and not Accounts(Database(workspace)).any():
        raise UsageError(
            f"others could reach {host if host != LOOPBACK else 'this server'}, and nobody has an account: "
            f"everybody would see everything. Make one with: bordergap account {workspace} add NAME "
            "--role administrator   or leave --host and --behind-proxy away"
        )
    _ = Workspace.open(workspace).embeds.read()
    if read_access(workspace).oidc is not None:
        signing_keys(workspace)


def show(
    workspace: Path,
    *,
    host: str = LOOPBACK,
    port: int | None,
    workers: int | None = None,
    proxies: int | None = None,
    browser: bool,
) -> None:
    """Serve `workspace`, say its address, and open it in a browser if asked to; returns after Ctrl-C.

    Raises
    ------
    UsageError
        If others could reach it, and nobody has an account.
    """
    with listening_socket(host, port) as listening:  # the server takes it over
        address = address_of(listening)
        proxies = read_access(workspace).proxies if proxies is None else proxies
        for_others = bool(proxies) or not is_loopback(listening)
        _require_ready(workspace, host, for_others=for_others)

        def ready() -> None:
            say(f"{workspace} is shown at {address}   (Ctrl-C ends it)")
            if browser:
                open_browser(address)

        with counting_together():
            application = create_app(workspace, for_others=for_others).server
            if proxies:
                application.wsgi_app = ProxyFix(
                    application.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies
                )
            read_before(application.extensions[RESULTS])
            works = prepare(Workspace.open(workspace))  # meanwhile the pages are there
            serve(
                application,
                listening,
                workers=workers or min(WORKERS, os.cpu_count() or 1),
                ready=ready,
                begun=lambda: make_ahead(application.extensions[RESULTS]),
            )
            works.stop()
        say("Ended.")

"""bordergap embed: signed addresses that show a border on other pages, and taking them back."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.terminal import WORKSPACE, language, say, table, write_json
from dashboard.embed import addresses_of, lasting, new_embed, when
from dashboard.office import TERMINAL
from dashboard.results import ResultsCache
from dashboard.server import LOOPBACK, PORT
from geodata.access_settings import read_access
from geodata.database import Database
from geodata.errors import UsageError, WorkspaceError
from geodata.logins import Audit
from geodata.workspace import Workspace
from layers.wording import LANGS, Lang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.results import Results
    from geodata.embed_store import EmbedLink, EmbedStore

EPILOG = """\b
Examples:
  bordergap embed atlas --pairing 500112--500113
  bordergap embed atlas --pairing 500112--500113 --expires 12h --lang zh --layers roads,parks
  bordergap embed atlas --list
  bordergap embed atlas --revoke 0a1b2c3d4e5f

Which pages may show it in a frame stands in display.toml: frame_ancestors = ["https://portal.example"]."""


@click.command("embed", epilog=EPILOG)
@WORKSPACE
@click.option("--pairing", metavar="P", help="The pairing to show.")
@click.option("--gap", metavar="ID", help="Show one gap of it alone.")
@click.option("--expires", default="30d", show_default=True, metavar="T", help="How long it holds: 12h, 30d.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; that of the terminal unless given.")
@click.option("--layers", "layers_text", metavar="L,L", help="Layers of the map; none with an empty text.")
@click.option("--list", "listing", is_flag=True, help="List the links that hold.")
@click.option("--revoke", metavar="ID", help="Take a link back.")
@click.option("--revoke-all", is_flag=True, help="Take all links back.")
@click.option("--rotate", is_flag=True, help="Sign with a new secret; links of the last one still hold.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(workspace: str, *, as_json: bool, **options: Any) -> None:
    """Give out an address that shows one border of WORKSPACE on other pages, or take it back."""
    asked = [
        name for name in ("pairing", "listing", "revoke", "revoke_all", "rotate") if options[name] or None
    ]
    if len(asked) != 1:
        raise UsageError("say one thing: --pairing, --list, --revoke, --revoke-all or --rotate")
    opened = Workspace.open(workspace)
    if asked == ["listing"]:
        _list(opened.embeds, as_json=as_json)
        return
    note = _record_of(opened)  # its settings may be wrong: before anything is done, that is told
    if asked != ["pairing"]:
        _take_back(opened.embeds, options, note)
        if as_json:
            _list(opened.embeds, as_json=True)
        return
    results = ResultsCache(Path(workspace)).current()
    if results.workspace.run_record() is None:
        raise WorkspaceError(f"{workspace} has no findings yet; run: bordergap analyse {workspace}")
    lang: Lang = options["lang"] or language()
    layers = options["layers_text"]
    link, token = new_embed(
        results,
        options["pairing"],
        lang=lang,
        lasts_s=lasting(options["expires"]),
        gap_id=options["gap"],
        layers=None if layers is None else [name for part in layers.split(",") if (name := part.strip())],
    )
    _give(results, link, token, as_json=as_json)
    note("share.embed", f"{link.pairing} {link.id}")


def _give(results: Results, link: EmbedLink, token: str, *, as_json: bool) -> None:
    """Print the address of a new link, and what to know about it."""
    display = results.workspace.display
    addresses = addresses_of(display.address or f"http://{LOOPBACK}:{PORT}/", results, link, token)
    if as_json:
        write_json(
            {
                **_row(link),
                "link": addresses.page,
                "picture": addresses.picture,
                "iframe": addresses.iframe,
                "frame_ancestors": list(display.frame_ancestors),
            }
        )
    else:
        click.echo(f"{addresses.page}\n\n{addresses.iframe}")
    say(f"Holds until {when(link):%Y-%m-%d %H:%M} UTC. Take it back with: --revoke {link.id}")
    if display.address is None:
        say('display.toml names no address: the link is for this machine. Add address = "https://…/".')
    if not display.frame_ancestors:
        say(
            "display.toml names no frame_ancestors: link and picture work, no page may show the frame. "
            'Add frame_ancestors = ["https://portal.example"].'
        )


def _take_back(store: EmbedStore, options: Mapping[str, Any], note: Callable[[str, str], None]) -> None:
    """Take links back, or change the secret."""
    link_id = options["revoke"]
    if link_id:
        if not store.revoke(link_id):
            raise UsageError(f"no link {link_id!r}; list them with --list")
        say(f"{link_id} is taken back")
        note("embed.revoke", link_id)
    elif options["revoke_all"]:
        count = store.revoke_all()
        say(f"{count:,} links are taken back")
        note("embed.revoke_all", f"{count}")
    else:
        store.rotate()
        say("New links are signed with a new secret; those of the last one hold until their time")
        note("embed.rotate", "")


def _record_of(workspace: Workspace) -> Callable[[str, str], None]:
    """Return what notes in the record of the workspace what was done here, and about what."""
    audit = Audit(Database(workspace.path), days=int(read_access(workspace.path).audit_days))
    return partial(audit.note, TERMINAL)


def _list(store: EmbedStore, *, as_json: bool) -> None:
    """List the links that hold."""
    embeds, now = store.read(), time.time()
    rows = [_row(link) for link in (embeds.links if embeds else ()) if link.expires > now]
    if as_json:
        write_json(rows)
    elif not rows:
        say("No link holds")
    else:
        names = ("id", "pairing", "gap", "lang", "expires")
        click.echo(table(names, [[str(row[name] or "") for name in names] for row in rows]))


def _row(link: EmbedLink) -> dict[str, Any]:
    """Return a link without its token: what it shows, and until when."""
    return {
        "id": link.id,
        "pairing": link.pairing,
        "gap": link.gap,
        "layers": None if link.layers is None else list(link.layers),
        "lang": link.lang,
        "expires": when(link).isoformat(),
    }

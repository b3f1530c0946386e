"""What each address asks of who comes: every endpoint stands here; one that does not is refused."""

from __future__ import annotations

from typing import Literal, get_args

Action = Literal["see", "edit", "administer"]
ACTIONS: tuple[Action, ...] = get_args(Action)  # each includes those before it
# `public` is for everybody, `embed` for who holds a token of its own, the rest for people by their rights.
Need = Literal["public", "embed", "see", "edit", "administer"]

ENDPOINTS: dict[str, Need] = {
    # Pages and what draws them.
    "/": "see",
    "/<path:path>": "see",
    "/_dash-layout": "see",
    "/_dash-dependencies": "see",
    "/_dash-update-component": "see",
    "/_reload-hash": "see",
    "frame.frame": "see",
    # Scripts, styles and pictures of the program: no data.
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": "public",
    "/_favicon.ico": "public",
    "_dash_assets.static": "public",
    "bundle.bundle": "public",
    "libraries.library": "public",
    "static": "public",
    # Who one is, and getting in and out.
    "access.me": "public",
    "access.password": "see",
    "login.page": "public",
    "login.enter": "public",
    "login.leave": "public",
    "login.static": "public",
    "oidc.begin": "public",
    "oidc.back": "public",
    # Whether the server is well; its figures are for collectors, which it asks itself.
    "watching.health": "public",
    "watching.metrics": "public",
    # What was found.
    "geo.overview": "see",
    "geo.pairing": "see",
    "geo.shared": "see",
    "geo.unknown": "see",
    "pages.body": "see",
    "pages.comparison": "see",
    # Layers and base map.
    "layers.base_map": "see",
    "layers.layer": "see",
    "layers.layers": "see",
    "layers.tile": "see",
    "layers.unknown": "see",
    # Files to take away.
    "atlas.written": "see",
    "downloads.gaps": "see",
    "downloads.quarantine": "see",
    "pictures.picture": "see",
    "share.report": "see",
    # Follow-up; whose entries one may see and change is asked entry by entry.
    "ledger.change": "edit",
    "ledger.change_many": "edit",
    "ledger.entries": "see",
    "ledger.entry": "see",
    "ledger.history": "see",
    "sheets.bring_back": "edit",
    "sheets.bring_back_programme": "edit",
    "sheets.export": "see",
    "sheets.programme": "see",
    "programme.change": "edit",
    "programme.history": "see",
    "programme.items": "see",
    # Files on their way in, and the work on them.
    "data.analyse": "administer",
    "data.cancel": "administer",
    "data.changes": "administer",
    "data.districts": "administer",
    "data.drop": "administer",
    "data.job": "administer",
    "data.look": "administer",
    "data.preview": "administer",
    "data.proposal": "administer",
    "data.rehearse": "administer",
    "data.take_in": "administer",
    "data.undo": "administer",
    "data.upload": "administer",
    # Accounts, links given out, and who did what.
    "office.accounts": "administer",
    "office.add": "administer",
    "office.change": "administer",
    "office.links": "administer",
    "office.logout": "administer",
    "office.password": "administer",
    "office.record": "administer",
    "office.record_file": "administer",
    "office.revoke": "administer",
    # A border on other pages: shown to who holds the token, given out by those who may edit.
    "embed.oembed": "embed",
    "embed.page": "embed",
    "embed.picture": "embed",
    "share.embed": "edit",
}

# A stranger who asks for one of these is shown the way in.
PAGES = frozenset({"/", "/<path:path>"})
# A request by another method than these changes something: it needs the page's own token, and JSON.
ASKING = frozenset({"GET", "HEAD", "OPTIONS"})
# These are asked by POST and change nothing.
QUESTIONS = frozenset({"/_dash-update-component"})
# These take a file as it is (application/octet-stream), not JSON.
STREAMS: frozenset[str] = frozenset({"data.upload", "sheets.bring_back", "sheets.bring_back_programme"})
# These hold rows of all pairings at once: not for who may see some only.
WHOLE = frozenset({"downloads.quarantine", "sheets.bring_back", "sheets.bring_back_programme"})

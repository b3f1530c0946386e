"""Signed addresses that show one border, or one gap, on other pages: made, checked, and said as HTML."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode
from markupsafe import Markup

from dashboard.export.cartography.sheet import LAYERS
from dashboard.export.cartography.subject import subject_of
from dashboard.payloads import pairing_name
from geodata.embed_store import EmbedLink
from geodata.errors import UsageError
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.results import Results
    from geodata.embed_store import Embeds
    from layers.wording import Lang

# What is signed for one purpose opens nothing else.
PURPOSE = "bordergap embed 1"
LONGEST_TOKEN = 6000  # letters
SHORTEST_S, LONGEST_S = 3600, 366 * 86_400
SIZE = (800, 600)  # pixels of the frame, unless the page that shows it says otherwise
_LASTS = re.compile(r"(\d{1,4})\s*([hdw])")
_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800}

Reason = Literal["changed", "expired", "revoked"]


class Refused(Exception):  # noqa: N818  # an answer, no fault of the program
    """A token that shows nothing; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Addresses:
    """Where an embed is: the page, its picture, and the HTML that shows either on another page."""

    page: str
    picture: str
    iframe: str
    image: str


def new_embed(
    results: Results,
    pairing_id: str,
    *,
    lang: Lang,
    lasts_s: int,
    gap_id: str | None = None,
    layers: Sequence[str] | None = None,
) -> tuple[EmbedLink, str]:
    """Give out a link to a border, or to one gap of it; return it and its token.

    Parameters
    ----------
    lasts_s
        Seconds for which it holds: from an hour to a year.
    layers
        Context layers of its map; those that suit it unless given.

    Raises
    ------
    UsageError
        For a pairing, gap, layer or time that cannot be.
    WorkspaceError
        If the link cannot be noted.
    """
    if not SHORTEST_S <= lasts_s <= LONGEST_S:
        raise UsageError("a link lasts from an hour (1h) to a year (366d); 30d suits most")
    if unknown := sorted(set(layers or ()) - set(LAYERS)):
        raise UsageError(f"no layer {unknown[0]!r}; layers are {', '.join(LAYERS)}")
    if lang not in LANGS:
        raise UsageError(f"no language {lang!r}; there are {', '.join(LANGS)}")
    subject_of(results, pairing_id, gap_id)  # raises for what is not there
    now = int(time.time())
    link = EmbedLink(
        id=secrets.token_hex(6),
        pairing=pairing_id,
        gap=gap_id,
        layers=None if layers is None else tuple(dict.fromkeys(layers)),
        lang=lang,
        expires=now + lasts_s,
    )
    return link, token_of(results.workspace.embeds.add(link, now), link)


def lasting(text: str) -> int:
    """Return the seconds of a time written as 12h, 30d or 4w.

    Raises
    ------
    UsageError
        For another way of writing.
    """
    found = _LASTS.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"{text!r} is no time; write hours, days or weeks as 12h, 30d or 4w")
    return int(found[1]) * _SECONDS[found[2]]


def token_of(embeds: Embeds, link: EmbedLink) -> str:
    """Return the token of a link: all that it may show, signed with the newest secret."""
    return str(_serializer(embeds).dumps(_said(embeds, link)))


def opened(embeds: Embeds | None, token: str, pairing_id: str) -> EmbedLink:
    """Return the link that `token` stands for.

    Raises
    ------
    Refused
        If a letter of it was changed, it is past its time, revoked, or not for this pairing.
    """
    if embeds is None or not token or len(token) > LONGEST_TOKEN or not _is_canonical(token):
        raise Refused("changed")
    try:
        said = _serializer(embeds).loads(token)
    except BadData as error:
        raise Refused("changed") from error
    link = embeds.link(str(said[1])) if isinstance(said, list) and len(said) > 1 else None
    if isinstance(said, list) and isinstance(said[-1], int) and said[-1] <= time.time():
        raise Refused("expired")
    if link is None:
        raise Refused("revoked")
    if said != _said(embeds, link) or pairing_id != link.pairing:
        raise Refused("changed")
    return link


def addresses_of(root: str, results: Results, link: EmbedLink, token: str) -> Addresses:
    """Return where an embed is under the address `root` (ending in /), and what to write to show it."""
    query = urlencode({"token": token})
    name = quote(link.pairing, safe="")
    page, picture = f"{root}embed/{name}?{query}", f"{root}embed-map/{name}.png?{query}"
    lang: Lang = "en" if link.lang == "en" else "zh"
    title = pairing_name(results, link.pairing, lang)
    return Addresses(
        page=page,
        picture=picture,
        iframe=iframe(page, title, SIZE),
        image=str(Markup('<img src="{}" alt="{}" width="800">').format(picture, title)),
    )


def iframe(page: str, title: str, size: tuple[int, int]) -> str:
    """Return the HTML that shows an embed."""
    return str(
        Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" '
            'referrerpolicy="no-referrer" style="border:0;max-width:100%"></iframe>'
        ).format(page, title, *size)
    )


def when(link: EmbedLink) -> datetime:
    """Return the time until which a link holds, UTC."""
    return datetime.fromtimestamp(link.expires, UTC)


def _said(embeds: Embeds, link: EmbedLink) -> list[object]:
    """Return what a token says, in the order in which it says it; the time comes last."""
    layers = None if link.layers is None else list(link.layers)
    return [embeds.workspace, link.id, link.pairing, link.gap, layers, link.lang, link.expires]


def _serializer(embeds: Embeds) -> URLSafeSerializer:
    # The last of the keys signs; each of them opens.
    return URLSafeSerializer(
        list(reversed(embeds.secrets)),
        salt=PURPOSE,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _is_canonical(token: str) -> bool:
    """Return whether the signature is written as we write it.

    The last letter of 32 bytes in base64 has bits that mean nothing: another letter there would pass as well.
    """
    signature = token.rpartition(".")[2].encode("utf-8", "replace")
    try:
        return base64_encode(base64_decode(signature)) == signature
    except BadData:
        return False

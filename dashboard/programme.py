"""The programme: what the members of pairings do together, each number traceable to its items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dashboard.i18n import Text, catalogue, plain
from dashboard.payloads import pairing_name
from geodata.model import LAYERS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.results import Results

KINDS = ("project", "park", "fund", "meeting", "paired_institution", "exchange", "jobs")  # order of columns

Item = dict[str, Any]


def programme_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return the items of the programme, a scoreboard of pairings, and what share of a whole its parts are.

    Returns
    -------
    body
        `items`: as the list shows them. `kinds`: those there are. `board`: rows of pairing and, by kind, how
        many (items that are part of another item are left out, as they are counted there already), and
        `amount`, the sum of their money. `rates`: each part beside its whole. `columns`: what the layer may
        hold, for whoever has none yet.
    """
    layer: Any = results.workspace.read_layer("programme")
    rows: list[Item] = [] if layer is None else layer.to_dict("records")
    titles = {str(row["item_id"]): plain(str(row["title"])) for row in rows}
    named = _names_of(results, rows, lang)
    items = [_item(row, titles, named, results, lang) for row in rows]
    return {
        "items": items,
        "kinds": _kinds(rows, lang),
        "board": _board(rows, titles, named, lang),
        "rates": _rates(rows, lang),
        "columns": [
            f"{column.name}{' *' if column.required else ''}" for column in LAYERS["programme"].columns
        ],
    }


def _names_of(results: Results, rows: Sequence[Item], lang: Lang) -> dict[str, str]:
    """Return the name of each pairing that has items; one the workspace does not know keeps its id."""
    keys = dict.fromkeys(str(row["pairing_id"]) for row in rows)
    return {
        key: pairing_name(results, key, lang) if key in results.summary.index else plain(key) for key in keys
    }


def _kinds(rows: Sequence[Item], lang: Lang) -> list[dict[str, str]]:
    found = dict.fromkeys(str(row["kind"]) for row in rows)
    ordered = [kind for kind in KINDS if kind in found] + [kind for kind in found if kind not in KINDS]
    return [{"value": kind, "label": plain(Text(lang).of("programme.kind", kind))} for kind in ordered]


def _item(
    row: Item, titles: Mapping[str, str], named: Mapping[str, str], results: Results, lang: Lang
) -> Item:
    """Return one item: texts to read, numbers to sort by."""
    text = Text(lang)
    names = results.short_names(lang)
    whole = None if is_missing(row["part_of"]) else titles.get(str(row["part_of"]))
    parties = (
        [] if row["parties"] is None else [names.get(str(each), plain(str(each))) for each in row["parties"]]
    )
    point = row.get("geometry")
    status = row["status"]
    known = str(row["pairing_id"]) in results.summary.index
    return {
        "id": str(row["item_id"]),
        "pairing": str(row["pairing_id"]) if known else "",
        "pairing_of": str(row["pairing_id"]),
        "pairing_text": named[str(row["pairing_id"])],
        "kind": str(row["kind"]),
        "kind_text": plain(text.of("programme.kind", row["kind"])),
        "title": titles[str(row["item_id"])],
        "part_of": "" if whole is None else text("programme.part_of", title=whole),
        "is_part": whole is not None,
        "sector": "" if is_missing(row["sector"]) else plain(text.of("programme.sector", row["sector"])),
        "status_text": "" if is_missing(status) else plain(text.of("programme.status", status)),
        "amount": _number(row["amount_cny"]),
        "amount_text": _money(row["amount_cny"], text),
        "count": _number(row["count"]),
        "count_text": "" if is_missing(row["count"]) else wording.amount(float(row["count"]), lang),
        "shares": _shares(row["shares"], names, lang),
        "time": " – ".join(plain(str(row[name])) for name in ("start", "end") if not is_missing(row[name])),
        "parties": wording.listed(parties, lang) if parties else "",
        "source": "" if is_missing(row["source"]) else plain(str(row["source"])),
        "provenance": "" if is_missing(row["provenance"]) else str(row["provenance"]),
        "at": None if point is None or point.is_empty else [point.x, point.y],
    }


def _shares(told: object, names: Mapping[str, str], lang: Lang) -> str:
    """Return who bears which share; text that is no such table stays as it is."""
    if is_missing(told) or not told:
        return ""
    try:
        shares = json.loads(str(told))
    except ValueError:
        return plain(str(told))
    if not isinstance(shares, dict) or not all(isinstance(share, int | float) for share in shares.values()):
        return plain(str(told))
    parts = []
    for key, share in shares.items():
        member = wording.listed([names.get(part, plain(part)) for part in key.split("+")], lang)
        parts.append(f"{member} {wording.percent(share)}")
    return wording.listed(parts, lang) if parts else ""


def _board(
    rows: Sequence[Item], titles: Mapping[str, str], named: Mapping[str, str], lang: Lang
) -> list[dict[str, Any]]:
    """Return one row a pairing: how many of each kind, and how much money."""
    text = Text(lang)
    wholes = [row for row in rows if is_missing(row["part_of"]) or str(row["part_of"]) not in titles]
    board = []
    for key, name in named.items():
        own = [row for row in wholes if str(row["pairing_id"]) == key]
        counts: dict[str, float] = {}
        for row in own:
            counts[str(row["kind"])] = counts.get(str(row["kind"]), 0.0) + (_number(row["count"]) or 1.0)
        amounts = [float(row["amount_cny"]) for row in own if not is_missing(row["amount_cny"])]
        board.append(
            {
                "pairing": key,
                "name": name,
                "counts": {kind: wording.amount(count, lang) for kind, count in counts.items()},
                "amount": sum(amounts),
                "amount_text": _money(sum(amounts), text) if amounts else "",
            }
        )
    return sorted(board, key=lambda row: -row["amount"])


def _rates(rows: Sequence[Item], lang: Lang) -> list[dict[str, str]]:
    """Return each part by its whole, in number and in money: what is begun of what is planned."""
    by_id = {str(row["item_id"]): row for row in rows}
    rates = []
    for part in rows:
        whole = None if is_missing(part["part_of"]) else by_id.get(str(part["part_of"]))
        if whole is None:
            continue
        for column in ("count", "amount_cny"):
            some, every = _number(part[column]), _number(whole[column])
            if some is None or not every:
                continue
            rates.append(
                {
                    "part": plain(str(part["title"])),
                    "whole": plain(str(whole["title"])),
                    "sum": " ÷ ".join(_said(value, column, lang) for value in (some, every)),
                    "value": f"{100 * some / every:.1f}%",
                    "source": "" if is_missing(part["source"]) else plain(str(part["source"])),
                }
            )
    return rates


def _said(value: float, column: str, lang: Lang) -> str:
    return _money(value, Text(lang)) if column == "amount_cny" else wording.amount(value, lang)


def _money(value: Any, text: Text) -> str:
    if is_missing(value):
        return ""
    return catalogue(text.lang)["money"].format(amount=wording.amount(float(value), text.lang))


def _number(value: Any) -> float | None:
    return None if is_missing(value) else float(value)

"""The programme: what the members of pairings do together, each number traceable to its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.i18n import Text, catalogue, plain
from dashboard.import_words import imported
from dashboard.payloads import member_names, pairing_name
from geodata.model import LAYERS
from geodata.pairings import member_id_of
from geodata.programme_items import known_kinds
from geodata.programme_kinds import KINDS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.results import Results
    from geodata.programme_items import Item
    from geodata.programme_kinds import Field

Row = dict[str, Any]


def programme_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return what the page needs to know once a run: pairings with their members, and the model of items.

    Returns
    -------
    body
        `pairings`: rows of id, name, kind and members as (id, name), cooperating ones first. `model`: kinds
        in order, each with its word and its fields. `columns`: what the layer may hold.
    """
    order = {"group": 0, "counterpart": 1}
    kinds = {str(key): str(kind) for key, kind in results.summary["kind"].items()}
    keys = sorted(kinds, key=lambda key: order.get(kinds[key], 2))
    return {
        "pairings": [
            [
                key,
                pairing_name(results, key, lang),
                kinds[key],
                list(
                    zip(
                        [member_id_of(member) for member in results.members[key]],
                        member_names(results, key, lang),
                        strict=True,
                    )
                ),
            ]
            for key in keys
        ],
        "model": [
            {
                "kind": name,
                "label": plain(Text(lang).of("programme.kind", name)),
                "fields": [field_json(field, lang) for field in kind.all_fields],
            }
            for name, kind in KINDS.items()
        ],
        "columns": [
            f"{column.name}{' *' if column.required else ''}" for column in LAYERS["programme"].columns
        ],
    }


def field_json(field: Field, lang: Lang) -> dict[str, Any]:
    """Return a field as a form is made from it."""
    text = Text(lang)
    values = "programme.status" if field.name == "status" else f"item.{field.name}"
    return {
        "name": field.name,
        "type": field.type,
        "label": text(f"item.{field.name}"),
        "required": field.required,
        "unit": field.unit,
        "labels": {value: text(f"{values}.{value}") for value in field.choices},
    }


def items_body(results: Results, items: Sequence[Item], lang: Lang) -> dict[str, Any]:
    """Return the items of the programme, a scoreboard of pairings, and what share of a whole its parts are.

    Returns
    -------
    body
        `items`: as the list shows them, `values` as a form does. `kinds`: those there are. `board`: rows of
        pairing and, by kind, how many (items that are part of another item are left out, as they are counted
        there already), and `amount`, the sum of their money. `rates`: each part beside its whole.
    """
    titles = {item.item_id: plain(str(item.values["title"])) for item in items}
    named = _names_of(results, items, lang)
    return {
        "items": [item_row(item, titles, named, results, lang) for item in items],
        "kinds": [
            {"value": kind, "label": plain(Text(lang).of("programme.kind", kind))}
            for kind in known_kinds({item.kind for item in items})
        ],
        "board": _board(items, titles, named, lang),
        "rates": _rates(items, lang),
    }


def _names_of(results: Results, items: Sequence[Item], lang: Lang) -> dict[str, str]:
    """Return the name of each pairing that has items; one the workspace does not know keeps its id."""
    keys = dict.fromkeys(item.pairing_id for item in items)
    return {
        key: pairing_name(results, key, lang) if key in results.summary.index else plain(key) for key in keys
    }


def item_row(
    item: Item, titles: Mapping[str, str], named: Mapping[str, str], results: Results, lang: Lang
) -> Row:
    """Return one item: texts to read, numbers to sort by, values to change."""
    text, values = Text(lang), item.values
    names = results.short_names(lang)
    whole = titles.get(str(values.get("part_of")))
    parties = [names.get(str(each), plain(str(each))) for each in values.get("parties") or []]
    count = values.get("count")
    known = item.pairing_id in results.summary.index
    return {
        "id": item.item_id,
        "pairing": item.pairing_id if known else "",
        "pairing_of": item.pairing_id,
        "pairing_text": named[item.pairing_id],
        "kind": item.kind,
        "kind_text": plain(text.of("programme.kind", item.kind)),
        "title": plain(str(values["title"])),
        "part_of_text": "" if whole is None else text("programme.part_of", title=whole),
        "is_part": whole is not None,
        "sector_text": _word("programme.sector", values.get("sector"), text),
        "status_text": _word("programme.status", values.get("status"), text),
        "amount": _number(values.get("amount_cny")),
        "amount_text": _money(values.get("amount_cny"), text),
        "count": _number(count),
        "count_text": "" if is_missing(count) else wording.amount(float(count or 0), lang),
        "shares_text": _shares(values.get("shares"), names, lang),
        "time": " – ".join(plain(str(values[name])) for name in ("start", "end") if values.get(name)),
        "parties_text": wording.listed(parties, lang) if parties else "",
        "source_text": "" if is_missing(values.get("source")) else imported(str(values["source"]), lang),
        "provenance": item.provenance or "",
        "at": item.place,
        **item_json(item),
    }


def item_json(item: Item) -> Row:
    """Return an item as a form changes it."""
    return {
        "version": item.version,
        "changed_at": item.changed,
        "changed_by": item.changed_by,
        "values": {name: value for name, value in item.values.items() if name not in ("place", "provenance")},
    }


def _word(group: str, value: Any, text: Text) -> str:
    return "" if is_missing(value) else plain(text.of(group, str(value)))


def _shares(told: object, names: Mapping[str, str], lang: Lang) -> str:
    """Return who bears which share; what is no such table stays as it is."""
    if is_missing(told) or not told:
        return ""
    if not isinstance(told, dict) or not all(isinstance(share, int | float) for share in told.values()):
        return plain(str(told))
    parts = []
    for key, share in told.items():
        member = wording.listed([names.get(part, plain(part)) for part in key.split("+")], lang)
        parts.append(f"{member} {wording.percent(share)}")
    return wording.listed(parts, lang) if parts else ""


def _board(
    items: Sequence[Item], titles: Mapping[str, str], named: Mapping[str, str], lang: Lang
) -> list[dict[str, Any]]:
    """Return one row a pairing: how many of each kind, how much money, when its members meet next."""
    text = Text(lang)
    wholes = [item for item in items if item.values.get("part_of") not in titles]
    board = []
    for key, name in named.items():
        own = [item for item in wholes if item.pairing_id == key]
        counts: dict[str, float] = {}
        for item in own:
            counts[item.kind] = counts.get(item.kind, 0.0) + (_number(item.values.get("count")) or 1.0)
        amounts = [float(item.values["amount_cny"]) for item in own if item.values.get("amount_cny")]
        progress = [float(item.values["progress"]) for item in own if item.values.get("progress") is not None]
        board.append(
            {
                "pairing": key,
                "name": name,
                "counts": {kind: wording.amount(count, lang) for kind, count in counts.items()},
                "amount": sum(amounts),
                "amount_text": _money(sum(amounts), text) if amounts else "",
                "next": min(
                    (str(item.values["next"]) for item in own if item.values.get("next")), default=""
                ),
                "progress": sum(progress) / len(progress) if progress else None,
            }
        )
    return sorted(board, key=lambda row: -row["amount"])


def _rates(items: Sequence[Item], lang: Lang) -> list[dict[str, str]]:
    """Return each part by its whole, in number and in money: what is begun of what is planned."""
    by_id = {item.item_id: item.values for item in items}
    rates = []
    for item in items:
        part, whole = item.values, by_id.get(str(item.values.get("part_of")))
        if whole is None:
            continue
        for column in ("count", "amount_cny"):
            some, every = _number(part.get(column)), _number(whole.get(column))
            if some is None or not every:
                continue
            rates.append(
                {
                    "part": plain(str(part["title"])),
                    "whole": plain(str(whole["title"])),
                    "sum": " ÷ ".join(_said(value, column, lang) for value in (some, every)),
                    "value": f"{100 * some / every:.1f}%",
                    "source": "" if is_missing(part.get("source")) else imported(str(part["source"]), lang),
                    "pairing": item.pairing_id,
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

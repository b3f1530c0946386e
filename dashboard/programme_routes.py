"""Addresses of the programme: items as they stand, one to add, change or remove, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from dashboard.access import current, refuse, requires
from dashboard.programme import item_json, items_body
from dashboard.record_answers import (
    answered,
    asked_language,
    asked_object,
    conditional,
    conflict,
    editable_pairings,
    event,
    kept_or_told,
    refused,
)
from geodata.records import Conflict, Refused

if TYPE_CHECKING:
    import flask

    from dashboard.kept import Kept
    from geodata.programme_items import Item
    from layers.wording import Lang


def programme_routes(kept: Kept) -> Blueprint:
    """Return the routes of the programme; whoever may not see a pairing does not see its items."""
    routes = Blueprint("programme", __name__)

    @routes.get("/programme/items")
    def items() -> flask.Response:
        lang = asked_language()
        return kept_or_told(lambda: _listed(kept, lang))

    @routes.patch("/programme/item/<path:item_id>")
    def change(item_id: str) -> flask.Response:
        asked = asked_object(needs={"changes": dict, "version": int, "key": str})
        lang = asked_language()
        return kept_or_told(lambda: _changed(kept, item_id, asked, lang))

    @routes.get("/programme/history/<path:item_id>")
    def history(item_id: str) -> flask.Response:
        return kept_or_told(lambda: _history(kept, item_id))

    return routes


def seen_items(kept: Kept) -> list[Item]:
    """Return the items of the pairings that this person may see."""
    person = current()
    return [item for item in kept.programme.items() if person.may("see", item.pairing_id)]


def _listed(kept: Kept, lang: Lang) -> flask.Response:
    results, person = kept.results, current()
    edits = editable_pairings([str(key) for key in results.summary.index])
    return conditional({"person": person.id, "edits": edits, **items_body(results, seen_items(kept), lang)})


def _changed(kept: Kept, item_id: str, asked: dict[str, Any], lang: Lang) -> flask.Response:
    """Add, change or remove one item: 409 where somebody else was faster, 400 with the reasons."""
    before = kept.programme.item(item_id)
    if before is not None and not current().may("see", before.pairing_id):
        refuse(404, "unknown", "There is no such item.")
    pairing_id = asked["changes"].get("pairing_id") if before is None else before.pairing_id
    person = requires("edit", str(pairing_id))
    try:
        after = kept.programme.change(
            item_id, asked["changes"], version=asked["version"], author=person.name, key=asked["key"]
        )
    except Conflict:
        now = kept.programme.item(item_id)
        changes = kept.programme.history(item_id)
        return conflict({} if now is None else _entry(now), changes, asked["version"])
    except Refused as error:
        return refused(error.problems, lang)
    return answered({"entry": _entry(after)})


def _entry(item: Item) -> dict[str, Any]:
    """Return an item for the browser's keeper: its values beside its id and version."""
    told = item_json(item)
    return {"id": item.item_id, "pairing": item.pairing_id, **told.pop("values"), **told}


def _history(kept: Kept, item_id: str) -> flask.Response:
    item = kept.programme.item(item_id)
    if item is None or not current().may("see", item.pairing_id):
        refuse(404, "unknown", "There is no such item.")
    return answered({"events": [event(each) for each in kept.programme.history(item_id)]})

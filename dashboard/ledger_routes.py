"""Addresses of the follow-up of gaps: read, change one or many, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from dashboard.access import current, refuse, requires
from dashboard.gap_rows import gap_sentence
from dashboard.i18n import plain
from dashboard.ledger_rows import known_members
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
from geodata.ledger_fields import FIELDS
from geodata.pairings import member_id_of
from geodata.records import Ask, Conflict, Refused
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    import flask

    from dashboard.kept import Kept
    from dashboard.results import Results
    from geodata.ledger import Entry
    from layers.wording import Lang

MOST_AT_ONCE = 5_000  # gaps changed by one request


def ledger_routes(kept: Kept) -> Blueprint:
    """Return the routes of the ledger; whoever may not see a pairing does not see its entries."""
    routes = Blueprint("ledger", __name__)

    @routes.get("/ledger/entries")
    def entries() -> flask.Response:
        lang = asked_language()
        return kept_or_told(lambda: _listed(kept, lang))

    @routes.get("/ledger/entry/<path:gap_id>")
    def entry(gap_id: str) -> flask.Response:
        lang = asked_language()
        return kept_or_told(lambda: answered({"entry": entry_json(_known(kept, gap_id), kept.results, lang)}))

    @routes.patch("/ledger/entry/<path:gap_id>")
    def change(gap_id: str) -> flask.Response:
        asked = asked_object(needs={"changes": dict, "version": int, "key": str})
        lang = asked_language()
        return kept_or_told(lambda: _changed(kept, gap_id, asked, lang))

    @routes.patch("/ledger/entries")
    def change_many() -> flask.Response:
        asked = asked_object(needs={"items": list, "changes": dict, "key": str})
        lang = asked_language()
        return kept_or_told(lambda: _changed_many(kept, asked, lang))

    @routes.get("/ledger/history/<path:gap_id>")
    def history(gap_id: str) -> flask.Response:
        return kept_or_told(lambda: _history(kept, gap_id))

    return routes


def _listed(kept: Kept, lang: Lang) -> flask.Response:
    """Return all entries this person may see, and of which pairings they may change them."""
    results, person = kept.results, current()
    found = set(results.gaps["gap_id"])
    rows = [
        entry_json(each, results, lang, found)
        for each in kept.ledger.entries()
        if person.may("see", each.pairing_id)
    ]
    edits = editable_pairings([str(key) for key in results.summary.index])
    return conditional({"person": person.id, "edits": edits, "entries": rows})


def _changed(kept: Kept, gap_id: str, asked: dict[str, Any], lang: Lang) -> flask.Response:
    """Change one entry: 409 with both versions where somebody else did so meanwhile, 400 with the reasons."""
    person = requires("edit", _known(kept, gap_id).pairing_id)
    try:
        after = kept.ledger.change(
            gap_id, asked["changes"], version=asked["version"], author=person.name, key=asked["key"]
        )
    except Conflict:
        now = entry_json(_known(kept, gap_id), kept.results, lang)
        return conflict(now, kept.ledger.history(gap_id), asked["version"])
    except Refused as error:
        return refused(error.problems, lang)
    return answered({"entry": entry_json(after, kept.results, lang)})


def _history(kept: Kept, gap_id: str) -> flask.Response:
    _known(kept, gap_id)
    return answered({"events": [event(each) for each in kept.ledger.history(gap_id)]})


def _known(kept: Kept, gap_id: str) -> Entry:
    """Return the entry of a gap; 404 where there is none, or none that this person may see."""
    found = kept.ledger.entry(gap_id)
    if found is None or not current().may("see", found.pairing_id):
        refuse(404, "unknown", "There is no such gap in this workspace.")
    return found


def _changed_many(kept: Kept, asked: dict[str, Any], lang: Lang) -> flask.Response:
    """Change many gaps alike, and tell of each what became of it."""
    items = asked["items"]
    sound = all(
        isinstance(each, dict)
        and isinstance(each.get("gap_id"), str)
        and isinstance(each.get("version"), int)
        for each in items
    )
    if not sound or not 0 < len(items) <= MOST_AT_ONCE:
        refuse(400, "request", f"items: give 1 to {MOST_AT_ONCE} of gap_id and version.")
    person = requires("edit")
    pairing_of = dict(zip(kept.results.gaps["gap_id"], kept.results.gaps["pairing_id"], strict=True))
    pairing_of |= {each.gap_id: each.pairing_id for each in kept.ledger.entries()}
    allowed = [each for each in items if person.may("edit", pairing_of.get(each["gap_id"], ""))]
    asks = [Ask(each["gap_id"], asked["changes"], each["version"]) for each in allowed]
    outcomes = kept.ledger.change_many(asks, author=person.name, key=asked["key"]) if asks else []
    wrong = [each for each in outcomes if isinstance(each, Refused)]
    if wrong and len(wrong) == len(outcomes):
        return refused(wrong[0].problems, lang)
    results = [_result(ask, outcome, kept.results, lang) for ask, outcome in zip(asks, outcomes, strict=True)]
    done = {each["gap_id"] for each in allowed}
    results += [{"gap_id": e["gap_id"], "result": "forbidden"} for e in items if e["gap_id"] not in done]
    return answered({"results": results})


def _result(ask: Ask, outcome: Entry | Conflict | Refused, results: Results, lang: Lang) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        return {"gap_id": ask.id, "result": "refused"}
    if isinstance(outcome, Conflict):
        return {"gap_id": ask.id, "result": "conflict"}
    told = "unchanged" if outcome.version == ask.version else "saved"
    return {"gap_id": ask.id, "result": told, "entry": entry_json(outcome, results, lang)}


def entry_json(entry: Entry, results: Results, lang: Lang, found: set[str] | None = None) -> dict[str, Any]:
    """Return an entry as the browser has it; one whose gap is not among the results tells it as last seen."""
    body: dict[str, Any] = {
        "id": entry.gap_id,
        "pairing": entry.pairing_id,
        "version": entry.version,
        **{name: entry.values[name] for name in FIELDS},
        "presence": entry.presence,
        "moved_from": entry.moved_from,
        "changed_at": entry.changed,
        "changed_by": entry.changed_by,
    }
    if found is None:
        found = set(results.gaps["gap_id"])
    if entry.gap_id not in found:
        body["row"] = seen_row(entry, results, lang)
    return body


def seen_row(entry: Entry, results: Results, lang: Lang) -> dict[str, Any]:
    """Return a gap that is no longer found as the list shows it: as it was last seen."""
    gap, sentence = dict(entry.gap), ""
    if members := results.members.get(entry.pairing_id):
        gap["member_a"], gap["member_b"] = sorted(member_id_of(member) for member in members)[:2]
        sentence = gap_sentence(gap, lang, results.names(lang))
    name, a, b = known_members(results, entry.pairing_id, lang)
    what = gap.get("what")
    place = [gap.get("lon"), gap.get("lat")]
    return {
        "pairing": entry.pairing_id,
        "pairing_text": name,
        "a": a,
        "b": b,
        "kind": str(gap.get("kind", "")),
        "domain": str(gap.get("domain", "")),
        "side": str(gap.get("side", "")),
        "what_text": "" if is_missing(what) else plain(wording.thing(str(what), lang)),
        "severity": float(gap.get("severity") or 0.0),
        "sentence": sentence,
        "at": None if any(is_missing(degrees) for degrees in place) else place,
    }

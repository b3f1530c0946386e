"""Answers about records that people change: what was kept, what is refused, what others wrote meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from flask import Response, request

from dashboard.access import current, refuse
from dashboard.i18n import catalogue, language
from dashboard.import_words import told
from geodata.database_errors import DatabaseError
from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import flask

    from geodata.records import Change, Problem
    from layers.wording import Lang

KEY_LETTERS = 200


def asked_language() -> Lang:
    """Return the language to answer in: what the address asks for, else what the browser prefers."""
    return language(request.args.get("lang"), request.headers.get("Accept-Language", ""))


def refuse_told(status: int, error: str, message: str) -> NoReturn:
    """End the request as `refuse` does; the sentence on a file is said in the reader's language."""
    refuse(status, error, told(message, asked_language()))


def asked_object(*, needs: Mapping[str, type]) -> dict[str, Any]:
    """Return the JSON object of the request; 400 unless it has `needs`, each of its type."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        refuse(400, "request", "Send a JSON object.")
    for name, wanted in needs.items():
        value = asked.get(name)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            refuse(400, "request", f"{name}: give a {wanted.__name__}.")
    if not 0 < len(asked.get("key", "-")) <= KEY_LETTERS:
        refuse(400, "request", f"key: give 1 to {KEY_LETTERS} letters, new for each change.")
    return asked


def answered(body: Mapping[str, Any], status: int = 200) -> flask.Response:
    """Return a JSON answer that nobody keeps."""
    answer = Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def conditional(body: Mapping[str, Any]) -> flask.Response:
    """Return a JSON answer that a browser may keep if it asks each time: 304 where nothing has changed."""
    answer = answered(body)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def kept_or_told(work: Callable[[], flask.Response]) -> flask.Response:
    """Return what `work` answers; where the database cannot be used, or the key was, that is told."""
    try:
        return work()
    except DatabaseError as error:
        refuse(503, "database", str(error))
    except UsageError as error:
        refuse(400, "request", str(error))


def refused(problems: Sequence[Problem], lang: Lang) -> flask.Response:
    """Return 400 with every problem in words of the reader."""
    told = [
        {"field": each.field, "code": each.code, "message": problem_text(each, lang)} for each in problems
    ]
    message = " ".join(each["message"] for each in told)
    return answered({"error": "refused", "message": message, "problems": told}, 400)


def problem_text(problem: Problem, lang: Lang) -> str:
    """Return why a value is refused; a reason that has no words yet stays as the program says it."""
    words = catalogue(lang)
    sentence = words.get(f"problem.{problem.code}")
    if sentence is None:
        return problem.text
    values = {name: _said(value, words) for name, value in problem.values.items()}
    return sentence.format_map(_Open(values))


def _said(value: Any, words: Mapping[str, str]) -> str:
    """Return a value in a sentence: a status by its word, a number with commas."""
    if isinstance(value, float):
        return f"{value:,.0f}"
    return words.get(f"status.{value}", str(value))


class _Open(dict[str, Any]):
    """Values for a sentence; one that is not there leaves its place empty."""

    def __missing__(self, _key: str) -> str:
        return ""


def conflict(record: Mapping[str, Any], changes: Sequence[Change], since: int) -> flask.Response:
    """Return 409 with the record as it stands, and what others changed since version `since`."""
    return answered(
        {
            "error": "conflict",
            "message": "Somebody else changed it meanwhile; nothing was overwritten.",
            "entry": record,
            "changes": [event(each) for each in changes if each.version > since],
        },
        409,
    )


def event(change: Change) -> dict[str, Any]:
    """Return one change of the history for the browser."""
    names = ("version", "field", "old", "new", "author", "at", "cause")
    return {name: getattr(change, name) for name in names}


def editable_pairings(pairings: Collection[str]) -> bool | list[str]:
    """Return of which of `pairings` this person may change records: True for all."""
    person = current()
    if not person.may("edit"):
        return []
    return True if person.holds is None else sorted(key for key in pairings if person.may("edit", key))

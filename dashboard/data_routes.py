"""Addresses of the guided import: a file comes as a stream, is looked at, previewed, imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from dashboard import jobs
from dashboard.i18n import Text
from dashboard.import_words import imported, told
from dashboard.intake import districts_body, preview_body, proposals_body
from dashboard.layer_changes import changes_body, changes_said
from dashboard.record_answers import asked_language, refuse_told
from dashboard.uploads import TooSlowError, largest_upload, pieces, place
from geodata.errors import BordergapError, SettingsError, SourceError, UsageError, WorkspaceError
from geodata.ingest.mapping import mapping_from
from geodata.intake_store import IntakeStore, TooLargeError
from geodata.model import LAYERS

if TYPE_CHECKING:
    import flask

    from dashboard.jobs import Start
    from dashboard.results import ResultsCache
    from geodata.workspace import Workspace

_STATUS = {SourceError: 422, SettingsError: 400, UsageError: 404, WorkspaceError: 409}


def data_routes(cache: ResultsCache, start: Start = jobs.in_child) -> Blueprint:
    """Return the routes; `start` says where the work is done."""
    routes = Blueprint("data", __name__, url_prefix="/data")
    views = _Views(cache, start)
    for path, method, name in _ROUTES:
        routes.add_url_rule(path, name, getattr(views, name), methods=[method])
    routes.register_error_handler(BordergapError, _told)
    routes.register_error_handler(HTTPException, _failed)
    IntakeStore(cache.current().workspace.path).sweep()
    return routes


_ROUTES = (
    ("/uploads", "POST", "upload"),
    ("/uploads/<number>/look", "POST", "look"),
    ("/uploads/<number>/proposal", "GET", "proposal"),
    ("/uploads/<number>/preview", "POST", "preview"),
    ("/uploads/<number>/rehearse", "POST", "rehearse"),
    ("/uploads/<number>/import", "POST", "take_in"),
    ("/uploads/<number>", "DELETE", "drop"),
    ("/analyse", "POST", "analyse"),
    ("/job", "GET", "job"),
    ("/job/cancel", "POST", "cancel"),
    ("/districts", "GET", "districts"),
    ("/layers/<layer>/changes", "GET", "changes"),
    ("/layers/<layer>/undo", "POST", "undo"),
)


class _Views:
    """The answers, one method a route."""

    def __init__(self, cache: ResultsCache, start: Start) -> None:
        self._cache = cache
        self._start = start

    @property
    def _workspace(self) -> Workspace:
        return self._cache.current().workspace

    @property
    def _store(self) -> IntakeStore:
        return IntakeStore(self._workspace.path)

    def upload(self) -> tuple[flask.Response, int]:
        """Keep a file that is sent as it is; its name comes beside it."""
        largest = largest_upload()
        too_large = f"The file is larger than {largest >> 20:,} MB; import it on the command line."
        if (request.content_length or 0) > largest:
            refuse_told(413, "size", too_large)
        try:
            with place():
                kept = self._store.receive(request.args.get("name", ""), pieces(), largest)
        except TooLargeError:
            refuse_told(413, "size", too_large)
        except TooSlowError:
            refuse_told(408, "slow", "The file did not arrive whole, or came too slowly; send it again.")
        return jsonify({"id": kept.id, "called": kept.called}), 201

    def look(self, number: str) -> tuple[flask.Response, int]:
        """Have an upload read."""
        return self._begin("look", number)

    def rehearse(self, number: str) -> tuple[flask.Response, int]:
        """Have all of an upload read as confirmed, and told what would change; nothing is stored."""
        return self._begin("rehearse", number)

    def take_in(self, number: str) -> tuple[flask.Response, int]:
        """Have an upload imported as confirmed."""
        return self._begin("import", number)

    def proposal(self, number: str) -> flask.Response:
        """Say what is proposed for an upload."""
        layer = request.args.get("layer") or None
        if layer is not None and layer not in LAYERS:
            abort(400, f"layer: there is no {layer!r}; there are {', '.join(LAYERS)}")
        return _fresh(proposals_body(self._workspace, number, layer, asked_language()))

    def preview(self, number: str) -> flask.Response:
        """Say what becomes of a sample of an upload."""
        asked = _asked()
        place = asked.get("place", 0)
        if isinstance(place, bool) or not isinstance(place, int) or place < 0:
            abort(400, "place: give the number of the table.")
        said = mapping_from(_mapping(asked), "mapping")
        add = asked.get("add") is True
        return _fresh(preview_body(self._workspace, number, said, place, asked_language(), add=add))

    def drop(self, number: str) -> flask.Response:
        """Let an upload be gone."""
        self._store.drop(number)
        return _fresh({})

    def analyse(self) -> tuple[flask.Response, int]:
        """Have all pairings analysed, or those that are named."""
        pairings = _asked().get("pairings")
        is_list = isinstance(pairings, list) and all(isinstance(each, str) for each in pairings)
        if pairings != "all" and not is_list:
            abort(400, 'pairings: give "all", or a list of ids.')
        return self._started({"kind": "analyse", "pairings": pairings})

    def job(self) -> flask.Response:
        """Say how far the work is, and what came of it."""
        state = self._store.job()
        lang = asked_language()
        if state and "message" in state:
            state["message"] = told(state["message"], lang)
        for record in ((state or {}).get("result") or {}).get("records", ()):
            record["notes"] = [imported(note, lang) for note in record["notes"]]
            record["changed"] = changes_said(record["changes"], Text(lang))
            record["versions"] = self._workspace.versions_of(record["layer"])
        return _fresh({"job": state})

    def cancel(self) -> flask.Response:
        """Have the work stopped."""
        self._store.cancel()
        return _fresh({})

    def districts(self) -> flask.Response:
        """Give the outlines that previews are drawn on."""
        return _fresh(districts_body(self._workspace))

    def changes(self, layer: str) -> flask.Response:
        """Say what the last import changed of a layer; 404 where no version before it is kept."""
        seen = self._workspace.layer_hash(
            _known(layer)
        )  # first: of what is imported meanwhile undoing says so
        found = self._workspace.last_difference(layer)
        if found is None:
            abort(404, "There is no earlier version of this layer.")
        return _fresh({**changes_body(found, LAYERS[layer]), "version": seen, "layer": layer})

    def undo(self, layer: str) -> flask.Response:
        """Put the version before back in place of the one that was seen."""
        present = _asked().get("version")
        if not isinstance(present, str):
            abort(400, "version: give the hash of the version that is to go.")
        self._workspace.restore_layer(_known(layer), present=present)
        return _fresh({})

    def _begin(self, kind: str, number: str) -> tuple[flask.Response, int]:
        kept = self._store.upload(number)
        asked = _asked()
        said = mapping_from(_mapping(asked), kept.called).as_dict()
        order = {"kind": kind, "upload": kept.id, "called": kept.called, "mapping": said}
        # Who imports one table of several goes on with the next.
        return self._started({**order, "add": asked.get("add") is True, "keep": asked.get("keep") is True})

    def _started(self, order: dict[str, Any]) -> tuple[flask.Response, int]:
        state = jobs.begin(self._workspace, order, self._start)
        if state is None:
            message = "Another file is being read, or an analysis is running; wait until it is done."
            refuse_told(409, "busy", message)
        return jsonify(state), 202


def _known(layer: str) -> str:
    if layer not in LAYERS:
        abort(404, "There is no such layer.")
    return layer


def _told(error: BordergapError) -> tuple[flask.Response, int]:
    """Answer with what the person can put right."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    return jsonify({"error": "data", "message": told(str(error), asked_language())}), status


def _failed(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    message = told(error.description or "", asked_language())
    return jsonify({"error": "request", "message": message}), error.code or 400


def _mapping(asked: dict[str, Any]) -> dict[str, Any]:
    said = asked.get("mapping") or {}
    if not isinstance(said, dict):
        abort(400, "mapping: give an object.")
    return said


def _asked() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400, "Send a JSON object.")
    return asked


def _fresh(body: dict[str, Any]) -> flask.Response:
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""Who one is, for the page: name, rights, and the token that its changes carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, jsonify

from dashboard.access import token

if TYPE_CHECKING:
    import flask


def access_routes() -> Blueprint:
    """Return the routes about the person who asks."""
    routes = Blueprint("access", __name__)

    @routes.get("/access/me")
    def me() -> flask.Response:
        person = g.person
        said = None if person is None else {"id": person.id, "name": person.name, "role": person.role}
        answer = jsonify({"person": said, "token": token()})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes

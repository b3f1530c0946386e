"""How a page of ours asks for a change: with its origin, and the token that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.access import TOKEN_HEADER

if TYPE_CHECKING:
    from flask.testing import FlaskClient

OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def with_token(client: FlaskClient) -> dict[str, str]:
    """Return the headers of a change that a page of ours asks for."""
    return {**OURS, TOKEN_HEADER: client.get("/access/me").get_json()["token"]}

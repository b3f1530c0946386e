"""Views a reader has named: the address is the view, the browser keeps the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.pages.controls import dashed

if TYPE_CHECKING:
    from dashboard.i18n import Text


def views_menu(text: Text) -> html.Details:
    """Return the menu of saved views; assets/views.js fills it when it is opened."""
    return html.Details(
        [
            html.Summary(
                [text("views.title"), html.Span("▾", **dashed(aria_hidden="true"))],
                className="plain",
                title=text("views.hint"),
            ),
            html.Div(id="views-body", className="views-body"),
        ],
        id="views",
        className="views",
    )

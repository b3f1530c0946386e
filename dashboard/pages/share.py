"""The menu "Share": the link, files to take away, a border on other pages, briefing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.downloads import ENDINGS as TABLES
from dashboard.pages.controls import dashed
from dashboard.share_routes import ENDINGS as REPORTS

if TYPE_CHECKING:
    from dashboard.i18n import Text


def share_menu(text: Text) -> html.Details:
    """Return the menu; assets/share.js fills it for the view in which it is opened."""
    return html.Details(
        [
            html.Summary(
                [text("share.title"), html.Span("▾", **dashed(aria_hidden="true"))],
                className="plain",
                title=text("share.about"),
            ),
            html.Div(id="share-body", className="views-body share-body"),
        ],
        id="share",
        className="views",
        **dashed(data_reports=" ".join(REPORTS), data_tables=" ".join(TABLES)),
    )

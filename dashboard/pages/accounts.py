"""Accounts: who may come in, which links show borders elsewhere, who did what; for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from dashboard.i18n import Text
    from dashboard.results import Results


def accounts_page(_results: Results, text: Text) -> list[Component]:
    """Return the page without anything in it: assets/documents/office.js fills it in, for those who may."""
    return [
        html.H1(text("office.title")),
        html.P(text("office.lead"), className="lead"),
        html.Div(id="office", tabIndex="-1"),
    ]

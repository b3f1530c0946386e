"""Briefing: one gap at a time beside the map, in type that a room can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.pages.controls import dashed

if TYPE_CHECKING:
    from dashboard.i18n import Text


def panel(text: Text) -> html.Section:
    """Return the place of a briefing; assets/briefing.js fills it."""
    return html.Section(
        id="briefing",
        className="briefing",
        tabIndex="-1",
        **dashed(aria_label=text("brief.title"), aria_live="polite"),
    )

"""Plotly figures; they know nothing of Dash and hold no geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboard.maps.style import map_style

if TYPE_CHECKING:
    from dashboard.maps.palette import Theme


def profile_figure() -> go.Figure:
    """Return the empty chart of a border's profile; assets/profile.js draws side a above, side b below."""
    figure = go.Figure()
    axis = {"showgrid": False, "zeroline": False, "ticks": "outside", "ticklen": 4, "fixedrange": True}
    axis["ticklabeloverflow"] = "allow"  # measuring every label would have the whole page laid out
    figure.update_layout(
        margin={"l": 52, "r": 16, "t": 8, "b": 26},
        xaxis=axis,
        yaxis={**axis, "nticks": 5},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        hoverdistance=12,
        showlegend=False,
        dragmode=False,
    )
    return figure


def map_figure(bounds: tuple[float, float, float, float], theme: Theme = "light") -> go.Figure:
    """Return the empty map; geometry reaches it by address.

    Parameters
    ----------
    bounds
        West, south, east and north of all districts, degrees.
    theme
        The theme it is first drawn in.
    """
    west, south, east, north = bounds
    # A map subplot exists only with a trace; this one draws nothing.
    figure = go.Figure(go.Scattermap(lon=[None], lat=[None], hoverinfo="skip", showlegend=False))
    figure.update_layout(
        map={
            "style": map_style(theme),
            "center": {"lon": (west + east) / 2, "lat": (south + north) / 2},
            "zoom": 5,
        },
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        hovermode=False,
        showlegend=False,
    )
    return figure

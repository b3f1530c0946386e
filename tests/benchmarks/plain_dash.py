"""The same screen as a Dash app is usually written, to measure against: all geometry inside the figure.

    python tests/benchmarks/plain_dash.py WORKSPACE

All geometry as GeoJSON in a Plotly figure; a drop-down and a slider whose callback sends all again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import dash
import plotly.graph_objects as go
from dash import Input, Output, dcc, html
from flask_compress import Compress

sys.path.insert(0, str(Path(__file__).parents[2]))

from dashboard.results import ResultsCache
from dashboard.server import LOOPBACK, address_of, listening_socket, serve

if TYPE_CHECKING:
    from dashboard.results import Results


def create(path: Path) -> dash.Dash:
    """Return the application."""
    results = ResultsCache(path).current()
    districts = json.loads(results.districts[["district_id", "name", "geometry"]].to_json())
    app = dash.Dash(__name__)
    Compress(app.server)
    pairings = [{"value": key, "label": key} for key in results.borders.index]
    app.layout = html.Div(
        [
            dcc.Dropdown(pairings, id="pairing"),
            dcc.Slider(0, 90, 5, value=0, id="severity"),
            dcc.Graph(id="map", figure=figure(results, districts, None, 0), style={"height": "70vh"}),
            html.Ul(id="gaps"),
        ]
    )

    @app.callback(
        Output("map", "figure"),
        Output("gaps", "children"),
        Input("pairing", "value"),
        Input("severity", "value"),
        prevent_initial_call=True,
    )
    def show(pairing: str | None, severity: float) -> tuple[go.Figure, list[Any]]:
        gaps = results.gaps
        found = gaps[(gaps["severity"] >= severity) & ((gaps["pairing_id"] == pairing) | (pairing is None))]
        items = [html.Li(f"{row.kind} {row.severity:.1f}") for row in found.head(100).itertuples()]
        return figure(results, districts, pairing, severity), items

    return app


def figure(results: Results, districts: Any, pairing: str | None, severity: float) -> go.Figure:
    """Return the map with everything on it."""
    lon: list[float | None] = []
    lat: list[float | None] = []
    shown = results.borders if pairing is None else results.borders.loc[[pairing]]
    for line in shown.geometry.explode().array:
        x, y = line.xy
        lon += [*x, None]
        lat += [*y, None]
    gaps = results.gaps[results.gaps["severity"] >= severity]
    if pairing is not None:
        gaps = gaps[gaps["pairing_id"] == pairing]
    points = gaps.geometry.representative_point()
    made = go.Figure(
        [
            go.Choroplethmap(
                geojson=districts,
                featureidkey="properties.district_id",
                locations=results.districts["district_id"],
                z=[1] * len(results.districts),
                text=results.districts["name"],
                showscale=False,
            ),
            go.Scattermap(lon=lon, lat=lat, mode="lines"),
            go.Scattermap(lon=points.x, lat=points.y, mode="markers", marker={"color": gaps["severity"]}),
        ]
    )
    west, south, east, north = results.bounds if pairing is None else shown.total_bounds.tolist()
    made.update_layout(
        map={
            "style": "white-bg",  # the usual one is fetched from another host
            "center": {"lon": (west + east) / 2, "lat": (south + north) / 2},
            "zoom": 4 if pairing is None else 9,
        },
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
    return made


if __name__ == "__main__":
    server = create(Path(sys.argv[1])).server
    # Dash knows its scripts once a page was made: a worker asked for one before that answers with an error.
    server.test_client().get("/")
    listening = listening_socket(LOOPBACK, 0)
    address = address_of(listening)
    serve(server, listening, workers=2, ready=lambda: click.echo(address))

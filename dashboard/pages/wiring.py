"""What the browser does alone: which function of assets/pages.js sets what, and what calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Input, Output, State

from dashboard.downloads import ENDINGS
from dashboard.pages.ledger import FACETS as LEDGER_FACETS
from dashboard.pages.pairing import FACETS

if TYPE_CHECKING:
    from collections.abc import Sequence

OF_THEIR_OWN = ("compare", "ledger", "programme")  # pages with a state of their own, as in assets/pages.js
_NOTHING: tuple[Output, ...] = ()  # it goes to another address, or draws what is no component

_PAIRING = State("pairing", "data")
# Controls that one callback sets are asked together; with those of others, a choice would wait for them.
_CONTROLS: tuple[Sequence[Input | State], ...] = (
    [Input("find", "value"), Input("metric", "value"), Input("tab", "value")],
    [
        Input("severity", "value"),
        *(Input(f"facet-{name}", "value") for name in FACETS),
        Input("gap-words", "value"),
        Input("stretch-from", "value"),
        Input("stretch-to", "value"),
        Input("gaps-grid", "selectedRows"),
        _PAIRING,
    ],
    [Input("measure", "value"), Input("direction", "value"), Input("profile-graph", "clickData"), _PAIRING],
    [
        Input(f"ledger-{name}", "value")
        for name in ("words", "pairing", *LEDGER_FACETS, "severity", "who", "due")
    ],
    [Input("ledger-grid", part) for part in ("cellClicked", "selectedRows", "cellValueChanged")],
    [Input(f"compare-{name}", "value") for name in ("choice", "one", "other", "cell")],
    [
        Input("programme-grid", "cellClicked"),
        Input("programme-pairing", "value"),
        Input("programme-item", "value"),
    ],
)

# Function of assets/pages.js, what it sets, what calls it.
CLIENTSIDE: tuple[tuple[str, Sequence[Output], Sequence[Input | State]], ...] = (
    ("frame", [Output("root", "children")], [Input("asked-language", "data"), State("frames", "data")]),
    ("failed", _NOTHING, [Input("failure", "data"), State("frames", "data")]),
    ("address", [Output("asked-language", "data"), Output("state", "data")], [Input("url", "href")]),
    (
        "around",
        [
            Output("document-name", "data"),
            *(Output(f"{page}-state", "data") for page in OF_THEIR_OWN),
            Output("tab", "value"),
        ],
        [Input("state", "data"), Input("boot", "data")],
    ),
    ("overview", [Output("overview", "data")], [Input("boot", "data")]),
    (
        "pairing",
        [Output("pairing", "data")],
        [Input("state", "data"), Input("boot", "data"), State("pairing", "data")],
    ),
    (
        "ranking",
        [Output("pairings-grid", "rowData")],
        [Input("overview", "data"), Input("state", "data"), Input("find", "data"), State("boot", "data")],
    ),
    ("find", [Output("find", "data")], [Input("overview", "data"), State("boot", "data")]),
    (
        "compare",
        [Output("compared", "data")],
        [Input("compare-state", "data"), State("boot", "data"), State("compared", "data")],
    ),
    (
        "compared",
        [
            Output("compare-name", "children"),
            *(
                Output(f"compare-{name}", part)
                for name in ("choice", "one", "other")
                for part in ("data", "value")
            ),
            Output("compare-pairs", "hidden"),
            Output("compare-cell", "value"),
        ],
        [Input("compare-state", "data"), Input("compared", "data"), State("boot", "data")],
    ),
    (
        "ledger",
        [Output("ledger-grid", "rowData")],
        [Input("ledger-state", "data"), State("boot", "data")],
    ),
    (
        "ledgerFilters",
        [
            Output("ledger-words", "value"),
            *(
                Output(f"ledger-{name}", part)
                for name in ("pairing", *LEDGER_FACETS, "who")
                for part in ("data", "value")
            ),
            Output("ledger-due", "value"),
            Output("ledger-severity", "value"),
            Output("ledger-reset", "hidden"),
            *(Output(f"ledger-{ending}", "href") for ending in ENDINGS),
            Output("ledger", "data-view"),
        ],
        [Input("ledger-state", "data"), Input("ledger-grid", "rowData"), State("boot", "data")],
    ),
    (
        "programme",
        [Output("programme-data", "data")],
        [Input("programme-state", "data"), State("boot", "data"), State("programme-data", "data")],
    ),
    (
        "programmed",
        [
            Output("programme-some", "hidden"),
            Output("programme-grid", "rowData"),
            Output("programme-count", "children"),
            *(
                Output(f"programme-{name}", part)
                for name in ("pairing", "item")
                for part in ("data", "value")
            ),
        ],
        [Input("programme-state", "data"), Input("programme-data", "data"), State("boot", "data")],
    ),
    (
        "metric",
        [Output("metric", "value"), Output("find", "value")],
        [Input("state", "data"), Input("find", "data"), Input("boot", "data")],
    ),
    (
        "panels",
        [
            Output("gaps-grid", "rowData"),
            Output("severity", "value"),
            *(Output(f"facet-{name}", part) for name in FACETS for part in ("children", "value")),
            Output("gaps-grid", "selectedRows"),
            Output("gaps-grid", "scrollTo"),
            Output("gap-words", "value"),
            Output("stretch-from", "value"),
            Output("stretch-to", "value"),
        ],
        [
            Input("state", "data"),
            Input("pairing", "data"),
            State("boot", "data"),
            State("gaps-grid", "selectedRows"),
        ],
    ),
    (
        "heading",
        _NOTHING,
        [Input("pairing", "data"), State("boot", "data")],
    ),
    (
        "map",
        [Output("map", "className")],
        [
            Input("state", "data"),
            Input("pairing", "data"),
            Input("overview", "data"),
            Input("boot", "data"),
            Input("find", "data"),
        ],
    ),
    (
        "profiles",
        [Output("profiles", "data")],
        [Input("state", "data"), Input("pairing", "data"), State("boot", "data"), State("profiles", "data")],
    ),
    (
        "profile",
        [
            Output("measure", "data"),
            Output("measure", "value"),
            Output("direction", "value"),
            Output("profile-graph", "figure"),
        ],
        [Input("state", "data"), Input("profiles", "data"), State("pairing", "data"), State("boot", "data")],
    ),
    ("pickPairing", [Output("pairings-grid", "selectedRows")], [Input("pairings-grid", "selectedRows")]),
    *(("picked", _NOTHING, controls) for controls in _CONTROLS),
)

"""What the browser does alone: which function of assets/pages.js sets what, and what calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Input, Output, State

from dashboard.pages.ledger import FACETS as LEDGER_FACETS

if TYPE_CHECKING:
    from collections.abc import Sequence

OF_THEIR_OWN = ("compare", "ledger", "programme")  # pages with a state of their own, as in assets/pages.js
_NOTHING: tuple[Output, ...] = ()  # it goes to another address, or says something

# Controls that one callback sets are asked together; with those of others, a choice would wait for them.
_CONTROLS: tuple[Sequence[Input | State], ...] = (
    [Input("find", "value"), Input("metric", "value"), Input("tab", "value")],
    [
        Input("severity", "value"),
        Input("gap-words", "value"),
        Input("stretch-from", "value"),
        Input("stretch-to", "value"),
        Input("gaps-grid", "selectedRows"),
    ],
    [Input("measure", "value"), Input("direction", "value"), Input("profile-graph", "clickData")],
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

# Function of assets/pages.js, what it sets, what calls it. `view` and `survey` set what has changed by
# themselves; that they have an output keeps Dash from calling them before there is a frame.
CLIENTSIDE: tuple[tuple[str, Sequence[Output], Sequence[Input | State]], ...] = (
    ("frame", [Output("root", "children")], [Input("asked-language", "data"), State("frames", "data")]),
    ("failed", _NOTHING, [Input("failure", "data"), State("frames", "data")]),
    ("address", [Output("asked-language", "data"), Output("state", "data")], [Input("url", "href")]),
    ("overview", [Output("overview", "data")], [Input("boot", "data")]),
    ("find", [Output("find", "data")], [Input("overview", "data"), State("boot", "data")]),
    (
        "compare",
        [Output("compared", "data")],
        [Input("compare-state", "data"), State("boot", "data"), State("compared", "data")],
    ),
    (
        "compared",
        [
            *(
                Output(f"compare-{name}", part)
                for name in ("choice", "one", "other")
                for part in ("data", "value")
            ),
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
            Output("programme-grid", "rowData"),
            *(
                Output(f"programme-{name}", part)
                for name in ("pairing", "item")
                for part in ("data", "value")
            ),
        ],
        [Input("programme-state", "data"), Input("programme-data", "data"), State("boot", "data")],
    ),
    ("view", [Output("view", "data")], [Input("state", "data"), Input("boot", "data")]),
    (
        "survey",
        [Output("survey", "data")],
        [Input("state", "data"), Input("boot", "data"), Input("overview", "data"), Input("find", "data")],
    ),
    ("pickPairing", [Output("pairings-grid", "selectedRows")], [Input("pairings-grid", "selectedRows")]),
    *(("picked", _NOTHING, controls) for controls in _CONTROLS),
)

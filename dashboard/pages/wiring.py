"""What the browser does alone: which function of assets/pages.js sets what, and what calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Input, Output, State

from dashboard.downloads import ENDINGS
from dashboard.pages.ledger import FACETS as LEDGER_FACETS
from dashboard.pages.pairing import FACETS

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING: tuple[Output, ...] = ()  # it goes to another address instead

# Function of assets/pages.js, what it sets, what calls it.
CLIENTSIDE: tuple[tuple[str, Sequence[Output], Sequence[Input | State]], ...] = (
    ("frame", [Output("root", "children")], [Input("asked-language", "data"), State("frames", "data")]),
    ("printed", _NOTHING, [Input("pairing", "data"), Input("overview", "data")]),
    ("failed", _NOTHING, [Input("failure", "data"), State("frames", "data")]),
    ("language", [Output("asked-language", "data")], [Input("url", "href")]),
    ("state", [Output("state", "data")], [Input("url", "href")]),
    (
        "page",
        [Output("shell", "data-page"), Output("document-name", "data")],
        [Input("state", "data"), Input("boot", "data")],
    ),
    (
        "brief",
        [Output("shell", "data-brief"), Output("briefing", "children")],
        [Input("state", "data"), Input("pairing", "data"), State("boot", "data")],
    ),
    ("overview", [Output("overview", "data")], [Input("boot", "data")]),
    (
        "pairing",
        [Output("pairing", "data")],
        [Input("state", "data"), Input("boot", "data"), State("pairing", "data")],
    ),
    (
        "ranking",
        [
            Output("pairings-grid", "rowData"),
            Output("ranking-count", "children"),
            Output("overview-facts", "children"),
            Output("overview-domains", "children"),
            Output("ranking-of", "children"),
            Output("agreed", "children"),
        ],
        [Input("overview", "data"), Input("state", "data"), Input("find", "data"), State("boot", "data")],
    ),
    ("find", [Output("find", "data")], [Input("overview", "data"), State("boot", "data")]),
    (
        "compare",
        [Output("compared", "data")],
        [Input("state", "data"), Input("boot", "data"), State("compared", "data")],
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
        [Input("state", "data"), Input("compared", "data"), State("boot", "data")],
    ),
    ("pickCompared", _NOTHING, [Input("compare-choice", "value")]),
    ("pickOne", _NOTHING, [Input("compare-one", "value")]),
    ("pickOther", _NOTHING, [Input("compare-other", "value")]),
    ("pickCell", _NOTHING, [Input("compare-cell", "value")]),
    (
        "ledger",
        [Output("ledger-grid", "rowData")],
        [Input("state", "data"), Input("boot", "data")],
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
        [Input("state", "data"), Input("ledger-grid", "rowData"), State("boot", "data")],
    ),
    ("pickLedgerWords", _NOTHING, [Input("ledger-words", "value")]),
    ("pickLedgerPairing", _NOTHING, [Input("ledger-pairing", "value")]),
    ("pickLedgerSeverity", _NOTHING, [Input("ledger-severity", "value")]),
    ("pickLedgerWho", _NOTHING, [Input("ledger-who", "value")]),
    ("pickLedgerDue", _NOTHING, [Input("ledger-due", "value")]),
    *((f"pickLedger_{name}", _NOTHING, [Input(f"ledger-{name}", "value")]) for name in LEDGER_FACETS),
    ("pickLedgerGap", _NOTHING, [Input("ledger-grid", "cellClicked")]),
    ("pickLedgerRows", _NOTHING, [Input("ledger-grid", "selectedRows")]),
    ("ledgerEdited", _NOTHING, [Input("ledger-grid", "cellValueChanged")]),
    (
        "programme",
        [Output("programme-data", "data")],
        [Input("state", "data"), Input("boot", "data"), State("programme-data", "data")],
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
        [Input("state", "data"), Input("programme-data", "data"), State("boot", "data")],
    ),
    ("pickProgrammeRow", _NOTHING, [Input("programme-grid", "cellClicked")]),
    ("pickProgrammePairing", _NOTHING, [Input("programme-pairing", "value")]),
    ("pickProgrammeItem", _NOTHING, [Input("programme-item", "value")]),
    ("nav", [Output("menu-page", "children")], [Input("state", "data"), Input("boot", "data")]),
    (
        "metric",
        [
            Output("metric", "value"),
            Output("metric-about", "children"),
            Output("find", "value"),
            Output("shell", "data-metric"),
        ],
        [Input("state", "data"), Input("find", "data"), Input("boot", "data")],
    ),
    (
        "listed",
        [
            Output("gaps-grid", "rowData"),
            Output("gaps-count", "children"),
            Output("reset", "hidden"),
            Output("severity-histogram", "children"),
            Output("severity-said", "children"),
            Output("severity", "value"),
            *(Output(f"facet-{name}", part) for name in FACETS for part in ("children", "value")),
        ],
        [Input("state", "data"), Input("pairing", "data"), State("boot", "data")],
    ),
    (
        "heading",
        [Output("pairing-head", "children"), Output("not-computed", "children")],
        [Input("pairing", "data"), State("boot", "data")],
    ),
    (
        "detail",
        [Output("detail", "children"), Output("gaps-grid", "selectedRows"), Output("gaps-grid", "scrollTo")],
        [
            Input("state", "data"),
            Input("pairing", "data"),
            State("boot", "data"),
            State("gaps-grid", "selectedRows"),
        ],
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
            Output("profile", "hidden"),
            Output("measure", "data"),
            Output("measure", "value"),
            Output("direction", "value"),
            Output("profile-unit", "children"),
            Output("profile-graph", "figure"),
            Output("profile-about", "children"),
            Output("profile", "data-shows"),
        ],
        [Input("state", "data"), Input("profiles", "data"), State("pairing", "data"), State("boot", "data")],
    ),
    (
        "narrowed",
        [
            Output("stretch-chips", "children"),
            Output("new-filter", "children"),
            Output("gap-words", "value"),
            Output("stretch-from", "value"),
            Output("stretch-to", "value"),
            Output("stretch-inputs", "hidden"),
        ],
        [Input("state", "data"), Input("pairing", "data"), State("boot", "data")],
    ),
    ("profileClick", _NOTHING, [Input("profile-graph", "clickData"), State("pairing", "data")]),
    ("pickWords", _NOTHING, [Input("gap-words", "value")]),
    (
        "pickStretch",
        _NOTHING,
        [Input("stretch-from", "value"), Input("stretch-to", "value"), State("pairing", "data")],
    ),
    ("pickMeasure", _NOTHING, [Input("measure", "value")]),
    ("pickDirection", _NOTHING, [Input("direction", "value")]),
    ("pickPairing", [Output("pairings-grid", "selectedRows")], [Input("pairings-grid", "selectedRows")]),
    ("pickGap", _NOTHING, [Input("gaps-grid", "selectedRows")]),
    ("pickFound", _NOTHING, [Input("find", "value")]),
    ("pickMetric", _NOTHING, [Input("metric", "value")]),
    ("pickSeverity", _NOTHING, [Input("severity", "value")]),
    *((f"pick_{name}", _NOTHING, [Input(f"facet-{name}", "value")]) for name in FACETS),
    ("layers", [Output("layers", "title")], [Input("state", "data"), Input("boot", "data")]),
    ("whichTab", [Output("tab", "value")], [Input("state", "data"), Input("boot", "data")]),
    ("tab", [Output("shell", "data-tab")], [Input("tab", "value")]),
)

"""Data: each layer with its source and what became of its rows, the last run, and what was not computed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.approval import map_content, review_note
from dashboard.changes import changed_since_run
from dashboard.export.quarantine import has_shapes
from dashboard.i18n import plain
from dashboard.import_words import imported
from dashboard.layer_changes import changes_said
from dashboard.pages.controls import dashed
from dashboard.payloads import pairing_name
from dashboard.quality import defect_said, effect_said, exact, workspace_defects
from dashboard.uploads import largest_upload
from geodata.ingest.columns import MADE_UP_FOR
from geodata.ingest.formats import OSM, SUFFIXES
from geodata.model import LAYERS
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from dash.development.base_component import Component

    from dashboard.i18n import Text
    from dashboard.results import Results

COUNTED = ("rows_read", "accepted", "repaired", "quarantined")
TOLD = ("source", "licence", "attribution", "date", "crs", "datum")
EXAMPLES = 3  # quarantined rows shown for each reason
REASONS = 6  # reasons shown; the file has the others
NAMED = 5  # pairings named for what was not computed


def data_page(results: Results, text: Text) -> list[Component]:
    """Return what the workspace holds: each layer with its source, its rows and what was done to them."""
    intake: list[Any] = results.workspace.intake().to_dict("records")  # as now, not as analysed
    layers: list[Component] = [_layer(row, results, text) for row in intake]
    return [
        html.H1(text("data.title")),
        html.P(text("data.lead"), className="lead"),
        _intake(results, text),
        html.Div(layers, className="cards") if layers else html.P(text("data.empty"), className="empty"),
        *_lacking(results, text),
        *_quality(results, text),
        html.H2(text("data.run")),
        *_changed(results, text),
        _pairs(_run_facts(results, text)),
        html.H2(text("data.not_computed")),
        *_not_computed(results, text),
    ]


def _intake(results: Results, text: Text) -> html.Section:
    """Return the place of the guided import, and what assets/documents/intake.js needs to fill it."""
    names = {name: wording.word(wording.LAYER_WORDS, name, text.lang) for name in LAYERS}
    fields = {
        layer.name: [
            {
                "name": column.name,
                "needed": (column.required or column.expected) and column.name not in MADE_UP_FOR,
            }
            for column in layer.columns
            if column.name != "provenance"
        ]
        for layer in LAYERS.values()
    }
    workspace = results.workspace
    is_stale = workspace.has_layer("districts") and (
        workspace.run_record() is None or bool(changed_since_run(workspace))
    )
    known = dashed(
        data_layers=json.dumps(list(names.items()), ensure_ascii=False),
        data_fields=json.dumps(fields),
        data_largest=str(largest_upload()),
        data_endings=",".join(sorted({*SUFFIXES, *OSM, ".pbf"} - {".shp", ".gdb"})),
        data_stale="yes" if is_stale else "",
    )
    return html.Section(
        [html.H2(text("intake.title")), html.Div(id="intake", tabIndex="-1", **known)],
        id="intake-section",
        hidden=True,  # shown to those who may
    )


def _lacking(results: Results, text: Text) -> list[Component]:
    """Return which layers there are none of; nothing where all are there, or none."""
    names = [
        wording.word(wording.LAYER_WORDS, name, text.lang)
        for name in LAYERS
        if not results.workspace.has_layer(name)
    ]
    if len(names) in (0, len(LAYERS)):
        return []
    return [html.P(text("data.lacking", layers=wording.listed(names, text.lang)), className="about")]


def _quality(results: Results, text: Text) -> list[Component]:
    """Return what is doubtful in the data, and what that does to which finding."""
    found = workspace_defects(results.workspace)
    if not results.workspace.layer_names():
        return []
    rows = [
        html.Tr(
            [
                html.Td(wording.word(wording.LAYER_WORDS, defect.layer, text.lang)),
                html.Td(defect_said(defect, text)),
                html.Td(effect_said(defect, text)),
            ]
        )
        for defect in found
    ]
    head = html.Thead(html.Tr([html.Th(text(f"quality.{name}")) for name in ("layer", "defect", "effect")]))
    return [
        html.H2(text("quality.title")),
        html.Table([head, html.Tbody(rows)], className="quality")
        if rows
        else html.P(text("quality.none"), className="empty"),
    ]


def _layer(row: Mapping[str, Any], results: Results, text: Text) -> html.Article:
    provenance = row["provenance"]
    counts = [
        html.Div([html.Dt(text(f"data.{name}")), html.Dd(exact(row[name]))])
        for name in COUNTED
        if not is_missing(row[name])
    ]
    told = {
        text(f"data.{name}"): imported(str(row[name]), text.lang)
        for name in TOLD
        if not is_missing(row[name]) and row[name]
    }
    notes = [] if row["notes"] is None else [html.Li(imported(str(note), text.lang)) for note in row["notes"]]
    return html.Article(
        [
            html.Div(
                [
                    html.H2(wording.word(wording.LAYER_WORDS, row["layer"], text.lang)),
                    None
                    if is_missing(provenance)
                    else html.Span(
                        wording.word(wording.PROVENANCE_WORDS, provenance, text.lang),
                        className="badge" if provenance != "measured" else "badge measured",
                    ),
                ],
                className="card-head",
            ),
            html.Dl(counts, className="facts"),
            _pairs(told),
            html.Ul(notes, className="notes") if notes else None,
            _last_changes(row, results, text),
            _quarantined(str(row["layer"]), results, text),
        ],
        className="card",
    )


def _last_changes(row: Mapping[str, Any], results: Results, text: Text) -> Component | None:
    """Return what the last import changed, and a button to see and undo it; None for the first version."""
    layer, told = str(row["layer"]), changes_said(row["changes"], text)
    if told is None:
        return None
    show = html.Button(
        text("changes.show"),
        className="link small",
        type="button",
        hidden=True,  # shown to those who may
        **dashed(
            data_act="layer-changes",
            data_layer=layer,
            data_named=wording.word(wording.LAYER_WORDS, layer, text.lang),
        ),
    )
    kept = results.workspace.versions_of(layer) > 0
    return html.P([told, " ", show if kept else None], className="layer-changes")


def _quarantined(layer: str, results: Results, text: Text) -> Component | None:
    """Return why rows were set aside, with examples, and where to get them all; None where none were."""
    rows = results.workspace.quarantine(layer)
    if rows is None or rows.empty or results.only is not None:  # rows of the source name no pairing
        return None
    by_reason = rows.groupby("reason", sort=False)
    largest = by_reason.size().sort_values(ascending=False, kind="stable")
    reasons = [
        html.Li(
            [
                html.B(imported(str(reason), text.lang)),
                f" ({exact(count)})",
                html.Ul([html.Li(_example(row, text)) for row in _first(by_reason.get_group(reason))]),
            ]
        )
        for reason, count in largest.head(REASONS).items()
    ]
    return html.Details(
        [
            html.Summary(text("data.quarantine", count=exact(len(rows)))),
            html.Ul(reasons, className="notes"),
            html.P(text("data.reasons_more", count=len(largest) - REASONS), className="about")
            if len(largest) > REASONS
            else None,
            html.P(text("data.quarantine_how"), className="about"),
            # Beside this page: relative, so that it holds wherever the dashboard is mounted.
            *(
                html.A(
                    text(f"data.download.{ending}"),
                    href=f"export/{results.stamp}/quarantine-{layer}.{ending}?lang={text.lang}",
                    className="link small download",
                    download="",
                )
                for ending in (("csv", "gpkg") if has_shapes(rows) else ("csv",))
            ),
        ],
        className="quarantine",
    )


def _first(rows: pd.DataFrame) -> list[Any]:
    return list(rows.head(EXAMPLES).to_dict("records"))


def _example(row: Mapping[str, Any], text: Text) -> str:
    """Return a quarantined row in a few words: its number, and what names it."""
    named = [
        plain(str(row[name]))
        for name in ("name", "title", "feature_id", "district_id", "item_id")
        if row.get(name)
    ]
    return text("data.row", row=row["row"], name=" · ".join(named[:2]))


def _changed(results: Results, text: Text) -> list[Component]:
    """Return what has changed since the analysis, where anything has."""
    names = [
        wording.word(wording.LAYER_WORDS, name, text.lang) if name in LAYERS else text(f"data.changed.{name}")
        for name in changed_since_run(results.workspace)
    ]
    if not names:
        return []
    told = text("data.changed", names=wording.listed(names, text.lang))
    return [html.P(told, className="provenance provenance-fallback", role="note")]


def _run_facts(results: Results, text: Text) -> dict[str, str]:
    """Return when and by what the results were made, and what map they make."""
    run = results.workspace.run_record()
    if run is None:
        return {text("data.run"): text("data.no_run")}
    versions = run.get("versions", {})
    shown = {name: str(versions[name]) for name in ("bordergap", "geopandas", "shapely") if name in versions}
    return {
        text("data.finished"): _moment(str(run["finished"])),
        **({text("data.previous"): _moment(results.previous_run)} if results.previous_run else {}),
        **shown,
        text("data.stamp"): results.stamp,
        text("data.map_content"): map_content(results),
        text("data.review"): review_note(results, text.lang).text,
    }


def _moment(iso: str) -> str:
    """Return an ISO time as it is written: day and minute, in UTC."""
    return f"{iso[:10]} {iso[11:16]} UTC"


def _not_computed(results: Results, text: Text) -> list[Component]:
    """Return what was not computed and why, by check and reason, with how many pairings it concerns."""
    rows = results.not_computed
    if rows.empty:
        has_run = results.workspace.run_record() is not None
        return [html.P(text("data.all_computed" if has_run else "data.no_run"), className="about")]
    lines = []
    for (check, reason), found in rows.groupby(["check", "reason"], sort=False):
        keys = [str(key) for key in found["pairing_id"].dropna().unique()]
        named = [
            pairing_name(results, key, text.lang) for key in keys[:NAMED] if key in results.summary.index
        ]
        joined = text("report.clause_joint").join(named)
        where = (
            text("data.everywhere")
            if not keys
            else text("data.pairings", count=wording.amount(float(len(keys)), text.lang))
        )
        lines.append(
            html.Tr(
                [
                    html.Th(wording.check(check, text.lang), scope="row"),
                    html.Td(wording.reason(str(reason), text.lang)),
                    html.Td(_about(found, text)),
                    html.Td([where, html.Span(joined, className="row-note") if named else None]),
                ]
            )
        )
    heads = [
        html.Th(text(f"data.column.{name}"), scope="col") for name in ("check", "reason", "what", "where")
    ]
    table = html.Table(
        [html.Thead(html.Tr(heads)), html.Tbody(lines)], className="evidence not-computed-table"
    )
    return [
        html.P(text("data.not_computed_about"), className="about"),
        html.Div(table, className="board-scroll"),
    ]


def _about(found: pd.DataFrame, text: Text) -> str:
    whats = list(dict.fromkeys(str(what) for what in found["what"].dropna()))
    if not whats:
        return "—"
    said = wording.listed([wording.noted(what, text.lang) for what in whats[:NAMED]], text.lang)
    return said if len(whats) <= NAMED else f"{said} …"


def _pairs(told: Mapping[str, str]) -> html.Table:
    rows = [html.Tr([html.Th(label, scope="row"), html.Td(value)]) for label, value in told.items()]
    return html.Table(html.Tbody(rows), className="evidence")

"""Pages that are read: what data the workspace holds, and what is measured how."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.pages.controls import mark
from dashboard.setting_text import setting_text
from geodata.model import DOMAINS
from geodata.settings import Settings
from layers import wording
from layers.kinds import KINDS
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash.development.base_component import Component

    from dashboard.i18n import Text
    from dashboard.results import Results

COUNTED = ("rows_read", "accepted", "repaired", "quarantined")
TOLD = ("source", "licence", "attribution", "date", "crs", "datum")


def page(name: str | None, results: Results, text: Text) -> list[Component]:
    """Return the content of a page by its name; none for the pages with a map."""
    if name == "data":
        return data_page(results, text)
    return method_page(results, text) if name == "method" else []


def data_page(results: Results, text: Text) -> list[Component]:
    """Return what the workspace holds: each layer with its source, its rows and what was done to them."""
    intake: list[Any] = results.intake.to_dict("records")
    layers: list[Component] = [_layer(row, text) for row in intake] or [
        html.P(text("data.empty"), className="empty")
    ]
    return [
        html.H1(text("data.title")),
        html.P(text("data.lead"), className="lead"),
        html.Div(layers, className="cards"),
        html.H2(text("data.run")),
        _pairs(_run_facts(results, text)),
    ]


def _layer(row: Mapping[str, Any], text: Text) -> html.Article:
    provenance = row["provenance"]
    counts = [
        html.Div([html.Dt(text(f"data.{name}")), html.Dd(wording.amount(float(row[name]), text.lang))])
        for name in COUNTED
        if not is_missing(row[name])
    ]
    told = {text(f"data.{name}"): str(row[name]) for name in TOLD if not is_missing(row[name]) and row[name]}
    notes = [] if row["notes"] is None else [html.Li(str(note)) for note in row["notes"]]
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
        ],
        className="card",
    )


def _run_facts(results: Results, text: Text) -> dict[str, str]:
    """Return when and by what the results were made."""
    run = results.workspace.run_record()
    if run is None:
        return {text("data.run"): text("data.no_run")}
    versions = run.get("versions", {})
    shown = {name: str(versions[name]) for name in ("bordergap", "geopandas", "shapely") if name in versions}
    return {**shown, text("data.stamp"): results.stamp}


def method_page(results: Results, text: Text) -> list[Component]:
    """Return the method for a reader, with the values in force in this workspace."""
    settings = results.workspace.settings
    return [
        html.H1(text("method.title")),
        html.P(text("method.lead"), className="lead"),
        html.H2(text("method.two_ways")),
        html.P(text("method.jump")),
        html.P(text("method.depression")),
        html.H2(text("method.severity")),
        html.P(text("method.formula"), className="formula"),
        html.P(text("method.severity_about")),
        html.H2(text("method.kinds")),
        *(_kinds(domain, text) for domain in DOMAINS),
        _kinds(None, text),
        html.H2(text("method.settings")),
        html.P(text("method.settings_about"), className="lead"),
        _settings(settings, text),
    ]


def _kinds(domain: str | None, text: Text) -> html.Section:
    """Return the kinds of one domain; None for those whose finding tells the domain."""
    rows = [
        html.Div(
            [html.Dt(wording.word(wording.KIND_WORDS, name, text.lang)), html.Dd(text(f"method.kind.{name}"))]
        )
        for name, kind in KINDS.items()
        if kind.domain == domain
    ]
    title = (
        [html.Span(text("method.any_domain"))]
        if domain is None
        else [mark(domain), html.Span(wording.word(wording.DOMAIN_WORDS, domain, text.lang))]
    )
    return html.Section([html.H3(title, className="domain"), html.Dl(rows, className="definitions")])


def _settings(settings: Settings, text: Text) -> html.Table:
    standard = Settings()
    rows = [
        html.Tr(
            [
                html.Th(text(f"setting.{each.name}"), scope="row"),
                html.Td(setting_text(getattr(settings, each.name), each.metadata["unit"], text)),
                html.Td(html.Code(each.name)),
            ],
            className="" if getattr(settings, each.name) == getattr(standard, each.name) else "changed",
        )
        for each in dataclasses.fields(settings)
    ]
    heads = [html.Th(text(f"method.column.{name}"), scope="col") for name in ("meaning", "value", "name")]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="evidence settings")


def _pairs(told: Mapping[str, str]) -> html.Table:
    rows = [html.Tr([html.Th(label, scope="row"), html.Td(value)]) for label, value in told.items()]
    return html.Table(html.Tbody(rows), className="evidence")

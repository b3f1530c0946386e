"""Method: what is measured and how, for a reader, with the values in force in this workspace."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.method_text import Value, filled, method_content, thresholds
from dashboard.pages.controls import dashed, mark
from dashboard.setting_text import setting_text
from geodata.model import DOMAINS
from geodata.settings import Settings
from layers import wording
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash.development.base_component import Component

    from dashboard.i18n import Text
    from dashboard.results import Results

KINDS_AFTER = "severity"  # the section before the kinds


def method_page(results: Results, text: Text) -> list[Component]:
    """Return the method for a reader: every definition, values changed from their default marked."""
    settings = results.workspace.settings
    content = method_content(text.lang)
    parts: list[Component] = []
    for section in content["sections"]:
        parts += _section(section, settings, text)
        if section["id"] == KINDS_AFTER:
            parts += _all_kinds(content["kinds"], settings, text)
    return [
        html.H1(text("method.title")),
        html.P(text("method.lead"), className="lead"),
        html.Nav(
            [
                html.A(section["title"], href=f"#method-{section['id']}")
                for section in (*content["sections"], {"id": "settings", "title": text("method.settings")})
            ],
            className="contents",
            **dashed(aria_label=text("method.contents")),
        ),
        html.H2(text("method.two_ways")),
        html.P(text("method.jump")),
        html.P(text("method.depression")),
        *parts,
        html.H2(text("method.settings"), id="method-settings"),
        html.P(text("method.settings_about"), className="lead"),
        html.Div(_settings(settings, text), className="board-scroll"),
        html.P(content["sources"], className="about"),
    ]


def _section(section: Mapping[str, Any], settings: Settings, text: Text) -> list[Component]:
    """Return a section: paragraphs, words and what they mean, a formula, or the limits of services."""
    parts: list[Component] = [html.H2(section["title"], id=f"method-{section['id']}")]
    for block in section["blocks"]:
        if isinstance(block, str):
            parts.append(html.P(_pieces(block, settings, text)))
        elif "terms" in block:
            terms = [_term(word, _pieces(meaning, settings, text)) for word, meaning in block["terms"]]
            parts.append(html.Dl(terms, className="definitions"))
        elif "formula" in block:
            parts.append(html.P(text("method.formula"), className="formula"))
        else:
            parts.append(html.P(block["thresholds"]))
            served = [
                html.Li([name, " ", _value(value, text)]) for name, value in thresholds(settings, text.lang)
            ]
            parts.append(html.Ul(served, className="limits"))
    return parts


def _all_kinds(measured: Mapping[str, list[str]], settings: Settings, text: Text) -> list[Component]:
    """Return the kinds of gaps by domain, last those whose finding tells the domain."""
    return [
        html.H2(text("method.kinds")),
        *(_kinds(domain, measured, settings, text) for domain in (*DOMAINS, None)),
    ]


def _kinds(
    domain: str | None, measured: Mapping[str, list[str]], settings: Settings, text: Text
) -> html.Section:
    rows = []
    for name, kind in KINDS.items():
        if kind.domain != domain:
            continue
        how, magnitude = measured[name]
        told = [
            html.P(text(f"method.kind.{name}"), className="kind-said"),
            html.P(_pieces(how, settings, text)),
            html.P(
                [html.B(text("method.magnitude")), *_pieces(magnitude, settings, text)], className="about"
            ),
        ]
        rows.append(_term(wording.word(wording.KIND_WORDS, name, text.lang), told))
    title = (
        [html.Span(text("method.any_domain"))]
        if domain is None
        else [mark(domain), html.Span(wording.word(wording.DOMAIN_WORDS, domain, text.lang))]
    )
    return html.Section([html.H3(title, className="domain"), html.Dl(rows, className="definitions")])


def _term(word: str, meaning: Any) -> html.Div:
    return html.Div([html.Dt(word), html.Dd(meaning)])


def _pieces(template: str, settings: Settings, text: Text) -> list[Any]:
    """Return a text with the settings in it marked as values."""
    return [
        piece if isinstance(piece, str) else _value(piece, text)
        for piece in filled(template, settings, text.lang)
    ]


def _value(value: Value, text: Text) -> html.Span:
    """Return a value in force; one that differs from the default is marked, for eyes and in words."""
    if not value.changed:
        return html.Span(value.text, className="in-force", title=value.name)
    return html.Span(
        [value.text, html.Span(text("method.changed"), className="visually-hidden")],
        className="in-force changed",
        title=f"{value.name}: {text('method.changed')}",
    )


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

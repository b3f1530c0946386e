"""The appendix of a report: method, settings, sources, marks, run, and where the view can be opened."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dashboard.approval import map_content, review_note
from dashboard.export.report_model import (
    MARKED,
    Appendix,
    Chapter,
    Definition,
    Fact,
    SettingLine,
    Source,
)
from dashboard.i18n import Text, plain
from dashboard.import_words import imported
from dashboard.setting_text import setting_text
from geodata.settings import Settings
from layers import wording
from layers.kinds import KINDS
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.gap_filters import Filters
    from dashboard.results import Results
    from layers.wording import Lang

TOLD = ("source", "licence", "attribution", "date", "crs", "datum")
COUNTED = ("rows_read", "accepted", "repaired", "quarantined")
VERSIONS = ("bordergap", "geopandas", "shapely")


def appendix_of(results: Results, chapters: Sequence[Chapter], *, lang: Lang, filters: Filters) -> Appendix:
    """Return what the findings of `chapters` rest on."""
    text = Text(lang)
    return Appendix(
        method=(
            Fact(text("report.jump"), text("method.jump")),
            Fact(text("report.depression"), text("method.depression")),
            Fact(text("report.severity_about"), text("report.severity_text")),
        ),
        formula=text("method.formula"),
        settings=_settings(results.workspace.settings, text),
        definitions=_definitions(chapters, text),
        sources=tuple(_source(row, text) for row in results.intake.to_dict("records")),
        marks=_marks(results, chapters, text),
        run=_run(results, text),
        view=_view(results, chapters, text),
        address=_address(results, chapters, lang, filters),
    )


def run_time(results: Results) -> datetime | None:
    """Return when the analysis was finished; None before the first."""
    finished = (results.workspace.run_record() or {}).get("finished")
    return None if finished is None else datetime.fromisoformat(finished)


def _settings(settings: Settings, text: Text) -> tuple[SettingLine, ...]:
    standard = Settings()
    return tuple(
        SettingLine(
            text(f"setting.{each.name}"),
            plain(setting_text(getattr(settings, each.name), each.metadata["unit"], text)),
            each.name,
            getattr(settings, each.name) != getattr(standard, each.name),
        )
        for each in dataclasses.fields(settings)
    )


def _definitions(chapters: Sequence[Chapter], text: Text) -> tuple[Definition, ...]:
    """Return the definitions of the kinds that the chapters list, in the order of the method."""
    domains = {finding.kind: finding.domain for chapter in chapters for finding in chapter.findings}
    return tuple(
        Definition(
            wording.word(wording.KIND_WORDS, kind, text.lang),
            wording.word(wording.DOMAIN_WORDS, domains[kind], text.lang)
            if KINDS[kind].domain
            else text("method.any_domain"),
            text(f"method.kind.{kind}"),
        )
        for kind in KINDS
        if kind in domains
    )


def _source(row: Mapping[Any, Any], text: Text) -> Source:
    told = [
        Fact(text(f"data.{name}"), imported(str(row[name]), text.lang))
        for name in TOLD
        if not is_missing(row[name]) and row[name]
    ]
    counts = [
        Fact(text(f"data.{name}"), wording.amount(float(row[name]), text.lang))
        for name in COUNTED
        if not is_missing(row[name])
    ]
    provenance = "" if is_missing(row["provenance"]) else str(row["provenance"])
    return Source(
        layer=wording.word(wording.LAYER_WORDS, row["layer"], text.lang),
        facts=(*told, *counts),
        provenance=provenance,
        provenance_text=wording.word(wording.PROVENANCE_WORDS, provenance, text.lang) if provenance else "",
        notes=() if row["notes"] is None else tuple(imported(str(note), text.lang) for note in row["notes"]),
    )


def _marks(results: Results, chapters: Sequence[Chapter], text: Text) -> tuple[str, ...]:
    """Return what a reader must know before quoting: generated data, estimates, review of the maps."""
    found = {finding.provenance for chapter in chapters for finding in chapter.findings}
    found |= {chapter.provenance for chapter in chapters}
    return (
        *(text(f"provenance.{name}_about") for name in reversed(MARKED) if name in found),
        review_note(results, text.lang).text,
    )


def _run(results: Results, text: Text) -> tuple[Fact, ...]:
    made, record = run_time(results), results.workspace.run_record() or {}
    versions = record.get("versions", {})
    finished = text("data.no_run") if made is None else f"{made:%Y-%m-%d %H:%M} UTC"
    return (
        Fact(text("report.workspace"), plain(results.workspace.name)),
        Fact(text("data.run"), finished),
        *(Fact(name, str(versions[name])) for name in VERSIONS if name in versions),
        Fact(text("data.stamp"), results.stamp),
        Fact(text("report.map_content"), map_content(results)),
    )


def _view(results: Results, chapters: Sequence[Chapter], text: Text) -> str:
    """Return in words which view of which workspace shows the same."""
    name = plain(results.workspace.name)
    if len(chapters) > 1:
        return text("report.view_all", workspace=name)
    return text("report.view_one", workspace=name, pairing=plain(chapters[0].pairing_id))


def _address(results: Results, chapters: Sequence[Chapter], lang: Lang, filters: Filters) -> str | None:
    """Return the address of the view, as assets/state.js reads it.

    The page of a pairing has no follow-up, that of the ledger no stretches: with both, the stretch is shown.
    """
    base = results.workspace.display.address
    if base is None:
        return None
    asked: dict[str, Any] = {}
    page = ""
    if len(chapters) == 1:
        page = "pairing"
        shown = filters
        if filters.stretch_km is not None:
            shown = dataclasses.replace(filters, statuses=(), find=filters.all_words(), words="")
        elif filters.statuses or filters.words.strip():
            shown = dataclasses.replace(filters, find="", words=filters.all_words())
            page = "ledger"
        asked["id"] = chapters[0].pairing_id
        asked |= shown.query()
    asked["lang"] = lang
    return f"{base}{page}?{urlencode(asked, safe=',')}"

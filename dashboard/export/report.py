"""What a report says of some pairings, or of all: the model that every renderer makes its file of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.approval import review_note
from dashboard.export.report_appendix import appendix_of, run_time
from dashboard.export.report_chapter import chapter_of
from dashboard.export.report_model import MARKED, WORST, Picture, Report, worst
from dashboard.gap_filters import Filters
from dashboard.i18n import Text, plain
from dashboard.payloads import pairing_name
from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.results import Results
    from layers.wording import Lang


def report_of(
    results: Results, pairing_ids: Sequence[str], *, lang: Lang, filters: Filters | None = None
) -> Report:
    """Return the report on some pairings, one chapter each, in the order given.

    Raises
    ------
    UsageError
        For a pairing the workspace does not have, or none at all, or a stretch of no one border.
    SettingsError
        If `display.toml` does not fit.
    """
    require_pairings(results, pairing_ids)
    chosen, text = filters or Filters(), Text(lang)
    require_border(results, pairing_ids, chosen)
    entries = chosen.entries(results)
    chapters = tuple(
        chapter_of(results, key, lang=lang, filters=chosen, entries=entries) for key in pairing_ids
    )
    several, made = len(chapters) > 1, run_time(results)
    provenance = worst([chapter.provenance for chapter in chapters])
    subject = text("report.chapters", count=len(chapters)) if several else chapters[0].title
    return Report(
        lang=lang,
        title=text("report.atlas" if several else "report.title"),
        subject=subject,
        workspace=plain(results.workspace.name),
        date="" if made is None else text("report.date", year=made.year, month=made.month, day=made.day),
        made=made,
        provenance=provenance,
        mark="" if provenance not in MARKED else text(f"map.{provenance}"),
        review=review_note(results, lang),
        filtered=chosen.said(lang),
        overview=Picture(
            "overview",
            text("report.alt_overview", name=plain(results.workspace.name)),
            numbered=tuple(pairing_ids),
        )
        if several
        else None,
        chapters=chapters,
        appendix=appendix_of(results, chapters, lang=lang, filters=chosen),
        filters=chosen,
    )


def require_pairings(results: Results, pairing_ids: Sequence[str]) -> None:
    """Raise an error that names the pairings the workspace does not have."""
    unknown = [key for key in pairing_ids if key not in results.members]
    if unknown:
        known = [f"{key} ({pairing_name(results, key, 'en')})" for key in list(results.members)[:WORST]]
        said = ", ".join(map(repr, unknown))
        raise UsageError(f"no pairing {said}; the worst of {len(results.members)} are {', '.join(known)}")
    if not pairing_ids:
        raise UsageError("no pairing asked for; name one with --pairing, or take them all with --all")


def require_border(results: Results, pairing_ids: Sequence[str], filters: Filters) -> None:
    """Raise an error where a stretch is asked for of anything but one border."""
    if filters.stretch_km is not None and (
        len(pairing_ids) != 1 or pairing_ids[0] not in results.borders.index
    ):
        raise UsageError(
            "kilometres are those of one border: name one pairing of neighbours, or leave --stretch out"
        )

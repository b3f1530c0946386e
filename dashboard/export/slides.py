"""A report as slides: a briefing on one pairing, or a page for each of several, all of it native."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.export import slide_frame, slide_pairing
from dashboard.export.office import set_properties
from dashboard.export.report_pictures import draw_pictures
from dashboard.export.slide_briefing import Briefing
from dashboard.export.slide_deck import new_deck, opened

if TYPE_CHECKING:
    from dashboard.export.report_model import Chapter, Report
    from dashboard.export.report_pictures import Progress, Size
    from dashboard.export.slide_text import Box
    from dashboard.results import Results

MOST = 8  # slides of a briefing
ALWAYS = 5  # of them: title, summary, map, list, what it rests on
SHOWN = 2  # worst gaps with a slide of their own
MM_POINTS = 72 / 25.4
# Pictures are drawn for paper smaller than the slide, so that their type is read from the back of a room.
NEARER = 0.6
DPI = 190.0 / NEARER


def write_pptx(
    report: Report,
    results: Results,
    path: Path,
    progress: Progress | None = None,
    *,
    template: Path | None = None,
) -> None:
    """Write `report` to `path` as slides; what was written before an error is of no use.

    One pairing has five to eight slides. Several have one each, between a title and what they rest on.

    Parameters
    ----------
    template
        A user's .pptx whose masters and layouts are taken; our own without.

    Raises
    ------
    SourceError
        If `template` cannot be used.
    """
    deck = new_deck() if template is None else opened(template)
    brief = Briefing(report, results, deck, own=template is None)
    slide_frame.title_slide(brief)
    if report.atlas:
        slide_frame.overview(brief)
        for chapter in report.chapters:
            slide_frame.chapter_slide(brief, chapter)
    else:
        _pairing(brief, report.chapters[0])
    slide_frame.basis(brief)
    with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
        _illustrate(brief, Path(folder), progress)
    set_properties(deck.core_properties, report)
    deck.save(str(path))


def _pairing(brief: Briefing, chapter: Chapter) -> None:
    slide_pairing.summary(brief, chapter)
    slide_pairing.map_slide(brief, chapter)
    slide_pairing.ranking(brief, chapter)
    room = MOST - ALWAYS - bool(chapter.profiles) - (chapter.comparison is not None)
    worst = chapter.worst[: min(SHOWN, max(1, room - bool(chapter.not_computed)))]
    for finding in worst:
        slide_pairing.finding_slide(brief, chapter, finding)
    if chapter.profiles:
        slide_pairing.profile_slide(brief, chapter, chapter.profiles[0])
    if chapter.comparison is not None:
        slide_pairing.comparison_slide(brief, chapter, chapter.comparison)
    if chapter.not_computed and len(worst) < room:  # else the notes of the last slide say it
        slide_pairing.missing_slide(brief, chapter)


def _illustrate(brief: Briefing, folder: Path, progress: Progress | None) -> None:
    """Draw all pictures into `folder` and put them on their slides."""
    files = {
        picture: (folder / f"{number}.png", _paper(box))
        for number, (_, box, picture) in enumerate(brief.pictures)
    }
    draw_pictures(brief.report, brief.results, files, progress, dpi=DPI)
    for page, box, picture in brief.pictures:
        page.picture(box, files[picture][0], picture.alt)


def _paper(box: Box) -> Size:
    """Return the paper of a picture, millimetres."""
    return box.width / MM_POINTS * NEARER, box.height / MM_POINTS * NEARER

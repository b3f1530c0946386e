"""What all slides of a briefing share: title, line about data and review, notes, and text that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.export.slide_parts import Page
from dashboard.export.slide_text import LINE, Box, Run, cut, height_of, size_for
from dashboard.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.export.report_model import Finding, Picture, Report
    from dashboard.results import Results

NOTED = 40  # sentences in the notes of one slide
SENTENCES = (20.0, 18.0, 16.0, 15.0, 14.0, 13.0, 12.0)
GAP = 0.5  # between paragraphs, lines
COLON = {"zh": "：", "en": ": "}


class Briefing:
    """A report on its way to slides; `pictures` are those to draw, and where they belong.

    Parameters
    ----------
    own
        The deck is ours, so that places on its slides are known.
    """

    def __init__(self, report: Report, results: Results, deck: Any, *, own: bool) -> None:
        self.report, self.results, self.deck, self.own = report, results, deck, own
        self.text = Text(report.lang)
        self.pictures: list[tuple[Page, Box, Picture]] = []

    def page(self, title: str, notes: Iterable[str], *, kind: str = "titleOnly") -> Page:
        """Add a slide."""
        report = self.report
        page = Page(self.deck, report.lang, title, kind=kind, foot=(report.mark, report.review.text))
        page.notes([*notes, *self._origin()])
        return page

    def picture(self, page: Page, box: Box, picture: Picture) -> None:
        """Put a picture on a slide, as soon as it is drawn."""
        self.pictures.append((page, box, picture))

    def _origin(self) -> list[str]:
        """Return what every speaker can be asked: where the figures come from, and what to say of them."""
        sources = [
            source.layer + (f" ({source.provenance_text})" if source.provenance_text else "")
            for source in self.report.appendix.sources
        ]
        joined = ("、" if self.report.lang == "zh" else ", ").join(sources)
        return [self.labelled(self.text("report.sources"), joined), *self.report.appendix.marks]

    def labelled(self, label: str, value: str) -> str:
        """Return a label with what it labels."""
        return f"{label}{COLON[self.report.lang]}{value}"

    def noted(self, finding: Finding) -> str:
        """Return a gap as the notes have it."""
        parts = (f"{finding.rank}. {finding.title}", finding.sentence, finding.place, finding.provenance_text)
        return " · ".join(part for part in parts if part)

    def sentences(self, page: Page, box: Box, said: Sequence[str]) -> float:
        """Write sentences as large as they fit, and return their height.

        Those that fit in no size are cut; the notes have them whole.
        """
        size = size_for(said, box, SENTENCES)
        kept = within(said, size, box)
        page.text(box, [(Run(each),) for each in kept], size, gap=GAP)
        return height_of(kept, size, box.width)

    def shown(self, page: Page, box: Box, count: int, every: int, filtered: str = "") -> None:
        """Say how many of how many rows a table has."""
        said = [self.text("slides.shown", count=min(count, every), all=every)]
        said += [self.text("report.filtered", filters=filtered)] if filtered else []
        page.text(box, [(Run(" · ".join(said), quiet=True),)], 13)


def within(texts: Sequence[str], size: float, box: Box) -> list[str]:
    """Return the texts, each cut to its share of the lines where not all fit."""
    if height_of(texts, size, box.width) <= box.height:
        return list(texts)
    room = int(box.height / (size * LINE) - GAP * (len(texts) - 1))
    return [cut(text, size, box.width, max(1, room // len(texts))) for text in texts]

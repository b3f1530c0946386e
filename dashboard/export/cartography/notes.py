"""The lines below a map: what is generated or estimated in it, and where its data come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.export.cartography.lettering import legible
from dashboard.i18n import Text
from dashboard.import_words import imported
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.export.cartography.subject import Subject
    from layers.wording import Lang

MARKED = ("generated", "fallback")
LONGEST_SOURCE = 80


def notes_of(subject: Subject, lang: Lang) -> list[str]:
    """Return what has to be said of generated data and fallback estimates behind what the map shows."""
    text = Text(lang)
    rows = (
        subject.gaps
        if subject.chosen is None
        else subject.gaps[subject.gaps["gap_id"] == subject.chosen["gap_id"]]
    )
    found = set(rows["provenance"]) if len(rows) else set()
    intake = subject.results.intake
    if len(intake) and not len(rows):
        found |= set(intake["provenance"].dropna())
    return [text(f"map.{name}") for name in MARKED if name in found]


def sources_line(subject: Subject, layers: Iterable[str], lang: Lang) -> str:
    """Return whose data the map draws, layers of one source together, generated ones marked."""
    text, intake = Text(lang), subject.results.intake
    drawn = {"districts", *layers}
    by_source: dict[tuple[str, str], list[str]] = {}
    for row in intake[intake["layer"].isin(drawn)].to_dict("records"):
        whose = next((row[key] for key in ("attribution", "source") if not is_missing(row[key])), "")
        mark = "" if row["provenance"] not in MARKED else text(f"badge.{row['provenance']}")
        word = wording.word(wording.LAYER_WORDS, row["layer"], lang)
        by_source.setdefault((legible(imported(str(whose), lang), LONGEST_SOURCE), mark), []).append(word)
    parts = []
    for (whose, mark), words in by_source.items():
        marked = f" ({mark})" if lang == "en" and mark else f"（{mark}）" if mark else ""
        colon = "：" if lang == "zh" else ": "
        parts.append(f"{wording.listed(words, lang)}{colon}{whose}{marked}")
    return text("picture.sources", sources=("；" if lang == "zh" else "; ").join(parts)) if parts else ""

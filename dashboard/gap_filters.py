"""Which gaps are meant: the filters of the screen, for reports and lists, in words as well."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.gap_rows import gap_texts
from dashboard.i18n import Text, plain
from dashboard.payloads import pairing_name
from geodata.ledger_fields import FIELDS, RESPONSIBLE, STATUSES
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dashboard.results import Results
    from geodata.ledger import Entry
    from layers.wording import Lang

KM_M = 1000.0
KM_DECIMALS = 3  # of the ends of segments, as the browser has them
SEARCHED = ("todo", "notes", *RESPONSIBLE)  # fields of the follow-up, as assets/ledger.js has them
_STRETCH = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)-(\d{1,6}(?:\.\d{1,3})?)")


@dataclass(frozen=True)
class Filters:
    """Which gaps are listed; what is empty lets everything pass.

    Parameters
    ----------
    min_severity
        The least.
    domains, kinds, sides, provenances
        Values of these columns.
    only_new
        Only what no run before the last one found.
    stretch_km
        From and to, along the border: gaps that lie there at least in part. Such as concern the border as a
        whole do not.
    find
        Words of the page of a pairing: each must stand in what is said of the gap, in capitals or not.
    words
        Words of the ledger: each must stand there or in its follow-up.
    statuses
        Where the follow-up stands, as the ledger says when it is asked; "found" is what nobody took up.
    """

    min_severity: float = 0.0
    domains: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    provenances: tuple[str, ...] = ()
    only_new: bool = False
    stretch_km: tuple[float, float] | None = None
    find: str = ""
    words: str = ""
    statuses: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Filters:
        """Return the filters of a request, as `dashboard.downloads.asked_filters` reads them."""
        return cls(
            asked["severity"],
            tuple(asked["domain"]),
            tuple(asked["kind"]),
            tuple(asked["side"]),
            tuple(asked["provenance"]),
            only_new=asked["new"],
            stretch_km=asked["km"],
            find=asked["find"],
            words=asked["words"],
            statuses=tuple(asked["status"]),
        )

    def entries(self, results: Results) -> dict[str, Entry]:
        """Return the follow-up by id of gap, if these filters ask for it; read once, for each `keep`."""
        if not (self.statuses or self.words.strip()):
            return {}
        return {entry.gap_id: entry for entry in results.workspace.ledger.entries()}

    def keep(
        self, gaps: Any, results: Results, lang: Lang, entries: Mapping[str, Entry]
    ) -> NDArray[np.bool_]:
        """Return for each row of `gaps` (of `Results.gaps`) whether it passes, as the screen has it."""
        kept = gaps["severity"].to_numpy(float) >= self.min_severity
        for column, values in self.columns().items():
            if values:
                kept &= gaps[column].isin(values).to_numpy(bool)
        if self.only_new:
            kept &= gaps["new"].to_numpy(bool)
        if self.stretch_km is not None:
            kept &= _within(gaps, self.stretch_km, results)
        if self.statuses:
            stands = gaps["gap_id"].isin([key for key, one in entries.items() if one.status in self.statuses])
            if FIELDS["status"].default in self.statuses:
                stands |= ~gaps["gap_id"].isin(entries)  # nobody took it up
            kept &= stands.to_numpy(bool)
        if self.find.strip() or self.words.strip():
            left = np.flatnonzero(kept)
            kept[left] = self._mentioned(gaps.iloc[left], results, lang, entries)
        return np.asarray(kept, dtype=bool)

    def _mentioned(self, gaps: Any, results: Results, lang: Lang, entries: Mapping[str, Entry]) -> list[bool]:
        """Return of which gaps every word is said."""
        found, sought = self.find.lower().split(), self.words.lower().split()
        texts = searched_texts(gaps, results, lang)
        followed = [
            " ".join(filter(None, (entries[gap_id].values[name] for name in SEARCHED))).lower()
            if gap_id in entries
            else ""
            for gap_id in gaps["gap_id"]
        ]
        return [
            all(word in text for word in found) and all(word in text or word in more for word in sought)
            for text, more in zip(texts, followed, strict=True)
        ]

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return column -> values that pass."""
        return {
            "domain": self.domains,
            "kind": self.kinds,
            "side": self.sides,
            "provenance": self.provenances,
        }

    def said(self, lang: Lang) -> str:
        """Return the filters in words; nothing where they let everything pass."""
        text = Text(lang)
        parts = []
        if self.min_severity > 0:
            parts.append(text("report.from_severity", severity=wording.number(self.min_severity)))
        parts += [wording.word(wording.DOMAIN_WORDS, name, lang) for name in self.domains]
        parts += [wording.word(wording.KIND_WORDS, name, lang) for name in self.kinds]
        parts += [text(f"side.{name}") for name in self.sides]
        parts += [wording.word(wording.PROVENANCE_WORDS, name, lang) for name in self.provenances]
        if self.statuses:
            named = [text(f"status.{name}") for name in STATUSES if name in self.statuses]
            parts.append(text("report.of_status", statuses=text("report.status_joint").join(named)))
        if self.only_new:
            parts.append(text("report.only_new"))
        if self.stretch_km is not None:
            start, end = (f"{km:.10g}" for km in self.stretch_km)
            parts.append(text("stretch.said", **{"from": start, "to": end}))
        if sought := self.all_words():
            parts.append(text("report.words", words=plain(sought)))
        return text("report.filter_joint").join(parts)

    def all_words(self) -> str:
        """Return the words of either page."""
        return " ".join(filter(None, (self.find.strip(), self.words.strip())))

    def query(self) -> dict[str, str]:
        """Return the filters as the address of a view says them (assets/state.js)."""
        asked = {name: ",".join(values) for name, values in self.columns().items()}
        asked["severity"] = f"{round(self.min_severity)}" if self.min_severity else ""
        asked["new"] = "1" if self.only_new else ""
        asked["km"] = "-".join(f"{km:.10g}" for km in self.stretch_km or ())
        asked["find"] = self.find.strip()
        asked["words"] = self.words.strip()
        asked["status"] = ",".join(self.statuses)
        return {name: value for name, value in asked.items() if value}


def read_stretch(said: str) -> tuple[float, float]:
    """Return a stretch written as "12-18.5", kilometres.

    Raises
    ------
    ValueError
        For anything else.
    """
    found = _STRETCH.fullmatch(said.strip())
    if found is None or not float(found[1]) < float(found[2]):
        raise ValueError(f"{said!r} is no stretch; write the kilometres of its ends as 12-18.5")
    return float(found[1]), float(found[2])


def searched_texts(gaps: Any, results: Results, lang: Lang) -> list[str]:
    """Return what words are looked for in, a text a gap, in small letters, as `saidOf` of assets/state.js."""
    names = results.names(lang)
    pairings = {key: pairing_name(results, key, lang) for key in gaps["pairing_id"].unique()}
    # Each finding is told in words of its own kind: one call a row.
    return [
        " ".join((*gap_texts(gap, lang, names).values(), pairings[gap["pairing_id"]], gap["gap_id"])).lower()
        for gap in gaps.drop(columns="geometry").to_dict("records")
    ]


def _within(gaps: Any, stretch: tuple[float, float], results: Results) -> NDArray[np.bool_]:
    """Return which gaps lie in a stretch at least in part, as `place` and `within` of assets/stretch.js."""
    segments = results.segments
    ends = np.round(segments["chainage_to_m"].to_numpy(float) / KM_M, KM_DECIMALS)
    keys = list(zip(segments["pairing_id"], segments["segment"].astype(int), strict=True))
    starts = {
        key: float(ends[row - 1]) if row and keys[row - 1][0] == key[0] else 0.0
        for row, key in enumerate(keys)
    }
    stops = dict(zip(keys, ends.tolist(), strict=True))
    columns = ("pairing_id", "segment_from", "segment_to", "chainage_m", "length_m", "border_wide")
    places = [_place(row, starts, stops) for row in zip(*(gaps[name] for name in columns), strict=True)]
    return np.array([start <= stretch[1] and end >= stretch[0] for start, end in places], dtype=bool)


def _place(row: tuple[Any, ...], starts: dict[Any, float], stops: dict[Any, float]) -> tuple[float, float]:
    """Return the kilometres a gap takes of its border: the same twice for a point, NaN for none."""
    pairing_id, first, last, chainage_m, length_m, is_wide = row
    if is_wide or is_missing(first) or is_missing(last) or is_missing(chainage_m):
        return math.nan, math.nan
    from_key, to_key = (pairing_id, int(first)), (pairing_id, int(last))
    if from_key not in starts or to_key not in stops:
        return math.nan, math.nan
    at = float(chainage_m) / KM_M
    if first == last and (is_missing(length_m) or not length_m):
        return at, at
    return min(starts[from_key], at), stops[to_key]

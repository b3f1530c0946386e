"""Which gaps are meant: the filters of the screen, for reports and lists, in words as well."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.gap_rows import gap_row
from dashboard.i18n import Text, plain
from geodata.ledger_fields import FIELDS, STATUSES
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dashboard.results import Results
    from layers.wording import Lang

KM_M = 1000.0
KM_DECIMALS = 3  # of the ends of segments, as the browser has them
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
    words
        Each must stand in kind, subject, sentence, place or id, in capitals or not.
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
            words=asked["words"],
            statuses=tuple(asked["status"]),
        )

    def keep(self, gaps: Any, results: Results, lang: Lang) -> NDArray[np.bool_]:
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
            kept &= _statuses(gaps, results).isin(self.statuses).to_numpy(bool)
        if words := self.words.lower().split():
            names = results.names(lang)
            # Each finding is told in words of its own kind: one call a row.
            rows = [gap_row(gap, lang, names) for gap in gaps.drop(columns="geometry").to_dict("records")]
            kept &= np.array([_mentions(row, words) for row in rows], dtype=bool)
        return np.asarray(kept, dtype=bool)

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
        if self.words.strip():
            parts.append(text("report.words", words=plain(self.words.strip())))
        return text("report.filter_joint").join(parts)

    def query(self) -> dict[str, str]:
        """Return the filters as the address of a view says them (assets/state.js).

        Statuses are those of the ledger's page, whose words have another name.
        """
        asked = {name: ",".join(values) for name, values in self.columns().items()}
        asked["severity"] = f"{round(self.min_severity)}" if self.min_severity else ""
        asked["new"] = "1" if self.only_new else ""
        asked["km"] = "-".join(f"{km:.10g}" for km in self.stretch_km or ())
        asked["words" if self.statuses else "find"] = self.words.strip()
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


def _statuses(gaps: Any, results: Results) -> Any:
    """Return where the follow-up of each gap stands."""
    entries = results.workspace.ledger.entries(pairings=set(gaps["pairing_id"]))
    said = {entry.gap_id: entry.status for entry in entries}
    untouched = FIELDS["status"].default
    return gaps["gap_id"].map(lambda gap_id: said.get(gap_id, untouched))


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


def _mentions(row: dict[str, Any], words: list[str]) -> bool:
    """Return whether every word stands in what is said of a gap, as `mentions` of assets/state.js."""
    said = " ".join((row["kind_text"], row["what_text"], row["sentence"], row["place"], row["id"])).lower()
    return all(word in said for word in words)

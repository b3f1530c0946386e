"""Gaps as the grid and the detail show them: texts to read beside numbers to sort and filter by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.evidence import evidence_rows
from dashboard.i18n import Text, plain
from dashboard.maps.palette import severity_class
from dashboard.two_ways import WAY_OF
from layers import wording
from layers.score import EXPOSURE_WEIGHT, MAGNITUDE_WEIGHT
from layers.sentences import sentence
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping


def gap_row(gap: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one gap as the grid and the detail show it."""
    facts = {
        "people": people_text(gap["people"], lang),
        "length": wording.distance(gap["length_m"], lang),
        "chainage": wording.distance(gap["chainage_m"], lang),
        "unreachable": people_text(gap["unreachable_people"], lang)
        if (gap["unreachable_people"] or 0) > 0
        else "",
        "p": "" if is_missing(gap["p_value"]) else wording.number(gap["p_value"]),
        "stability": stability_text(gap, Text(lang)),
    }
    return {
        "id": gap["gap_id"],
        "pairing": gap["pairing_id"],
        "kind": gap["kind"],
        "domain": gap["domain"],
        "side": gap["side"],
        "provenance": gap["provenance"],
        "severity": float(gap["severity"]),
        "class": severity_class(gap["severity"]),
        "people": number(gap["people"]),
        "wide": bool(gap["border_wide"]),
        "new": bool(gap["new"]),
        "way": WAY_OF.get(gap["kind"], ""),
        "length": number(gap["length_m"]),
        "from": number(gap["segment_from"]),
        "to": number(gap["segment_to"]),
        "chainage": number(gap["chainage_m"]),
        "what": "" if is_missing(gap["what"]) else str(gap["what"]),
        **gap_texts(gap, lang, names),
        "people_short": amount_text(gap["people"], lang),
        "a": _value("a", gap, lang),
        "b": _value("b", gap, lang),
        "facts": facts,
        "evidence": evidence_rows(gap["evidence"], lang, names),
        "sum": severity_sum(gap),
        "parts": {name: factor(gap[name]) for name in ("magnitude", "exposure", "confidence")},
    }


def gap_texts(gap: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> dict[str, str]:
    """Return what is said of a gap: its kind, what it is about, the sentence, its place."""
    return {
        "kind_text": wording.word(wording.KIND_WORDS, gap["kind"], lang),
        "what_text": "" if is_missing(gap["what"]) else wording.thing(str(gap["what"]), lang),
        "sentence": gap_sentence(gap, lang, names),
        "place": _place(gap, Text(lang)),
    }


def _place(gap: Mapping[str, Any], text: Text) -> str:
    """Return where on the border a gap lies, and how long it is."""
    if gap["border_wide"]:
        return text("place.whole")
    if is_missing(gap["chainage_m"]):
        return text("place.nowhere")
    chainage = wording.distance(gap["chainage_m"], text.lang)
    if is_missing(gap["length_m"]) or gap["length_m"] == 0:
        return text("place.at", chainage=chainage)
    return text("place.along", chainage=chainage, length=wording.distance(gap["length_m"], text.lang))


def stability_text(gap: Mapping[str, Any], text: Text) -> str:
    """Return in how many runs with varied settings a gap is still found; nothing where none was made."""
    if is_missing(gap["stability"]):
        return ""
    runs = int(gap["runs"])
    told = text("stability.runs", found=round(gap["stability"] * runs), runs=runs)
    lost = gap["lost_with"]
    names = [] if lost is None or isinstance(lost, float) else list(lost)
    return told + text("stability.lost", names=", ".join(names)) if names else told


def severity_sum(gap: Mapping[str, Any]) -> str:
    """Return the arithmetic of a severity, from the factors as they are shown."""
    magnitude, exposure, confidence = (factor(gap[name]) for name in ("magnitude", "exposure", "confidence"))
    parts = f"{MAGNITUDE_WEIGHT} × {magnitude} + {EXPOSURE_WEIGHT} × {exposure}"
    return f"100 × {confidence} × ({parts}) = {gap['severity']:.1f}"


def factor(value: float) -> str:
    """Return a factor of a severity with digits enough to redo it: to its one decimal."""
    return f"{value:.4f}".rstrip("0").removesuffix(".")


def gap_sentence(gap: Any, lang: Lang, names: Mapping[str, str]) -> str:
    """Return the sentence that explains a gap."""
    return plain(sentence(dict(gap), lang, names))


def _value(side: str, gap: Mapping[str, Any], lang: Lang) -> str:
    """Return the value of a side; a time that a side worse off lacks is one without end."""
    value = gap[f"value_{side}"]
    if not is_missing(value):
        return wording.quantity(float(value), gap["unit"], lang)
    endless = gap["unit"] == "min" and gap["side"] in (side, "both")
    return wording.minutes(None, lang) if endless else ""


def people_text(count: Any, lang: Lang) -> str:
    """Return a number of people with its unit, a dash where it is unknown."""
    return "—" if is_missing(count) else wording.people(float(count), lang)


def amount_text(count: Any, lang: Lang) -> str:
    """Return a count, a dash where it is unknown."""
    return "—" if is_missing(count) else wording.amount(float(count), lang)


def number(value: Any) -> float | None:
    """Return a number for the browser, null where it is unknown."""
    return None if is_missing(value) else float(value)

"""Members of a pairing side by side: one row an indicator, as the comparisons table has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.i18n import Text, catalogue, plain
from geodata.pairings import member_id_of
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from dashboard.results import Results

TOGETHER = "all"  # member of the rows that concern a pairing as a whole
PAIR = 2
SAID_WITH_VALUE = ("min", "share", "people", "count", "index")


def comparison_rows(results: Results, pairing_id: str, lang: Lang) -> list[dict[str, Any]]:
    """Return the indicators of a pairing of two: `label`, `mark` (of data that are not measured) and values.

    Rows of one member each have `a` and `b`, those of the whole pairing `value`. Groups have none here: their
    members are too many to stand side by side.
    """
    members = results.members[pairing_id]
    rows = results.rows_of("comparisons", pairing_id)
    if len(members) != PAIR or not len(rows):
        return []
    a, b = sorted(member_id_of(member) for member in members)
    told = []
    for indicator, of in rows.groupby("indicator", sort=False):
        values = {row["member"]: value_text(row, lang) for row in of.to_dict("records")}
        sides = {"a": values.get(a), "b": values.get(b)}
        shown = {"value": values[TOGETHER]} if TOGETHER in values else sides
        label = f"{indicator_label(str(indicator), lang)}{_unit(of['unit'].iloc[0], lang)}"
        told.append({"label": label[:1].upper() + label[1:], "mark": provenance_mark(of, lang), **shown})
    return told


def indicator_label(indicator: str, lang: Lang) -> str:
    """Return the word for an indicator; one that the workspace was given keeps its own name."""
    spoken = catalogue(lang).get(f"indicator.{indicator}")
    if spoken is not None:
        return spoken
    if indicator.startswith("programme_"):
        kind = Text(lang).of("programme.kind", indicator.removeprefix("programme_"))
        return Text(lang)("indicator.programme", kind=kind)
    return plain(wording.thing(indicator, lang))


def _unit(unit: Any, lang: Lang) -> str:
    """Return the unit as a part of the label; nothing where the value says it."""
    spoken = "" if unit in SAID_WITH_VALUE else indicator_unit(unit, lang)
    if not spoken:
        return ""
    return f"（{spoken}）" if lang == "zh" else f", {spoken}"


def indicator_unit(unit: Any, lang: Lang) -> str:
    """Return the word for the unit of an indicator; nothing where it has none."""
    return "" if is_missing(unit) else plain(wording.word(wording.UNIT_WORDS, unit, lang))


def value_text(row: dict[str, Any], lang: Lang) -> str:
    """Return the value of a row of the comparisons table; its unit where the value is not read without it."""
    value, unit = row["value"], row["unit"]
    if is_missing(value):
        return "—"
    if unit == "people":
        return wording.amount(float(value), lang)
    return wording.quantity(float(value), unit if unit in SAID_WITH_VALUE else None, lang)


def provenance_mark(rows: Any, lang: Lang) -> str:
    """Return the short mark of data that are generated or a fallback, nothing for measured ones."""
    worst = next((name for name in ("generated", "fallback") if (rows["provenance"] == name).any()), None)
    return "" if worst is None else catalogue(lang)[f"badge.{worst}"]

"""Members of a pairing side by side: each indicator placed on a common scale, the difference in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.comparison import TOGETHER, indicator_label, indicator_unit, provenance_mark, value_text
from dashboard.differences import Better, difference
from dashboard.i18n import Text, plain
from dashboard.import_words import imported
from dashboard.matrix import matrix_of
from dashboard.member_parks import parks_body
from dashboard.payloads import member_names, pairing_name
from dashboard.scales import Scale, scale_of, ticks
from geodata.pairings import member_id_of
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.results import Results

EVERYTHING = "*"  # instead of a pairing: all districts of the workspace
MOST_MEMBERS = 80  # of a matrix that can still be read
PAIR = 2
SPREADS = ("max_min", "gini", "theil")
ROADS = ("road_arterial", "road_local", "road_track")
# Group of rows -> layers it is made from.
BASIS = {
    "population": ("districts", "population"),
    "area": ("districts",),
    "roads": ("roads",),
    "paved": ("roads",),
    "facilities": ("facilities", "population"),
    "times": ("facilities", "roads", "population"),
    "given": ("indicators",),
}
BETTER: dict[str, Better] = {"roads": "more", "paved": "more", "facilities": "more", "times": "less"}


def compare_body(
    results: Results, lang: Lang, asked: str = "", one: str = "", other: str = ""
) -> dict[str, Any]:
    """Return the comparison of the pairing `asked` for, or of the first that can be compared.

    Parameters
    ----------
    asked
        A pairing, `EVERYTHING`, or nothing.
    one, other
        Member ids to be told apart in words and colours; of a pair both its members, without being asked.

    Raises
    ------
    KeyError
        If there is no such pairing.
    """
    choices = _choices(results, lang)
    chosen = asked or next((choice["value"] for choice in choices), EVERYTHING)
    if chosen == EVERYTHING:
        ids = [[key] for key in results.names(lang)]
        names, kind, title = (
            list(results.short_names(lang).values()),
            "group",
            Text(lang)("compare.everything"),
        )
    else:
        ids, names = results.members[chosen], member_names(results, chosen, lang)
        kind, title = str(results.summary["kind"].loc[chosen]), pairing_name(results, chosen, lang)
    keys = [member_id_of(member) for member in ids]
    order = sorted(range(len(keys)), key=keys.__getitem__) if len(keys) == PAIR else range(len(keys))
    members = [{"id": keys[place], "name": names[place]} for place in order]
    picked = [key if key in keys else "" for key in (one, other)]
    if len(members) == PAIR:
        picked = [member["id"] for member in members]
    rows = results.rows_of("comparisons", chosen)
    return {
        "id": chosen,
        "kind": kind,
        "name": title,
        "choices": choices,
        "members": members,
        "picked": picked,
        "groups": _groups(results, rows, members, picked, lang),
        "together": _together(rows, lang),
        "parks": parks_body(results, [ids[keys.index(key)] for key in picked], lang)
        if all(picked) and chosen != EVERYTHING
        else None,
        "matrix": matrix_of(results, [ids[place] for place in order], lang)
        if PAIR < len(members) <= MOST_MEMBERS
        else None,
        "sources": _sources(results, lang),
    }


def _choices(results: Results, lang: Lang) -> list[dict[str, str]]:
    """Return what can be compared: groups, agreed pairs, then all districts where they are not too many."""
    agreed = results.summary[results.summary["kind"] != "adjacent"].sort_values(
        "kind", ascending=False, kind="stable"
    )
    choices = [{"value": str(key), "label": pairing_name(results, str(key), lang)} for key in agreed.index]
    if PAIR < len(results.districts) <= MOST_MEMBERS:
        choices.append({"value": EVERYTHING, "label": Text(lang)("compare.everything")})
    return choices


def _groups(
    results: Results, rows: Any, members: Sequence[Mapping[str, str]], picked: Sequence[str], lang: Lang
) -> list[dict[str, Any]]:
    """Return the indicators of members, those that can share a scale together."""
    of_members = rows[rows["member"] != TOGETHER]
    spreads = rows[rows["member"] == TOGETHER].set_index("indicator")["value"]
    sorted_in: dict[tuple[str, str], list[tuple[str, Any]]] = {}
    for indicator, of in of_members.groupby("indicator", sort=False):
        unit = "" if is_missing(of["unit"].iloc[0]) else str(of["unit"].iloc[0])
        sorted_in.setdefault((_family(results, str(indicator)), unit), []).append((str(indicator), of))
    sources = _given_sources(results, lang)
    groups = []
    for (family, unit), found in sorted_in.items():
        scale = scale_of([value for _, of in found for value in of["value"] if not is_missing(value)], unit)
        told = [_row(named, members, picked, (scale, BETTER.get(family, "")), lang) for named in found]
        for row in told:
            row["source"] = sources.get(row["key"], "")
            row["spread"] = {name: _spread(spreads, f"{name}:{row['key']}") for name in SPREADS}
        told.sort(key=lambda row: -row.pop("distance"))
        groups.append(
            {
                "family": family,
                "title": Text(lang)(f"compare.family.{family}"),
                "unit": indicator_unit(unit, lang),
                "basis": wording.listed(
                    [wording.word(wording.LAYER_WORDS, name, lang) for name in BASIS[family]], lang
                ),
                "better": Text(lang)(f"compare.better_{BETTER[family]}") if family in BETTER else "",
                "ticks": ticks(scale, unit, lang),
                "rows": told,
            }
        )
    return groups


def _family(results: Results, indicator: str) -> str:
    """Return which group of rows an indicator belongs to."""
    if indicator in ("population", "area"):
        return indicator
    if indicator in ROADS:
        return "roads"
    if indicator == "paved_share":
        return "paved"
    if indicator.startswith("t_own_"):
        return "times"
    return "facilities" if indicator in results.workspace.settings.thresholds_min else "given"


def _row(
    named: tuple[str, Any],
    members: Sequence[Mapping[str, str]],
    picked: Sequence[str],
    measure: tuple[Scale, Better],
    lang: Lang,
) -> dict[str, Any]:
    """Return one indicator: where each member stands, who stands at the ends, how the picked two differ."""
    (indicator, of), (scale, better) = named, measure
    values = {str(row["member"]): row for row in of.to_dict("records")}
    ordered = [values.get(member["id"]) for member in members]
    numbers = [None if row is None or is_missing(row["value"]) else float(row["value"]) for row in ordered]
    known = [(number, place) for place, number in enumerate(numbers) if number is not None]
    missing = len(numbers) - len(known)
    row = {
        "key": indicator,
        "label": _capital(indicator_label(indicator, lang)),
        "mark": provenance_mark(of, lang),
        "at": [scale.place(number) for number in numbers],
        "texts": ["—" if each is None else plain(value_text(each, lang)) for each in ordered],
        "least": min(known)[1] if known else None,
        "most": max(known)[1] if known else None,
        "missing": Text(lang)("compare.missing", count=missing) if missing else "",
    }
    places = [place for key in picked for place, member in enumerate(members) if member["id"] == key]
    if len(places) < PAIR:
        return {**row, "said": "", "better": None, "distance": 0.0}
    unit = "" if is_missing(of["unit"].iloc[0]) else str(of["unit"].iloc[0])
    names = [members[place]["name"] for place in places]
    told = difference([numbers[place] for place in places], names, unit, better, lang)
    return {**row, **told._asdict()}


def _spread(spreads: Any, key: str) -> str:
    value = spreads.get(key)
    return "" if value is None else wording.number(None if is_missing(value) else float(value))


def _together(rows: Any, lang: Lang) -> list[dict[str, str]]:
    """Return what concerns the members together: travel between them, parks, projects, the core's reach."""
    shared = rows[(rows["member"] == TOGETHER) & ~rows["indicator"].str.contains(":", regex=False)]
    told = []
    for indicator, of in shared.groupby("indicator", sort=False):
        label = f"{indicator_label(str(indicator), lang)}"
        value = value_text(of.iloc[0].to_dict(), lang)
        told.append({"label": _capital(label), "value": plain(value), "mark": provenance_mark(of, lang)})
    return told


def _given_sources(results: Results, lang: Lang) -> dict[str, str]:
    """Return where each indicator that the workspace was given comes from, by name and year."""
    given: Any = results.workspace.read_layer("indicators")
    if given is None:
        return {}
    sources: dict[str, dict[str, None]] = {}
    for row in given.to_dict("records"):
        if not is_missing(row["source"]) and row["source"]:
            name = f"{row['indicator']} {row['year']}"  # as comparisons call it
            sources.setdefault(name, {})[imported(str(row["source"]), lang)] = None
    return {name: "; ".join(found) for name, found in sources.items()}


def _sources(results: Results, lang: Lang) -> list[dict[str, str]]:
    """Return layer and source of what comparisons are made from."""
    used = {name for layers in BASIS.values() for name in layers} | {"parks", "programme"}
    return [
        {
            "layer": wording.word(wording.LAYER_WORDS, row["layer"], lang),
            "source": imported(str(row["source"]), lang),
            "provenance": "" if is_missing(row["provenance"]) else str(row["provenance"]),
        }
        for row in results.intake.to_dict("records")
        if row["layer"] in used and not is_missing(row["source"]) and row["source"]
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

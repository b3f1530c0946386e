"""Parks and industries of two members side by side, and how much their industries differ."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.comparison import provenance_mark
from dashboard.i18n import Text, plain
from geodata.pairings import member_id_of
from layers import wording
from layers.inequality import krugman
from layers.parks import industries_of, industry_mix
from layers.wholes import held_parks, parks_of
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.results import Results

KEPT_RUNS = 2
SHARE = "share"
MADE_UP = ("generated", "fallback")


def parks_body(results: Results, members: Sequence[Sequence[str]], lang: Lang) -> dict[str, Any] | None:
    """Return parks and industries of two members, each a list of district ids.

    Returns
    -------
    body
        `industries`: rows of `name`, `shares` and `texts` of both members and whether it is `shared`, those
        most parks name first; a share is that of all times that parks of the member name an industry. `mark`:
        of data that are not measured. `difference` and `about`: the Krugman index of these shares and what it
        means, nothing where a member has no industries. `lists`: of each member its parks, each `name`,
        `industries`, `status`, `mark` and whether it is built `together` with the other. None without parks.
    """
    parks: Any = results.workspace.read_layer("parks")
    if parks is None:
        return None
    held = _held(results)
    of_layer = results.intake.set_index("layer")["provenance"].get("parks")
    own = parks["provenance"] if "provenance" in parks else pd.Series(index=parks.index, dtype=object)
    parks = parks.assign(provenance=own.fillna(of_layer))
    mine = [parks.loc[parks_of(held, ids)] for ids in members]
    mixes = [industry_mix(rows["industries"]) for rows in mine]
    index = krugman(*mixes)
    known = not is_missing(index)
    text = Text(lang)
    return {
        "industries": _industries(mixes, _spelt(mine), lang),
        "mark": provenance_mark(pd.concat(mine), lang),
        "difference": wording.number(index) if known else "",
        "about": text(_meaning(index)) if known else "",
        "lists": [
            [_park(row, other, lang) for row in rows.sort_values("name").to_dict("records")]
            for rows, other in zip(mine, members[::-1], strict=True)
        ],
    }


@lru_cache(maxsize=KEPT_RUNS)
def _held(results: Results) -> pd.DataFrame:
    """Return which district holds how much of which park; of all districts, so that members may be any."""
    return held_parks(results.districts, results.workspace.read_layer("parks", columns=()))


def _meaning(index: float) -> str:
    """Return the key of what a Krugman index of parks tells."""
    if index < 1 / 3:
        return "compare.industries_alike"
    return "compare.industries_mixed" if index < 2 / 3 else "compare.industries_unlike"


def _industries(
    mixes: Sequence[Mapping[str, float]], spelt: Mapping[str, str], lang: Lang
) -> list[dict[str, Any]]:
    totals = [sum(mix.values()) for mix in mixes]
    names = sorted({*mixes[0], *mixes[1]}, key=lambda name: (-sum(mix.get(name, 0) for mix in mixes), name))
    rows = []
    for name in names:
        shares = [
            mix.get(name, 0) / total if total else 0.0 for mix, total in zip(mixes, totals, strict=True)
        ]
        rows.append(
            {
                "name": spelt[name],
                "shares": shares,
                "texts": [
                    Text(lang)(
                        "compare.industry_share",
                        share=wording.quantity(share, SHARE, lang),
                        count=int(mix.get(name, 0)),
                    )
                    if name in mix
                    else "—"
                    for share, mix in zip(shares, mixes, strict=True)
                ],
                "shared": all(name in mix for mix in mixes),
            }
        )
    return rows


def _spelt(parks: Sequence[pd.DataFrame]) -> dict[str, str]:
    """Return each industry as its first park spells it."""
    spelt: dict[str, str] = {}
    for rows in parks:
        for listed in rows["industries"]:
            if industries_of(listed):
                for name in listed:
                    spelt.setdefault(str(name).strip().casefold(), plain(str(name).strip()))
    return spelt


def _park(row: Mapping[str, Any], other: Sequence[str], lang: Lang) -> dict[str, Any]:
    text = Text(lang)
    listed = industries_of(row["industries"])
    named = [plain(str(name).strip()) for name in row["industries"]] if listed else []
    partners = row.get("partners")
    named_partners = set() if partners is None or is_missing(partners) else {str(each) for each in partners}
    trusted = row.get("provenance")
    return {
        "name": text("unknown") if is_missing(row["name"]) else plain(str(row["name"])),
        "industries": wording.listed([name for name in named if name], lang)
        if listed
        else wording.word(wording.VALUE_WORDS, "industries unknown", lang),
        "status": "" if is_missing(row["status"]) else text.of("programme.status", row["status"]),
        "mark": text(f"badge.{trusted}") if trusted in MADE_UP else "",
        "together": bool(named_partners & {*other, member_id_of(list(other))}),
    }

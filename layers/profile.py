"""Values along the border, cell by cell, and across it, band by band (METHOD 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.model import TABLES
from layers.cutting import LEAST_AREA_M2, SIDES, cut, cut_further, stretches_on_line
from layers.frame import BELT, BorderFrame
from layers.measurables import (
    KM2_M2,
    KM_M,
    KM_PER_KM2,
    KNOWN,
    MINUTES,
    PAVED_NAME,
    PAVED_SHARE,
    PEOPLE,
    PEOPLE_PER_KM2,
    PER_10000,
    PER_KM2,
    ROAD_GROUPS,
    SHARE,
    TEN_THOUSAND,
    by_name,
    cell_areas_m2,
    line_metres,
    measured_lines,
    of_ground,
    own_minutes,
    places,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANDS = 10  # METHOD 7: of half a zone's depth, out to 5 zone depths
COLUMNS = list(TABLES["profiles"].column_names)
ROUNDING_M = 1e-6  # a line cut twice is as long to this: less in a band is none
OWN_MINUTES = "t_own_"
MEASURED = ("roads", "assets", "facilities", "population")  # layers that measurables are made from
_SLOT = ["pair", "side", "slot"]


def profiles(frame: BorderFrame) -> pd.DataFrame:
    """Return every measurable along and across each border, in the columns of `TABLES["profiles"]`.

    `along`: per segment, its cell in the border zone, `from_m` and `to_m` its chainage. `across`: per band of
    half a zone's depth, by signed distance, negative on side a (`from_m` is the smaller number). A point on
    the seam of two bands is of the one nearer to the border.

    Notes
    -----
    A measurable that a pair does not have within 5 zone depths has no rows, except roads where there is a
    road layer and people where there is a population layer. Points are per 10 000 people, per km² without a
    population layer or where a side has nobody (along: in its zone; across: in its bands). Null is what
    cannot be told: a rate where nobody lives, a share where no surface is known, a mean time where nobody is
    on the network, anything where there is no ground.
    """
    if all(frame.layer(name) is None for name in MEASURED):  # else the ground is cut for nothing
        return pd.DataFrame(columns=COLUMNS)
    across, along = _bands(frame), _cells(frame)
    across_amounts, along_amounts = _band_amounts(frame), _cell_amounts(frame)
    present = _present(frame, across_amounts)
    if present.empty:
        return pd.DataFrame(columns=COLUMNS)
    tables = [
        _values(frame, present, slots, amounts).assign(direction=direction)
        for direction, slots, amounts in (
            ("along", along, along_amounts),
            ("across", across, across_amounts),
        )
    ]
    table = pd.concat(tables, ignore_index=True)
    table = table.sort_values(
        ["pair", "direction", "measurable", "unit", "side", "from_m"], ignore_index=True
    )
    pairs = frame.pairs.iloc[table["pair"].to_numpy(np.intp)].reset_index(drop=True)
    return table.join(pairs[["pairing_id", "member_a", "member_b"]])[COLUMNS]


def _cells(frame: BorderFrame) -> pd.DataFrame:
    """Return the slots along the borders: `pair`, `side`, `slot`, `from_m`, `to_m`, `area_m2`."""
    segments = frame.segments
    tables = [
        pd.DataFrame(
            {
                "pair": segments["pair"].to_numpy(np.intp),
                "side": side,
                "slot": np.arange(len(segments)),
                "from_m": segments["chainage_from_m"].to_numpy(np.float64),
                "to_m": segments["chainage_to_m"].to_numpy(np.float64),
                "area_m2": cell_areas_m2(frame, "zone")[side],
            }
        )
        for side in SIDES
    ]
    return pd.concat(tables, ignore_index=True)


def _bands(frame: BorderFrame) -> pd.DataFrame:
    """Return the slots across the borders, as `_cells`; slot 0 is at the line."""
    depth = _depth_m(frame)
    pair = np.flatnonzero(frame.lengths_m > 0)
    tables = []
    for side in SIDES:
        nested = [shapely.area(frame.within(side, depth * (band + 1)))[pair] for band in range(BANDS)]
        areas = np.diff(nested, axis=0, prepend=0.0)
        for band in range(BANDS):
            near, far = depth * band, depth * (band + 1)
            ends = {"from_m": near, "to_m": far} if side == "b" else {"from_m": -far, "to_m": -near}
            tables.append(
                pd.DataFrame({"pair": pair, "side": side, "slot": band, **ends, "area_m2": areas[band]})
            )
    return pd.concat(tables, ignore_index=True)


def _cell_amounts(frame: BorderFrame) -> pd.DataFrame:
    """Return what is in the cells: `pair`, `side`, `slot`, `layer`, `name`, `form`, `amount`."""
    lines = line_metres(frame, "zone").rename(columns={"segment_row": "slot", "metres": "amount"})
    lines["pair"] = frame.segments["pair"].to_numpy()[lines["slot"].to_numpy(np.intp)]
    points = of_ground(places(frame), "zone", frame.settings.zone_m)
    return _amounts(frame, points.rename(columns={"segment_row": "slot"}), lines)


def _band_amounts(frame: BorderFrame) -> pd.DataFrame:
    """Return what is in the bands, in the columns of `_cell_amounts`."""
    points = places(frame)
    band = np.ceil(points["distance_m"] / _depth_m(frame)) - 1
    return _amounts(frame, points.assign(slot=band.clip(lower=0).astype(np.intp)), _band_metres(frame))


def _band_metres(frame: BorderFrame) -> pd.DataFrame:
    """Return metres of line by band: what lies within its far edge less what lies within its near one.

    So each line is cut at the outer edges only, and most are not cut at all. From the farthest band inwards
    what is left of a line is cut, not the line, so that an edge far from the border cuts it once.
    """
    lines = measured_lines(frame)
    geometry = lines["geometry"].to_numpy(object)
    pairs = np.flatnonzero(frame.lengths_m > 0)
    on_line = stretches_on_line(frame, geometry)
    on_line["pair"] = frame.segments["pair"].to_numpy()[on_line["segment_row"].to_numpy(np.intp)]
    found = []
    # A loop over the bands of a side: each is cut out of the next farther one.
    for side in SIDES:
        inside = cut(frame.within(side, _depth_m(frame) * BANDS)[pairs], geometry)
        for band in reversed(range(BANDS)):
            ground = frame.within(side, _depth_m(frame) * (band + 1))
            if band < BANDS - 1:
                inside = cut_further(inside, ground[pairs])
            found.append(_metres_inside(ground, pairs, inside, on_line).assign(side=side, slot=band))
    keys = ["pair", "side", "layer", "name"]
    nested = by_name(pd.concat(found, ignore_index=True), lines, ["pair", "side", "slot"])
    wide = nested.pivot_table(index=keys, columns="slot", values="metres", fill_value=0.0)
    wide = wide.reindex(columns=range(BANDS), fill_value=0.0)
    bands = wide - wide.shift(axis=1, fill_value=0.0)
    bands = bands.where(bands >= ROUNDING_M, 0.0)
    return (
        bands.reset_index().melt(id_vars=keys, var_name="slot", value_name="amount").astype({"slot": np.intp})
    )


def _metres_inside(
    ground: NDArray[np.object_], pairs: NDArray[np.intp], inside: pd.DataFrame, on_line: pd.DataFrame
) -> pd.DataFrame:
    """Return metres of line on the `ground` of the `pairs`: `pair`, `line`, `metres`.

    They are those `inside`, as cut by the ground, and what it lacks of the stretches `on_line`.
    """
    metres = pd.DataFrame({"pair": pairs[inside["region"].to_numpy(np.intp)], "line": inside["feature"]})
    metres["metres"] = shapely.length(inside["geometry"].to_numpy(object))
    stretch = on_line["geometry"].to_numpy(object)
    held = shapely.intersection(stretch, ground[on_line["pair"].to_numpy(np.intp)])
    missed = on_line.assign(metres=shapely.length(stretch) - shapely.length(held))
    return pd.concat([metres, missed[["pair", "line", "metres"]]])


def _amounts(frame: BorderFrame, points: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return counted points, measured lines and mean minutes in one table: `form` tells them apart."""
    keys = [*_SLOT, "layer", "name"]
    columns = [*keys, "form", "amount"]
    counted = points.groupby(keys)["amount"].sum().reset_index().assign(form="points")
    people = points[points["layer"] == "population"].merge(own_minutes(frame), on=["pair", "side", "row"])
    people["weighted"] = people["minutes"] * people["amount"]
    sums = people[people["amount"] > 0].groupby([*_SLOT, "kind"])[["weighted", "amount"]].sum().reset_index()
    means = sums.assign(layer="travel", name=OWN_MINUTES + sums["kind"].astype(object), form="mean")
    means["amount"] = means["weighted"] / means["amount"]
    found = pd.concat(
        [counted[columns], means[columns], lines.assign(form="lines")[columns]], ignore_index=True
    )
    return found.astype(dict.fromkeys(["side", "layer", "name", "form"], object) | {"slot": np.intp})


def _present(frame: BorderFrame, amounts: pd.DataFrame) -> pd.DataFrame:
    """Return the measurables of each pair: `pair`, `layer`, `name`, `form`."""
    keys = ["pair", "layer", "name", "form"]
    helpers = amounts["name"].isin([KNOWN, PAVED_NAME]) & (amounts["layer"] == "roads")
    found = amounts.loc[(amounts["amount"] > 0) & ~helpers | (amounts["form"] == "mean"), keys]
    always = [("roads", name, "lines") for name in ROAD_GROUPS] + [("roads", PAVED_SHARE, "share")]
    always = [
        entry for entry in [*always, ("population", PEOPLE, "points")] if frame.layer(entry[0]) is not None
    ]
    pairs = np.flatnonzero(frame.lengths_m > 0)
    given = pd.DataFrame([(pair, *entry) for pair in pairs for entry in always], columns=keys)
    return pd.concat([found, given]).drop_duplicates(ignore_index=True).astype({"pair": np.intp})


def _values(
    frame: BorderFrame, present: pd.DataFrame, slots: pd.DataFrame, amounts: pd.DataFrame
) -> pd.DataFrame:
    """Return `present` in every slot of its pair, with `value` and `unit`."""
    people = amounts[amounts["name"].eq(PEOPLE) & amounts["layer"].eq("population")]
    slots = slots.merge(people[[*_SLOT, "amount"]].rename(columns={"amount": "people"}), on=_SLOT, how="left")
    slots["people"] = slots["people"].fillna(0.0)
    inhabited = slots.groupby(["pair", "side"])["people"].sum().gt(0).groupby("pair").all()
    table = present.merge(slots, on="pair")
    keys = [*_SLOT, "layer", "name"]
    for column, name in (("paved", PAVED_NAME), ("known", KNOWN)):
        metres = amounts[(amounts["layer"] == "roads") & (amounts["name"] == name)]
        table = table.merge(
            metres[[*_SLOT, "amount"]].rename(columns={"amount": column}), on=_SLOT, how="left"
        )
    table = table.merge(amounts[[*keys, "form", "amount"]], on=[*keys, "form"], how="left")
    amount = table["amount"].where(table["form"] == "mean", table["amount"].fillna(0.0))
    km2 = table["area_m2"].where(table["area_m2"] >= LEAST_AREA_M2) / KM2_M2
    heads = table["people"].where(table["people"] > 0) / TEN_THOUSAND
    per_head = table["pair"].map(inhabited) & (table["name"] != PEOPLE)
    per_head &= frame.layer("population") is not None
    known = table["known"].where(table["known"] > 0)
    choices = [
        (table["form"] == "mean", amount, MINUTES),
        (table["form"] == "share", table["paved"].fillna(0.0) / known, SHARE),
        (table["form"] == "lines", amount / KM_M / km2, KM_PER_KM2),
        (table["layer"].eq("population"), amount / km2, PEOPLE_PER_KM2),
        (per_head, amount / heads, PER_10000),
    ]
    which = [mask.to_numpy(bool) for mask, _, _ in choices]
    table["value"] = np.select(which, [value for _, value, _ in choices], amount / km2)
    table["unit"] = np.select(which, [unit for _, _, unit in choices], PER_KM2)
    columns = ["pair", "side", "measurable", "from_m", "to_m", "value", "unit"]
    return table.rename(columns={"name": "measurable"})[columns]


def _depth_m(frame: BorderFrame) -> float:
    return BELT[1] * frame.settings.zone_m / BANDS

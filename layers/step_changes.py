"""Roads that change at the line: the pieces on either side of a crossing, matched and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.continuations import COMPARED_AT_M, matched_ways
from layers.crossings import Crossings, find_crossings
from layers.findings import CheckResult, check_result
from layers.road_attributes import ATTRIBUTES, compare
from layers.roads import lonlat, named

if TYPE_CHECKING:
    import pandas as pd

    from layers.frame import BorderFrame

KIND = "road_step_change"
SHOWN = ("value_a", "value_b", "m", "side")


def road_step_change(frame: BorderFrame) -> CheckResult:
    """Return crossings at which a road changes (METHOD 5).

    Parameters
    ----------
    frame
        Uses the layer `roads`.

    Returns
    -------
    result
        One row a crossing, `what` the attribute that gives the magnitude. Evidence: `attribute` (as `what`),
        `value_a`, `value_b` (its values), `name` (or ref, of either road; None), `compared_at_m`, `known`
        and `asked` (attributes, of the pair that gives m), `pairs`: for each two pieces that differ `a` and
        `b` (`id`, `name`, `ref`, `at`: lon, lat of where they are compared), `match` (feature_id, name, ref
        or course), `known`, and `differences`: by attribute `value_a`, `value_b`, `m`, `side`.
    """
    found = find_crossings(frame)
    pairs = matched_ways(frame, found)
    roads = frame.layer("roads")
    changed = pairs[pairs["match"] != "row"].reset_index(drop=True)
    if roads is None or len(changed) == 0:
        return check_result(frame.strip.crs, KIND)
    differences, known = compare(roads.loc[changed["row_a"]], roads.loc[changed["row_b"]])
    changed["known"] = known
    differences = differences.join(changed[["crossing", "known"]], on="matched")
    # The largest gives m; of equal ones that of the better known roads, then the first in METHOD's order.
    order = ["crossing", "m", "known", "order", "matched"]
    differences = differences.sort_values(order, ascending=[True, False, False, True, True])
    rows = [  # findings are few
        _finding(frame, found, changed, of_crossing) for _, of_crossing in differences.groupby("crossing")
    ]
    return check_result(frame.strip.crs, KIND, rows)


def _finding(
    frame: BorderFrame, found: Crossings, changed: pd.DataFrame, differences: pd.DataFrame
) -> dict[str, Any]:
    """Return the row of `check_result` for a crossing; its `differences` with the one that gives m first."""
    main = differences.iloc[0]
    crossing = found.table.loc[main["crossing"]]
    roads = frame.layers["roads"]
    pairs: list[dict[str, Any]] = []
    ids = set()
    for matched, of_pair in differences.groupby("matched"):  # the pairs of a crossing, rarely more than one
        pair: dict[Any, Any] = changed.loc[[matched]].to_dict("records")[0]
        sides = {
            side: {**named(roads.loc[pair[f"row_{side}"]]), "at": lonlat(frame, pair[f"at_{side}"])}
            for side in ("a", "b")
        }
        listed = {row["attribute"]: {key: row[key] for key in SHOWN} for row in of_pair.to_dict("records")}
        pairs.append({**sides, "match": pair["match"], "known": int(pair["known"]), "differences": listed})
        ids |= {sides["a"]["id"], sides["b"]["id"]}
    names = [sides[key] for sides in (pairs[0]["a"], pairs[0]["b"]) for key in ("name", "ref") if sides[key]]
    return {
        "pair": crossing["pair"],
        "what": main["attribute"],
        "side": main["side"],
        "magnitude": main["m"],
        "confidence": main["known"] / len(ATTRIBUTES),
        "provenance": frame.provenance("roads"),
        "features": sorted(ids),
        "evidence": {
            "attribute": main["attribute"],
            "value_a": main["value_a"],
            "value_b": main["value_b"],
            "name": names[0] if names else None,
            "compared_at_m": COMPARED_AT_M,
            "known": int(main["known"]),
            "asked": len(ATTRIBUTES),
            "pairs": pairs,
        },
        "geometry": crossing["geometry"],
    }

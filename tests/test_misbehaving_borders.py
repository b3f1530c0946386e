"""Borders that misbehave, from layers to result tables: pieces, exclaves, lines run along, data that end."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import world
from pipeline import analysed, notes
from shapely.geometry import LineString, Point, box

from layers import wording
from layers.kinds import KINDS
from layers.summary import affected_length_m

if TYPE_CHECKING:
    import pandas as pd

A, B = world.A, world.B  # the border is x = 0, from y = 0 to 10 000
BOTH = {"A": A, "B": B}


def road(*xy: tuple[float, float], **tags: Any) -> dict[str, Any]:
    return {"road_class": "residential", **tags, "geometry": LineString(xy)}


def people(x: float, y: float, number: int = 100) -> dict[str, Any]:
    return {"people": number, "geometry": Point(x, y)}


def clinic(x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"kind": "clinic", **more, "geometry": Point(x, y)}


EVERYTHING: dict[str, Any] = {
    "roads": [road((-5000, 5000), (5000, 5000), surface="asphalt")],
    "facilities": [clinic(-3000, 5000), clinic(3000, 5000)],
    "assets": [{"kind": "street_lamp", "geometry": Point(-300, 5000)}],
    "parks": [{"name": "Hill", "industries": ["timber"], "geometry": box(-800, 4000, -400, 4500)}],
    "landuse": [{"landuse_class": "orchard", "geometry": box(-800, 4000, 800, 4500)}],
    "population": [people(-500, 5000), people(500, 5000)],
}


def kinds(tables: dict[str, pd.DataFrame]) -> list[str]:
    return sorted(tables["gaps"]["kind"])


def borders(tables: dict[str, pd.DataFrame]) -> dict[str, tuple[float, int, int, int]]:
    """Return by pairing: metres, pieces, segments, crossings."""
    rows: Any = tables["borders"].to_dict("records")
    return {
        row["pairing_id"]: (round(row["length_m"]), row["pieces"], row["segments"], row["crossings"])
        for row in rows
    }


def assert_reads_sensibly(tables: dict[str, pd.DataFrame]) -> None:
    """Every row of what was not computed names its check and reason, and its pairing where it has one."""
    rows = notes(tables)
    pairings = set(tables["pairing_summary"]["pairing_id"])
    said = [(pairing, check, what) for pairing, check, what, _, _ in rows]
    assert len(said) == len(set(said)), "one thing is said twice"
    for pairing, check, what, count, reason in rows:
        of_workspace = check == "travel_time"
        assert pairing is None if of_workspace else pairing in pairings, (pairing, check)
        assert of_workspace or check in KINDS
        assert what, (check, reason)
        assert count is None or count >= 0
        assert reason
        assert not reason.endswith(": ")
        for words in (wording.check(check, "zh"), wording.noted(what, "zh"), wording.reason(reason, "zh")):
            assert not re.search("[A-Za-z]{2}", words), words


# --- shapes -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cut_in_two() -> dict[str, pd.DataFrame]:
    #  +---+---+   C lies on the line between A and B from y = 4 000 to 6 000: their border has two
    #  | A [ B |   pieces. On either side of C the people of A have no clinic within 15 minutes, in the
    #  |  [C]  |   segments that end at C (y = 3 500 and 6 500).
    #  | A [ B |
    #  +---+---+
    third = box(-1000, 4000, 1000, 6000)
    return analysed(
        {"A": A - third, "B": B - third, "C": third},
        roads=[road((-5000, y), (-20, y)) for y in (3500, 6500)] + [road((-100, 500), (5000, 500))],
        facilities=[clinic(4900, 500)],
        population=[people(-300, 3500), people(-300, 6500)],
    )


def test_a_border_of_several_pieces(cut_in_two: dict[str, pd.DataFrame]) -> None:
    assert borders(cut_in_two) == {"A--B": (8000, 2, 8, 1), "A--C": (4000, 1, 4, 0), "B--C": (4000, 1, 4, 0)}
    assert_reads_sensibly(cut_in_two)


def test_no_run_goes_over_from_piece_to_piece(cut_in_two: dict[str, pd.DataFrame]) -> None:
    deserts = cut_in_two["gaps"].query("kind == 'service_desert'").sort_values("chainage_m")

    # Segments 3 and 4 follow one another by number, but are 2 km apart.
    assert deserts[["pairing_id", "segment_from", "segment_to"]].to_numpy().tolist() == [
        ["A--B", 3, 3],
        ["A--B", 4, 4],
    ]
    assert set(deserts.geom_type) == {"LineString"}


def test_an_exclave_is_part_of_the_border() -> None:
    exclave = box(-4000, 4000, -3000, 5000)
    tables = analysed(
        {"A": A - exclave, "B": B.union(exclave)},
        roads=[road((-5000, 4500), (-3500, 4500)), road((-3500, 4500), (-2000, 4500))],
        population=[people(-3500, 4500), people(-3200, 4200)],
        facilities=[clinic(-2100, 4500)],
    )

    # Its ring comes first, being the westernmost piece; the road enters and leaves it.
    assert borders(tables) == {"A--B": (14_000, 2, 14, 2)}
    gaps = tables["gaps"]
    wall = gaps[gaps["kind"] == "service_wall"]
    assert wall[["side", "people"]].to_numpy().tolist() == [["b", 200.0]]
    assert wall["segment_to"].max() < 4
    assert_reads_sensibly(tables)


def test_a_district_inside_another() -> None:
    inside = box(-4000, 4000, -2000, 6000)
    tables = analysed(
        {"A": A - inside, "I": inside},
        roads=[road((-5000, 5000), (-3000, 5000))],
        facilities=[clinic(-4900, 5000)],
        population=[people(-3000, 5000, 70)],
    )

    assert borders(tables) == {"A--I": (8000, 1, 8, 1)}
    assert kinds(tables) == ["service_wall"]
    (wall,) = tables["gaps"].itertuples()
    assert (wall.side, wall.people, wall.unreachable_people) == ("b", 70, 70)
    along = tables["profiles"].query("direction == 'along' and measurable == 'people' and side == 'b'")
    assert len(along) == 8
    assert_reads_sensibly(tables)


def test_four_districts_that_meet_in_a_point() -> None:
    #  +---+---+   The road runs from A to D through the point where all four meet. It crosses none of the
    #  | A | B |   four borders, as it does not lead to the other side of any, and A and D have none. Who
    #  +---+---+   lives in that point lives in A, and of its two borders, equally near, by that with B.
    #  | C | D |
    #  +---+---+
    tables = analysed(
        {
            "A": box(-3000, 0, 0, 3000),
            "B": box(0, 0, 3000, 3000),
            "C": box(-3000, -3000, 0, 0),
            "D": box(0, -3000, 3000, 0),
        },
        roads=[road((-2000, 2000), (2000, -2000))],
        facilities=[{"kind": "fire_station", "geometry": Point(2900, -2900)}],
        population=[people(0, 0, 40)],
    )

    assert borders(tables) == dict.fromkeys(("A--B", "A--C", "B--D", "C--D"), (3000, 1, 3, 0))
    assert tables["gaps"][["pairing_id", "kind", "side", "people"]].to_numpy().tolist() == [
        ["A--B", "service_desert", "a", 40]
    ]
    assert_reads_sensibly(tables)


def test_people_of_a_corner_count_once() -> None:
    # Nobody has a clinic near. The four live by the point where three districts meet, each nearest to one
    # border of their own district; the fifth lives on the line between A and B: in A, the smaller id.
    tables = analysed(
        {"A": A, "B": box(0, 5000, 6000, 10000), "C": box(0, 0, 6000, 5000)},
        facilities=[clinic(-5900, 9900)],
        population=[
            *(people(-300, 5100, 1), people(-300, 4900, 2), people(300, 5200, 4), people(100, 4700, 8)),
            people(0, 5500, 16),
        ],
    )

    deserts = tables["gaps"].query("kind == 'service_desert'").set_index("pairing_id")
    assert deserts["people"].to_dict() == {"A--B": 17, "A--C": 2 + 8, "B--C": 4}
    assert deserts["side"].to_dict() == {"A--B": "a", "A--C": "both", "B--C": "a"}


# --- roads ------------------------------------------------------------------------------------------------


def test_a_road_that_weaves_over_the_line_five_times() -> None:
    way = [(-500 if k % 2 == 0 else 500, 1000 * k) for k in range(1, 7)]
    tables = analysed(BOTH, roads=[road(*way)])
    pieces = analysed(BOTH, roads=[road(*two, feature_id="weaver") for two in pairwise(way)])

    for found in (tables, pieces):
        assert borders(found) == {"A--B": (10_000, 1, 10, 5)}
        assert kinds(found) == []
        assert_reads_sensibly(found)


def test_a_bridge_crosses_without_joining() -> None:
    # The bridge leads over the road on the line; both go by, neither joins. The clinic on that road is out
    # of reach from the bridge, however near.
    tables = analysed(
        BOTH,
        roads=[road((-2000, 5000), (2000, 5000), layer=1), road((0, 2000), (0, 8000))],
        facilities=[clinic(0, 3000)],
        population=[people(-1500, 5000, 30), people(0, 2500, 5)],
    )

    assert borders(tables)["A--B"] == (10_000, 1, 10, 1)
    deserts = tables["gaps"].query("kind == 'service_desert'")
    assert deserts[["side", "people", "unreachable_people"]].to_numpy().tolist() == [["a", 30, 30]]


def test_a_road_cut_by_the_edge_of_the_data_is_not_decided() -> None:
    # Two roads stop short of each other, one of them where the data end (y = 0) as well.
    tables = analysed(
        BOTH,
        roads=[road((-3000, y), (-20, y)) for y in (3, 5000)] + [road((20, y), (3000, y)) for y in (3, 5000)],
    )

    assert kinds(tables) == ["road_dead_end"]
    (gap,) = tables["gaps"].to_dict("records")
    assert gap["side"] == "both"
    assert gap["chainage_m"] == pytest.approx(5000, abs=0.1)
    assert notes(tables, "road_dead_end") == [("A--B", "road_dead_end", "road end", 2, "edge of the data")]
    assert_reads_sensibly(tables)


def test_a_neighbour_without_roads_in_the_data_is_not_decided() -> None:
    tables = analysed(
        BOTH,
        roads=[road((-3000, 500 + 1000 * k), (-20, 500 + 1000 * k)) for k in range(9)]
        + [road((-3000, 0), (-3000, 10000))],
    )

    assert kinds(tables) == []
    assert notes(tables, "road_dead_end") == [("A--B", "road_dead_end", "road end", 9, "no data there")]
    assert notes(tables, "low_permeability") == [("A--B", "low_permeability", "roads", 1, "no data there")]
    assert (
        "A--B",
        "asset_imbalance",
        "roads",
        None,
        "no data there: b",
    ) in notes(tables, "asset_imbalance")
    assert_reads_sensibly(tables)


# --- on the line, and off the network ---------------------------------------------------------------------


def test_a_facility_on_the_line_is_own_for_both() -> None:
    line = analysed(
        BOTH,
        roads=EVERYTHING["roads"],
        facilities=[clinic(0, 5000)],
        population=[people(-4900, 5000), people(4900, 5000)],
    )
    beside = analysed(
        BOTH,
        roads=EVERYTHING["roads"],
        facilities=[clinic(-4000, 5000)],
        population=[people(-4900, 5000), people(2100, 5000)],
    )

    # 4 900 m at 25 km/h are 11.8 minutes: nobody is late, no wall on either side, and no duplicate of itself.
    assert kinds(line) == []
    # The same clinic in A alone: the people of B, 14.6 minutes away, have none of their own.
    assert kinds(beside) == ["service_wall"]


def test_assets_on_the_line_count_for_both() -> None:
    tables = analysed(
        BOTH, assets=[{"kind": "street_lamp", "geometry": Point(0, 1000 + 100 * k)} for k in range(60)]
    )

    assert kinds(tables) == []
    zone = tables["profiles"].query("direction == 'along' and measurable == 'street_lamp'")
    by_side = zone.groupby("side")["value"].sum()
    assert by_side["a"] > 0
    assert by_side["a"] == pytest.approx(by_side["b"], rel=1e-6)


def test_people_on_the_line_count_once_for_the_smaller_id() -> None:
    tables = analysed(BOTH, facilities=[clinic(-5900, 9900)], population=[people(0, 1500, 50)])

    (desert,) = tables["gaps"].query("kind == 'service_desert'").itertuples()
    assert (desert.side, desert.people) == ("a", 50)


def test_people_off_the_network_are_listed_and_neither_served_nor_unserved() -> None:
    tables = analysed(
        BOTH,
        roads=EVERYTHING["roads"],
        facilities=[clinic(-3000, 5000), clinic(3000, 5000)],
        population=[people(-500, 5000), people(500, 5000), people(-500, 9900, 7), people(500, 9000, 9)],
    )

    assert kinds(tables) == []
    assert (None, "travel_time", "population", 16, "off network") in notes(tables, "travel_time")
    assert_reads_sensibly(tables)


def test_people_and_things_outside_of_all_districts_are_of_nobody() -> None:
    tables = analysed(
        BOTH,
        roads=EVERYTHING["roads"],
        facilities=[clinic(-3000, 5000), clinic(3000, 5000), clinic(0, 10_400)],
        assets=[{"kind": "street_lamp", "geometry": Point(-10, 10_000 + 10 * k)} for k in range(1, 60)],
        population=[people(-500, 5000), people(500, 5000), people(10, 10_500, 9999)],
    )

    assert kinds(tables) == []
    assert not [row for row in notes(tables) if row[4] == "off network"]


# --- boundaries that disagree -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param({"A": box(-6000, 0, 30, 10000), "B": B}, id="overlap of 30 m"),
        pytest.param({"A": A, "B": B - box(0, 3000, 40, 6000)}, id="gap of 40 m"),
        pytest.param({"A": A, "B": B - box(0, -1, 40, 6000)}, id="gap of 40 m, open at an end"),
    ],
)
def test_boundaries_that_disagree_by_less_than_the_tolerance(shapes: dict[str, Any]) -> None:
    tables = analysed(shapes, roads=EVERYTHING["roads"])

    ((metres, pieces, _, crossings),) = borders(tables).values()
    assert (pieces, crossings) == (1, 1)
    assert metres == pytest.approx(10_000, abs=100)
    assert kinds(tables) == []
    assert not notes(tables, "boundary_overlap")
    assert not notes(tables, "boundary_gap")


def test_a_wide_overlap_all_along_is_a_finding_without_a_border() -> None:
    tables = analysed(
        {"A": box(-6000, 0, 300, 10000), "B": B}, roads=EVERYTHING["roads"], population=[people(100, 5000)]
    )

    assert borders(tables) == {}
    (gap,) = tables["gaps"].itertuples()
    assert (gap.kind, gap.magnitude, gap.people) == ("boundary_overlap", 0.6, 100)
    assert notes(tables, "boundary_overlap") == [
        ("A--B", "boundary_overlap", "km", 10, "contested or unclaimed")
    ]
    (summary,) = tables["pairing_summary"].itertuples()
    assert (summary.border_m, summary.gaps_boundary) == (0, 1)
    assert_reads_sensibly(tables)


def test_a_wide_gap_stops_the_other_checks_where_it_is() -> None:
    # Nobody claims 200 m from y = 3 000 to 6 000: the border has two pieces, the road leads across the gap.
    tables = analysed({"A": A, "B": B - box(0, 3000, 200, 6000)}, roads=EVERYTHING["roads"])

    assert borders(tables) == {"A--B": (7000, 2, 7, 0)}
    (gap,) = tables["gaps"].itertuples()
    assert (gap.kind, gap.magnitude) == ("boundary_gap", 0.4)
    assert notes(tables, "boundary_gap") == [("A--B", "boundary_gap", "km", 3, "contested or unclaimed")]
    assert_reads_sensibly(tables)


def test_a_facility_on_land_both_claim_is_own_for_both() -> None:
    tables = analysed(
        {"A": box(-6000, 0, 300, 5000).union(A), "B": B},
        roads=[road((-5000, 2500), (5000, 2500))],
        facilities=[clinic(150, 2500)],
        population=[people(-4900, 2500), people(4900, 2500)],
    )

    assert kinds(tables) == ["boundary_overlap"]


# --- thresholds met exactly -------------------------------------------------------------------------------


def test_a_time_limit_met_exactly_is_met() -> None:
    # Residential roads: 25 km/h, so that 15 minutes are 6 250 m. The people live 1 000 m from the line; the
    # clinic of their own is 6 250 m away or a metre farther, the neighbours' is 1 500 m away.
    def walls(own_at: float) -> list[str]:
        return kinds(
            analysed(
                {"A": box(-9000, 0, 0, 10000), "B": B},
                roads=[road((-8500, 5000), (5000, 5000))],
                facilities=[clinic(own_at, 5000), clinic(500, 5000)],
                population=[people(-1000, 5000)],
            )
        )

    assert walls(-7250) == []
    assert walls(-7251) == ["service_wall"]


def test_a_dead_end_at_the_limit_is_one() -> None:
    def dead_ends(end: float) -> list[str]:
        return kinds(
            analysed(BOTH, roads=[road((-5000, 5000), (-end, 5000)), road((60, 5000), (5000, 5000))])
        )

    assert dead_ends(50.0) == ["road_dead_end"]
    assert dead_ends(50.02) == []


# --- data that are not there ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def complete() -> dict[str, pd.DataFrame]:
    return analysed(BOTH, **EVERYTHING)


def test_with_every_layer_nothing_is_missing(complete: dict[str, pd.DataFrame]) -> None:
    assert not [row for row in notes(complete) if row[4].startswith("not computed")]
    assert_reads_sensibly(complete)


@pytest.mark.parametrize("layer", EVERYTHING)
def test_a_missing_layer_is_named_by_every_check_that_needs_it(layer: str) -> None:
    tables = analysed(BOTH, **{name: rows for name, rows in EVERYTHING.items() if name != layer})

    reason = f"not computed: no {layer}"
    said = {check for _, check, _, _, why in notes(tables) if why == reason}
    needing = {kind.name for kind in KINDS.values() if layer in (*kind.needs, *kind.any_of)}
    # These look at it only where there is a park, or a use across the line, as here.
    asking = {"roads": {"park_service_gap", "use_contrast"}, "assets": {"use_contrast"}}
    asking["facilities"] = {"park_service_gap"}
    assert said == needing | asking.get(layer, set())
    assert not {kind for kind in kinds(tables) if layer in KINDS[kind].needs}
    assert {why for *_, why in notes(tables) if why.startswith("not computed")} == {reason}
    assert_reads_sensibly(tables)


@pytest.mark.parametrize("layer", ["roads", "population"])
def test_a_layer_without_rows_is_a_missing_layer(layer: str) -> None:
    missing = analysed(BOTH, **{name: rows for name, rows in EVERYTHING.items() if name != layer})
    empty = analysed(BOTH, **{**EVERYTHING, layer: []})

    assert notes(empty) == notes(missing)
    assert empty["gaps"]["gap_id"].tolist() == missing["gaps"]["gap_id"].tolist()


def test_nothing_but_districts() -> None:
    tables = analysed(BOTH)

    assert tables["gaps"].empty
    assert {check for _, check, *_ in notes(tables)} == KINDS.keys() - {"boundary_overlap", "boundary_gap"}
    assert tables["borders"]["crossings"].isna().all()
    assert_reads_sensibly(tables)


def test_without_roads_people_go_in_a_straight_line_and_it_is_said() -> None:
    layers = {name: rows for name, rows in EVERYTHING.items() if name in ("facilities", "population")}
    tables = analysed(BOTH, **{**layers, "facilities": [clinic(-5900, 9900), clinic(500, 5200)]})

    wall = tables["gaps"].query("kind == 'service_wall'").iloc[0]
    assert (wall["side"], wall["confidence"], wall["provenance"]) == ("a", 0.5, "fallback")
    assert '"straight line"' in wall["evidence"]
    assert not [row for row in notes(tables) if row[4] == "off network"]


def test_a_workspace_with_one_district() -> None:
    tables = analysed({"A": A}, **EVERYTHING)

    assert all(tables[name].empty for name in ("borders", "segments", "gaps", "profiles", "pairing_summary"))
    assert {check for _, check, *_ in notes(tables)} == {"travel_time"}
    assert affected_length_m(tables["gaps"], tables["segments"]).empty

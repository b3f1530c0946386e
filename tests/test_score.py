"""From finding to gap: exposure, severity, place on the border, id; and what a pairing adds up to."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box
from world import STRIP, frame, move

from geodata.model import TABLES
from layers.findings import check_result
from layers.score import exposure, gaps, is_border_wide, severity
from layers.summary import affected_length_m, pairing_summary


def findings(*rows: dict[str, Any], kind: str = "road_dead_end") -> gpd.GeoDataFrame:
    filled = [
        {
            "pair": 0,
            "side": "a",
            "magnitude": 0.5,
            "features": ["r"],
            "evidence": {},
            **row,
            "geometry": move(row["geometry"]),
        }
        for row in rows
    ]
    return check_result(STRIP.crs, kind, filled).findings


#  y = 10 000 is chainage 0; (0, 7 500) lies in segment 2, 2 500 m along.
HERE = Point(-20, 7500)


def test_severity_follows_from_the_row() -> None:
    world = frame(
        population=[
            {"people": 999, "geometry": Point(-20, 7500)},
            {"people": 1, "geometry": Point(-20, 2000)},
        ]
    )
    (gap,) = gaps(world, findings({"geometry": HERE, "magnitude": 0.636})).itertuples()

    assert gap.people == 999  # the other lives 5.5 km away
    assert gap.exposure == pytest.approx(0.6)
    assert gap.severity == 62.2  # 100 x (0.6 x 0.636 + 0.4 x 0.6)


def test_without_population_people_are_unknown_and_confidence_halves() -> None:
    (gap,) = gaps(frame(), findings({"geometry": HERE})).itertuples()

    assert np.isnan(gap.people)
    assert (gap.exposure, gap.confidence) == (0.5, 0.5)
    assert gap.severity == 25.0


def test_an_empty_population_layer_means_nobody_not_unknown() -> None:
    (gap,) = gaps(frame(population=[]), findings({"geometry": HERE})).itertuples()

    assert (gap.people, gap.exposure, gap.confidence) == (0, 0, 1)


def test_confidence_is_never_below_a_fifth() -> None:
    (gap,) = gaps(frame(), findings({"geometry": HERE, "confidence": 0.125})).itertuples()

    assert gap.confidence == 0.2


def test_a_gap_knows_its_place_on_the_border() -> None:
    (gap,) = gaps(frame(), findings({"geometry": HERE})).itertuples()

    assert (gap.segment_from, gap.segment_to) == (2, 2)
    assert gap.chainage_m == pytest.approx(2500)


def test_a_joint_of_two_segments_belongs_to_the_smaller() -> None:
    (gap,) = gaps(frame(), findings({"geometry": Point(0, 7000)})).itertuples()

    assert (gap.segment_from, gap.segment_to) == (2, 2)


def test_a_polygon_across_the_line_lies_in_all_segments_it_touches() -> None:
    (gap,) = gaps(frame(), findings({"geometry": box(-100, 5500, 100, 7500)})).itertuples()

    assert (gap.segment_from, gap.segment_to) == (2, 4)
    assert gap.chainage_m == pytest.approx(2500)


def test_length_is_that_of_lines_only() -> None:
    world = frame()
    line, area = gaps(
        world,
        findings(
            {"geometry": LineString([(5, 9000), (5, 8000)]), "magnitude": 0.9},
            {"geometry": box(-100, 100, 100, 200), "features": ["s"]},
        ),
    ).itertuples()

    assert line.length_m == pytest.approx(1000)
    assert np.isnan(area.length_m)


def test_ids_are_stable_and_equals_are_numbered_along_the_border() -> None:
    rows = [{"geometry": Point(0, y)} for y in (9000.5, 5000.5, 1000.5)]
    forward = gaps(frame(), findings(*rows)).sort_values("chainage_m")
    backward = gaps(frame(), findings(*rows[::-1])).sort_values("chainage_m")

    assert forward["gap_id"].tolist() == backward["gap_id"].tolist()
    assert forward["gap_id"].is_unique


def test_evidence_is_json_whatever_the_check_put_in() -> None:
    evidence = {"ids": {"b", "a"}, "n": np.int64(3), "x": np.nan, "inf": float("inf"), "xs": np.array([1.5])}
    (gap,) = gaps(frame(), findings({"geometry": HERE, "evidence": evidence})).itertuples()

    assert json.loads(gap.evidence) == {"ids": ["a", "b"], "n": 3, "x": None, "inf": None, "xs": [1.5]}


def test_no_findings_have_the_columns_of_gaps() -> None:
    none = gaps(frame(), findings())

    assert none.empty
    assert list(none.columns) == [*TABLES["gaps"].column_names, "geometry"]


@given(st.floats(0, 1e7), st.floats(0, 1), st.floats(0.2, 1))
def test_severity_stays_between_0_and_100_and_grows_with_people(
    people: float, m: float, confidence: float
) -> None:
    exposed, factor = exposure(pd.Series([people, people + 1000]))
    value = severity(pd.Series([m, m]), exposed, confidence * factor)

    assert 0 <= value[0] <= value[1] <= 100


def table(name: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    columns = [*TABLES[name].column_names, "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs="EPSG:4326")


#  Ten segments of 1 km. A severe gap on 2..4, another on 4..5, a mild one on 8: 4 of 10 km are affected.
SEGMENTS = table(
    "segments",
    [
        {"pairing_id": "A--B", "segment": k, "chainage_from_m": 1000.0 * k, "chainage_to_m": 1000.0 * (k + 1)}
        for k in range(10)
    ],
)
BORDERS = table(
    "borders",
    [{"pairing_id": "A--B", "member_a": "A", "member_b": "B", "length_m": 10_000.0, "segments": 10}],
)


def gap(kind: str, first: int, last: int, worth: float, **more: Any) -> dict[str, Any]:
    return {
        "pairing_id": "A--B",
        "kind": kind,
        "domain": "roads",
        "segment_from": first,
        "segment_to": last,
        "severity": worth,
        "provenance": "measured",
        **more,
    }


FOUND = table(
    "gaps",
    [
        gap("road_dead_end", 2, 4, 50.0),
        gap(
            "service_wall", 4, 5, 80.0, domain="services", people=700.0, what="clinic", provenance="generated"
        ),
        gap("service_desert", 4, 5, 20.0, domain="services", people=300.0, what="clinic"),
        gap("service_desert", 4, 5, 20.0, domain="services", people=900.0, what="hospital"),
        gap("road_step_change", 8, 8, 49.9),
        gap("asset_imbalance", 0, 9, 90.0, domain="assets"),
        gap("low_permeability", 0, 9, 90.0),
    ],
)


def test_affected_share_counts_each_segment_once_and_located_gaps_only() -> None:
    pairings = pd.DataFrame(
        [
            {
                "pairing_id": "A--B",
                "kind": "adjacent",
                "name": None,
                "members": [["A"], ["B"]],
                "inner": ["A--B"],
            }
        ]
    )
    (row,) = pairing_summary(pairings, BORDERS, SEGMENTS, FOUND, table("segments", [])).itertuples()

    assert row.affected_share == pytest.approx(0.4)
    assert row.gaps == 7
    assert (row.gaps_roads, row.gaps_services, row.gaps_assets, row.gaps_parks) == (3, 3, 1, 0)
    assert row.people_affected == 1000  # clinic 700 + 300; the hospital's 900 may be the same people
    assert row.worst_severity == 90.0
    assert row.border_wide == 2
    assert row.provenance == "generated"


def test_a_group_adds_up_its_inner_borders_and_a_far_pair_has_no_share() -> None:
    pairings = pd.DataFrame(
        [
            {
                "pairing_id": "g",
                "kind": "group",
                "name": "G",
                "members": [["A"], ["B"], ["C"]],
                "inner": ["A--B"],
            },
            {
                "pairing_id": "far",
                "kind": "counterpart",
                "name": "F",
                "members": [["A"], ["C"]],
                "inner": ["far"],
            },
        ]
    )
    group, far = pairing_summary(pairings, BORDERS, SEGMENTS, FOUND, table("segments", [])).itertuples()

    assert (group.gaps, group.border_m) == (7, 10_000)
    assert (far.gaps, far.border_m) == (0, 0)
    assert np.isnan(far.affected_share)


def test_permeability_of_a_window_is_located() -> None:
    window = table("gaps", [gap("low_permeability", 0, 8, 90.0)])

    assert not is_border_wide(window, pd.Series({"A--B": 10})).any()
    assert affected_length_m(window, SEGMENTS)["A--B"] == pytest.approx(9000)

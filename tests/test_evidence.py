"""What a reader redoes from a gap's own row and evidence: magnitude, confidence, side, p value, severity."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import world
from pipeline import analysed
from scipy.stats import binomtest
from shapely.geometry import LineString, Point, box

from geodata.workspace import Workspace
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

Row = dict[str, Any]
Evidence = dict[str, Any]
NEAR = pytest.approx
WORSE_OFF = {1: "a", 0: "both", -1: "b"}  # by the sign of what side a lacks more than side b


class Redone(NamedTuple):
    """What evidence says by the formulas of METHOD 5 and 6; None: the evidence does not tell."""

    magnitude: float
    confidence: float | None = 1.0  # of a workspace with a population layer
    side: str | None = "both"
    p_value: float | None = None
    people: float | None = None
    value_a: float | None = None
    value_b: float | None = None


def sign(number: float) -> int:
    return (number > 0) - (number < 0)


# --- a formula a kind -------------------------------------------------------------------------------------


def road_dead_end(e: Evidence) -> Redone:
    assert e["border_m"] <= 50
    assert e["straight_m"] <= 500
    side = "both" if e["facing"] else None
    if e["unreachable"]:
        assert e["network_m"] is None
        return Redone(1.0, side=side)
    longer = e["network_m"] - e["straight_m"]
    assert e["network_m"] >= 5 * e["straight_m"]
    assert longer >= 2000
    return Redone(min(1.0, longer / 10_000), side=side)


RANKS = {"motorway": 1, "trunk": 2, "primary": 3, "secondary": 4, "tertiary": 5}
RANKS |= {"unclassified": 6, "residential": 6, "living_street": 7, "service": 7, "track": 8}
PAVED = {"asphalt", "concrete", "paved", "paving_stones", "sett", "cobblestone", "chipseal", "metal", "wood"}


def step(attribute: str, a: Any, b: Any) -> tuple[float, str]:
    """Return how much a difference of two values weighs, and which side is worse."""
    if attribute == "surface":
        return (1.0, "b" if a in PAVED else "a") if (a in PAVED) != (b in PAVED) else (0.0, "")
    if attribute in ("rail", "lit", "sidewalk"):
        weight = {"rail": 0.8, "lit": 0.4, "sidewalk": 0.4}[attribute]
        none = {"no", "none", "disused"}
        return (weight, "b" if b in none else "a") if (a in none) != (b in none) else (0.0, "")
    if attribute == "class":
        rank_a, rank_b = (RANKS[value.removesuffix("_link")] for value in (a, b))
        return min(1.0, abs(rank_a - rank_b) / 5), "a" if rank_a > rank_b else "b"
    less = "a" if a < b else "b"
    size = abs(a - b)
    of = {"lanes": min(1.0, size / 4), "width": 1 - min(a, b) / max(a, b), "speed": min(1.0, size / 60)}
    return of[attribute], less


def road_step_change(e: Evidence) -> Redone:
    redone = {}
    for pair in e["pairs"]:
        for attribute, told in pair["differences"].items():
            weight, side = step(attribute, told["value_a"], told["value_b"])
            assert (told["m"], told["side"]) == (NEAR(weight), side)
            redone[attribute, told["value_a"], told["value_b"]] = weight, side
    weight, side = redone[e["attribute"], e["value_a"], e["value_b"]]
    assert weight == max(weight for weight, _ in redone.values())
    return Redone(weight, e["known"] / 8, side)


def roadside_mismatch(e: Evidence) -> Redone:
    assert e["length_m"] >= 200
    worse = sign(round(e["lacks_a_m"] - e["lacks_b_m"], 2))
    return Redone(e["differs_m"] / e["length_m"], e["known"] / 3, WORSE_OFF[worse])


def low_permeability(e: Evidence) -> Redone:
    assert e["on_curves"] == sum(curve["crossings"] for curve in e["curves"]) >= 5
    curves_m = sum(curve["length_m"] for curve in e["curves"])
    ratio = (e["crossings"] / e["border_m"]) / (e["on_curves"] / curves_m)
    assert ratio < 0.5
    share = e["border_m"] / (e["border_m"] + curves_m)
    test = binomtest(e["crossings"], e["crossings"] + e["on_curves"], share, alternative="less")
    assert test.pvalue < 0.05
    return Redone(1 - ratio, p_value=test.pvalue)


def weighted(parts: list[Row], value: Callable[[Row], float | None]) -> float | None:
    """Return the mean over the people of `parts`, of those for whom there is a value."""
    known = [(part["people"], value(part)) for part in parts if value(part) is not None]
    return sum(p * v for p, v in known) / sum(p for p, _ in known) if known else None


def late(e: Evidence, minutes: str, beyond: Callable[[Row], float]) -> tuple[float, float, list[Row]]:
    """Return magnitude and people of a run by its places, where all are listed, and else by its segments."""
    listed = e["places"]
    for part in (*e["segments"], *listed):
        assert part[minutes] is None or part[minutes] > e["threshold_min"]

    def m(place: Row) -> float:
        return 1.0 if place[minutes] is None else min(1.0, beyond(place) / e["threshold_min"])

    def of_segment(part: Row) -> float:
        return float(part["magnitude"])

    complete = len(listed) == e["place_count"]
    parts = listed if complete else e["segments"]
    magnitude = weighted(parts, m if complete else of_segment)
    assert magnitude == NEAR(weighted(e["segments"], of_segment))
    assert magnitude is not None
    return magnitude, sum(part["people"] for part in parts), parts


def by_method(e: Evidence) -> float:
    return 1.0 if e["method"] == "road network" else 0.5


def service_wall(e: Evidence) -> Redone:
    magnitude, people, _ = late(e, "t_own_min", lambda place: place["t_own_min"] - place["t_neighbour_min"])
    assert all(place["t_neighbour_min"] <= e["threshold_min"] for place in e["places"])
    (side,) = {place["side"] for place in e["places"]}
    own, other = e["t_own_min"], e["t_neighbour_min"]
    a, b = (own, other) if side == "a" else (other, own)
    return Redone(magnitude, by_method(e), side, people=people, value_a=a, value_b=b)


def service_desert(e: Evidence) -> Redone:
    magnitude, people, _ = late(e, "t_any_min", lambda place: place["t_any_min"] - e["threshold_min"])
    if len(e["places"]) < e["place_count"]:
        return Redone(magnitude, by_method(e), None, people=people)
    sides = {place["side"] for place in e["places"]}
    a, b = (
        weighted([place for place in e["places"] if place["side"] == side], lambda place: place["t_any_min"])
        for side in ("a", "b")
    )
    side = "both" if len(sides) > 1 else sides.pop()
    return Redone(magnitude, by_method(e), side, people=people, value_a=a, value_b=b)


def service_duplicate(e: Evidence) -> Redone:
    assert e["minutes"] <= e["duplicate_min"]
    assert e["access"] >= 2 * e["median_access"]
    return Redone(1 - e["minutes"] / e["duplicate_min"], by_method(e) * e["known_capacities"])


def service_imbalance(e: Evidence) -> Redone:
    a, b = e["access_a"], e["access_b"]
    assert max(a, b) >= 1.5 * min(a, b)
    side = WORSE_OFF[sign(b - a)]
    confidence = by_method(e) * e["known_capacities"]
    return Redone(1 - min(a, b) / max(a, b), confidence, side, None, e[f"people_{side}"], a, b)


SCALES = {"per 10000 people": 1e4, "per km2": 1e6, "km/km2": 1e3, "share": 1.0}  # of amount / base


def raw_p(e: Evidence, amount: int, other: int, base: float, other_base: float) -> float:
    """Return p before adjustment: of points by their numbers, of lines by the flips counted."""
    if "flips" in e:
        exact = e["segments"] <= 12
        assert e["flips"] == (2 ** e["segments"] if exact else 999)
        return float(e["hits"] / e["flips"] if exact else (1 + e["hits"]) / (1 + e["flips"]))
    assert amount == int(amount)
    return float(binomtest(int(amount), int(amount + other), base / (base + other_base)).pvalue)


def adjusted_p(e: Evidence) -> float:
    assert e["by_rank"] >= e["rank"]
    assert e["by_p"] >= e["p"]
    return float(min(1.0, e["by_p"] * e["tests"] / e["by_rank"]))


def asset_imbalance(e: Evidence) -> Redone:
    value = {side: e[f"amount_{side}"] / e[f"base_{side}"] * SCALES[e["unit"]] for side in ("a", "b")}
    low, high = sorted(value.values())
    assert high >= 2 * low
    assert e["p"] == NEAR(raw_p(e, e["amount_a"], e["amount_b"], e["base_a"], e["base_b"]))
    side = WORSE_OFF[sign(value["b"] - value["a"])]
    return Redone(
        1 - low / high, 1.0, side, adjusted_p(e), e[f"people_{side}"], value_a=value["a"], value_b=value["b"]
    )


def border_depression(e: Evidence) -> Redone:
    ratios, p_values = [], []
    for of in (e["a"], e["b"]):
        zone, belt = (of[f"amount_{part}"] / of[f"base_{part}"] for part in ("zone", "belt"))
        ratios.append(zone / belt)
        p_values.append(raw_p(of, of["amount_zone"], of["amount_belt"], of["base_zone"], of["base_belt"]))
        assert zone / belt <= 0.5
    assert e["p"] == NEAR(max(p_values))
    people = None if e["people_a"] is None else e["people_a"] + e["people_b"]
    return Redone(
        1 - sum(ratios) / 2, p_value=adjusted_p(e), people=people, value_a=ratios[0], value_b=ratios[1]
    )


def use_contrast(e: Evidence) -> Redone:
    things = [*e["only_a"], *e["only_b"]]
    assert sorted(things) == e["things"] == sorted(e["found"])
    for side, other in (("a", "b"), ("b", "a")):
        assert all(e["found"][thing][side] >= 1 > e["found"][thing][other] for thing in e[f"only_{side}"])
        assert e[f"area_ha_{side}"] >= max(1, e[f"area_ha_{other}"] / 10)
    side = WORSE_OFF[sign(len(e["only_b"]) - len(e["only_a"]))]
    return Redone(0.5 if len(things) == 1 else 1.0, side=side)


def park_duplicate(e: Evidence) -> Redone:
    a, b = set(e["industries_a"]), set(e["industries_b"])
    jaccard = len(a & b) / len(a | b)
    assert sorted(a & b) == e["shared"]
    assert jaccard >= 0.5
    return Redone(jaccard * (1 - (e["distance_m"] or 0) / 20_000))


def park_service_gap(e: Evidence) -> Redone:
    if e["road_gap"] is not None:
        assert e["road_gap"] == (e["nearest_road_m"] is None or e["nearest_road_m"] > 1000)
    if e["fire_gap"] is not None:
        assert e["fire_gap"] == (e["own_min"] is None or e["own_min"] > e["threshold_min"])
        near = e["neighbour_min"] is not None and e["neighbour_min"] <= e["threshold_min"]
        assert e["neighbour_meets"] == near
    asked = [gap for gap in (e["road_gap"], e["fire_gap"]) if gap is not None]
    return Redone(0.5 * sum(asked), len(asked) / 2, None)


def landuse_conflict(e: Evidence) -> Redone:
    assert e["count_a"] >= 1 <= e["count_b"]
    return Redone(e["length_m"] / e["run_m"])


def boundary(e: Evidence) -> Redone:
    assert e["width_m"] > 50
    return Redone(min(1.0, e["width_m"] / 500))


def responsibility(e: Evidence) -> Redone:
    assert e["known"] >= e["features"] / 2
    sides = sorted(e["in_zones"])
    for metres in e["in_zones"].values():
        assert len(metres) > 1
        assert min(metres.values()) >= 50
    nobody = not e["managers"]
    assert (e["reason"] == "none") == nobody
    assert nobody or len(e["managers"]) > 1
    one = e["reason"] == "one_side" and len(sides) == 1
    return Redone(0.5 if nobody else 1.0, side=sides[0] if one else "both")


REDO: Mapping[str, Callable[[Evidence], Redone]] = {
    **{
        redo.__name__: redo
        for redo in (
            *(road_dead_end, road_step_change, roadside_mismatch, low_permeability),
            *(service_wall, service_desert, service_duplicate, service_imbalance),
            *(asset_imbalance, border_depression, use_contrast, park_duplicate, park_service_gap),
            *(landuse_conflict, responsibility),
        )
    },
    "boundary_overlap": boundary,
    "boundary_gap": boundary,
}


# --- the row that follows ---------------------------------------------------------------------------------


def missing(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124  # not a number


def assert_redone(gap: Row) -> None:
    """Redo a gap from its evidence and its row, and compare."""
    redone = REDO[gap["kind"]](json.loads(gap["evidence"]))
    assert gap["magnitude"] == NEAR(redone.magnitude, abs=1e-6)
    assert 0 <= gap["magnitude"] <= 1
    nobody_known = missing(gap["people"])
    if redone.confidence is not None:
        assert gap["confidence"] == NEAR(max(0.2, redone.confidence * (0.5 if nobody_known else 1.0)))
    if redone.side is not None:
        assert gap["side"] == redone.side
    if redone.p_value is None:
        assert missing(gap["p_value"])
    else:
        assert gap["p_value"] == NEAR(redone.p_value, abs=1e-8)
        assert gap["p_value"] < 0.05
    if redone.people is not None:
        assert gap["people"] == NEAR(redone.people)
    for side in ("a", "b"):
        value = getattr(redone, f"value_{side}")
        if value is not None:
            assert gap[f"value_{side}"] == NEAR(value, abs=1e-4)
    exposure = 0.5 if nobody_known else min(1.0, math.log10(1 + gap["people"]) / 5)
    assert gap["exposure"] == NEAR(exposure)
    severity = 100 * gap["confidence"] * (0.6 * gap["magnitude"] + 0.4 * gap["exposure"])
    assert gap["severity"] == NEAR(severity, abs=0.0501)


# --- the sample -------------------------------------------------------------------------------------------

IN_SAMPLE = KINDS.keys() - {"border_depression", "boundary_overlap", "boundary_gap"}


def records(gaps: pd.DataFrame) -> list[Row]:
    rows: Any = gaps.drop(columns="geometry").to_dict("records")
    return list(rows)


@pytest.fixture(scope="module")
def sample(demo: Path) -> list[Row]:
    return records(Workspace.open(demo).read_table("gaps"))


@pytest.mark.parametrize("kind", sorted(IN_SAMPLE))
def test_every_gap_of_the_sample_is_redone_from_its_evidence(kind: str, sample: list[Row]) -> None:
    gaps = [gap for gap in sample if gap["kind"] == kind]

    assert gaps, "none in the sample"
    for gap in gaps:
        assert_redone(gap)


def test_every_kind_can_be_redone() -> None:
    assert REDO.keys() == KINDS.keys()


# --- drawn by hand: kinds the sample lacks, and data that are less complete -------------------------------


def at(x: float, y: float, **more: Any) -> Row:
    return {**more, "geometry": Point(x, y)}


def lamps(x: float, count: int) -> list[Row]:
    return [at(x, 10_000 * (k + 0.5) / count, kind="street_lamp") for k in range(count)]


def line(*xy: tuple[float, float], **more: Any) -> Row:
    return {**more, "geometry": LineString(xy)}


BOTH = {"A": world.A, "B": world.B}
WIDE = {"A": box(-9000, 0, 0, 14_000), "B": box(0, 0, 9000, 14_000)}
BELTS = (-5000, 5000)
PEOPLE = [at(x, 5000, people=1000) for x in (-5000, -500, 500, 5000)]
PIPES = [line((x, 0), (x, 14_000), kind="water_main") for x in (-5000, -4500, 4600, 5100)]
LATE = [at(-500 - 10 * k, 1000 + k, people=10 + k) for k in range(60)]

WORLDS: dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]] = {
    "overlap, gap": (
        {"A": box(-6000, 0, 300, 4000).union(world.A), "B": world.B - box(0, 6000, 120, 9000)},
        {"population": PEOPLE},
        {"boundary_overlap", "boundary_gap"},
    ),
    "depression of points by people": (
        BOTH,
        {"population": PEOPLE, "assets": [row for x in BELTS for row in lamps(x, 60)] + lamps(-500, 5)},
        {"border_depression"},
    ),
    "depression of points by area and of lines": (
        WIDE,
        {"assets": [*[row for x in BELTS for row in lamps(x, 60)], *PIPES]},
        {"border_depression"},
    ),
    "imbalance of lines, exact": (
        BOTH,
        {"assets": [line((-500, 0), (-500, 10_000), kind="water_main")]},
        {"asset_imbalance"},
    ),
    "imbalance of lines, drawn": (
        WIDE,
        {"assets": [line((900, 0), (900, 14_000), kind="water_main")], "population": PEOPLE},
        {"asset_imbalance"},
    ),
    "paved on one side": (
        WIDE,
        {
            "roads": [
                line((-500, 0), (-500, 14_000), road_class="tertiary", surface="asphalt"),
                line((500, 0), (500, 14_000), road_class="tertiary", surface="gravel"),
            ]
        },
        {"asset_imbalance"},
    ),
    "services without roads, some capacities unknown": (
        BOTH,
        {
            "population": [
                *(at(-500, 5000, people=700), at(300, 5000, people=900), at(900, 500, people=10)),
                at(5900, 500, people=5000),  # far from the two police stations, which are plenty at the line
            ],
            "facilities": [
                at(-5900, 9900, kind="clinic", capacity=5),
                at(500, 5200, kind="clinic", capacity=20),
                at(-300, 5300, kind="police", capacity=3),
                at(300, 5300, kind="police"),
                at(5900, 9900, kind="fire_station"),
            ],
        },
        {"service_wall", "service_desert", "service_imbalance", "service_duplicate"},
    ),
    "people without a way, more than are listed": (
        BOTH,
        {
            "roads": [
                line((-6000, 1000), (-10, 1000), road_class="residential"),
                line((-10, 9000), (3000, 9000), road_class="residential"),
            ],
            "population": [*LATE, at(400, 8900, people=3)],
            "facilities": [at(2900, 9000, kind="clinic"), at(-5900, 1000, kind="police")],
        },
        {"service_desert"},
    ),
    "a park without anything known of its roads": (
        BOTH,
        {
            "parks": [{"geometry": box(-900, 4000, -500, 4400)}],
            "facilities": [at(-5900, 9900, kind="fire_station"), at(300, 4000, kind="fire_station")],
        },
        {"park_service_gap"},
    ),
    "two managers": (
        BOTH,
        {
            "roads": [
                line((-1500, 5000), (-800, 5000), road_class="tertiary", name="Mill Road", managed_by="A1"),
                line((-800, 5000), (0, 5000), road_class="tertiary", name="Mill Road", managed_by="A2"),
                line((0, 5000), (900, 5000), road_class="tertiary", name="Mill Road", managed_by="B1"),
            ],
            "assets": [
                line((-100, 2000), (100, 2000), kind="water_main", feature_id="w", managed_by=by)
                for by in ("A1", "B1")
            ],
        },
        {"responsibility"},
    ),
}


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_drawn_by_hand_is_redone_from_its_evidence(name: str) -> None:
    shapes, layers, expected = WORLDS[name]
    gaps = records(analysed(shapes, due=tuple(KINDS), **layers)["gaps"])

    assert expected <= {gap["kind"] for gap in gaps}
    for gap in gaps:
        assert_redone(gap)

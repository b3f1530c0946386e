"""Asks bordergap and plain GeoPandas and NetworkX the same questions, and compares CPU seconds and answers.

    python tests/benchmarks/peers.py [--roads 60000] [--facilities 4000] [--people 10000] [--rounds 3]
                                     [--searches 16] [--markdown FILE]

Chongqing with a lattice of roads, facilities of eight kinds and places of people (`lattice.py`).
All is measured in one strip, as planners do, so that answers can be compared row by row:

- Q1 shared borders with their lengths
- Q2 areas of both sides' border zones (2 000 m)
- Q3 km of road by pair, side and class in the zone
- Q4 facilities by pair, side and kind in the zone
- Q5 straight-line distance of every place to the nearest own and the nearest of any facility, by kind
- Q6 crossings by pair
- T  travel time of every place to the nearest own facility, by kind and district (`--searches` of them)

bordergap answers with the functions its checks are made of (`find_borders`, `BorderFrame`, `cut`,
`crossings`, `StraightReach`, `RoadReach`), a planner with `sjoin`, `overlay`, `buffer`, `sjoin_nearest` and
`multi_source_dijkstra_path_length`. The two take turns; CPU seconds of this process, medians of the rounds.
Roads that weave over a border within 30 m, and what ends or stands on one, are left out: what crosses there,
and whose it is, is a matter of definition.
Answers must agree within 1e-9 of their size, minutes within the 0.0001 that bordergap rounds them to.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from lattice import KINDS, lattice
from measuring import Seconds, figures, medians, table, timed
from peers_bordergap import Bordergap
from peers_plain import Plain

from geodata.sample import REGION

if TYPE_CHECKING:
    from lattice import Lattice
    from numpy.typing import NDArray

QUESTIONS = ("load", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
NETWORK = ("T network", "T own")
END_DEG = 2e-5  # about 2 m
WEAVING_DEG = 3e-4  # about 30 m
SAME = 1e-9  # of an answer's size
SAME_MIN = 0.000_051  # minutes are rounded to 0.0001
GOALS = "questions at least 3 times, travel times at least 50 times faster"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--roads", type=int, default=60_000)
    parser.add_argument("--facilities", type=int, default=4_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--searches", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    districts = gpd.read_file(REGION / "districts.geojson")
    made = lattice(
        districts, roads=given.roads, facilities=given.facilities, people=given.people, seed=given.seed
    )
    made = plain_cases(made)
    ours, theirs = compared(made, rounds=given.rounds, searches=given.searches)
    counts = [len(layer) for layer in (made.roads, made.facilities, made.population)]
    head = "38 districts, {} roads, {} facilities, {} places of people".format(*counts)
    text = f"{head}; medians of {given.rounds} rounds\n\n{report(ours, theirs, given.searches)}"
    click.echo(text)
    if given.markdown:
        given.markdown.write_text(text + "\n", encoding="utf-8")


def plain_cases(made: Lattice) -> Lattice:
    """Return `made` without roads that weave over a border or end at one, and without points on one."""
    outlines = made.districts.boundary.to_numpy()
    lines = made.roads.geometry.to_numpy()
    outline, road = shapely.STRtree(lines).query(outlines, predicate="dwithin", distance=END_DEG)
    points = shapely.intersection(lines[road], outlines[outline])
    met, of = shapely.get_parts(points, return_index=True)
    at = pd.DataFrame({"of": of, "at": shapely.line_locate_point(lines[road[of]], met)})
    gap = at.sort_values(["of", "at"]).groupby("of")["at"].diff()
    weaving = np.unique(at.loc[gap[gap < WEAVING_DEG].index, "of"])
    left_out = np.concatenate([road[weaving], road[shapely.is_empty(points)], *_ends_at(lines, outlines)])
    return replace(
        made,
        roads=_without(made.roads, left_out),
        facilities=_without(made.facilities, _at(made.facilities.geometry.to_numpy(), outlines)),
        population=_without(made.population, _at(made.population.geometry.to_numpy(), outlines)),
    )


def _ends_at(lines: NDArray[np.object_], outlines: NDArray[np.object_]) -> list[NDArray[np.intp]]:
    return [_at(shapely.get_point(lines, end), outlines) for end in (0, -1)]


def _at(points: NDArray[np.object_], outlines: NDArray[np.object_]) -> NDArray[np.intp]:
    return np.asarray(shapely.STRtree(points).query(outlines, predicate="dwithin", distance=END_DEG)[1])


def _without(layer: gpd.GeoDataFrame, rows: NDArray[np.intp]) -> gpd.GeoDataFrame:
    return layer.drop(index=layer.index[np.unique(rows)]).reset_index(drop=True)


def compared(made: Lattice, *, rounds: int, searches: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the CPU seconds of both by question; an answer that differs ends the program."""
    ours: Seconds = {}
    theirs: Seconds = {}
    for _ in range(rounds):
        both = Bordergap(made), Plain(made)
        for question in QUESTIONS:
            _ask(question, both, (ours, theirs))
        wanted = _searches(both[0], searches)
        for question in NETWORK:
            _ask(question, both, (ours, theirs), wanted)
    return medians(ours), medians(theirs)


def _ask(
    question: str,
    both: tuple[Bordergap, Plain],
    seconds: tuple[Seconds, Seconds],
    *given: list[tuple[str, str]],
) -> None:
    name = question.lower().replace(" ", "_")
    answers = [
        timed(kept, question, getattr(asked, name), *(given if question == NETWORK[-1] else ()))
        for asked, kept in zip(both, seconds, strict=True)
    ]
    if answers[0] is not None:
        require_same(question, *answers)


def _searches(ours: Bordergap, count: int) -> list[tuple[str, str]]:
    """Return `count` kinds and districts, spread over all there are."""
    every = [(kind, district) for kind in KINDS for district in sorted(ours.places.people_of)]
    return [every[position] for position in np.linspace(0, len(every) - 1, count).astype(int)]


def require_same(question: str, ours: pd.Series, theirs: pd.Series) -> None:
    """Raise SystemExit unless the answers have the same rows and values."""
    missing = ours.index.symmetric_difference(theirs.index)
    if len(missing):
        raise SystemExit(f"{question}: only one has {missing[:5].tolist()}, {len(missing)} rows in all")
    one, other = ours.sort_index(), theirs.sort_index()
    apart = (one - other).abs().where(one != other, 0.0)  # inf from inf is no number
    minutes = question == "Q5" or question in NETWORK
    allowed = SAME_MIN + SAME * other.abs() if minutes else SAME * other.abs()
    wrong = ~(apart <= allowed)
    if wrong.any():
        rows = pd.DataFrame({"bordergap": one[wrong], "plain": other[wrong]})
        raise SystemExit(f"{question}: {wrong.sum()} of {len(one)} rows differ\n{rows.head()}")


def report(ours: dict[str, float], theirs: dict[str, float], searches: int) -> str:
    """Return the table of seconds and ratios."""
    overlays = QUESTIONS[1:]

    def row(name: str, steps: tuple[str, ...]) -> list[str]:
        one, other = (sum(seconds[step] for step in steps) for seconds in (ours, theirs))
        return [name, figures(one), figures(other), figures(other / one)]

    rows = [row(question, (question,)) for question in QUESTIONS]
    rows += [row("**Q1 to Q6**", overlays), row("**load and Q1 to Q6**", QUESTIONS)]
    rows += [row("T network", NETWORK[:1]), row(f"**T own, {searches} searches**", NETWORK[1:])]
    head = ["CPU s", "bordergap", "GeoPandas, NetworkX", "times faster"]
    return f"{table(head, rows)}\n\nGoals: {GOALS}. All answers agree."


if __name__ == "__main__":
    sys.exit(main())

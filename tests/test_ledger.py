"""The ledger on both databases: entries, versions, history, keys, and what an analysis says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely.geometry import LineString

from geodata.database import Database
from geodata.ledger import Entry, Ledger
from geodata.records import Ask, Conflict, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def gaps(*ids: str) -> gpd.GeoDataFrame:
    """Return gaps of one border, each on a segment of its own."""
    count = len(ids)
    return gpd.GeoDataFrame(
        {
            "gap_id": list(ids),
            "pairing_id": "1--2",
            "kind": "service_wall",
            "side": "a",
            "what": "school",
            "severity": 50.0,
            "segment_from": range(count),
            "segment_to": range(count),
        },
        geometry=[
            LineString([(106, 29 + number / 100), (106, 29 + (number + 1) / 100)]) for number in range(count)
        ],
        crs="EPSG:4326",
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty database of each kind."""
    address = "" if request.param == "sqlite" else request.getfixturevalue("postgres")
    found = Database(tmp_path, address)
    yield found
    found.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, lambda: gaps("g1", "g2", "g3"))


def test_a_gap_is_found_until_somebody_takes_it_up(ledger: Ledger) -> None:
    untouched = ledger.entry("g1")

    assert untouched is not None
    assert (untouched.status, untouched.version, untouched.gap["what"]) == ("found", 0, "school")
    assert ledger.entries() == []
    assert ledger.entry("nowhere") is None


def test_what_is_changed_stands_with_its_history(ledger: Ledger) -> None:
    first = ledger.change("g1", {"lead": "交通局", "status": "assigned"}, version=0, author="王")
    second = ledger.change("g1", {"due": "2027-03-31"}, version=first.version, author="李")

    assert ledger.entry("g1") == second
    assert (second.status, second.values["lead"], second.values["due"]) == (
        "assigned",
        "交通局",
        "2027-03-31",
    )
    told = [(each.version, each.field, each.old, each.new, each.author) for each in ledger.history("g1")]
    assert told == [
        (1, "status", "found", "assigned", "王"),
        (1, "lead", None, "交通局", "王"),
        (2, "due", None, "2027-03-31", "李"),
    ]


def test_the_second_of_two_is_told_and_nothing_is_overwritten(ledger: Ledger) -> None:
    ledger.change("g1", {"notes": "first"}, version=0, author="王")

    with pytest.raises(Conflict) as told:
        ledger.change("g1", {"notes": "second"}, version=0, author="李")

    assert told.value.current.fields["notes"] == "first"
    assert told.value.ask.changes == {"notes": "second"}
    assert "王" in str(told.value)
    entry = ledger.entry("g1")
    assert entry is not None
    assert entry.values["notes"] == "first"


def test_the_same_key_writes_once(ledger: Ledger) -> None:
    answers = [ledger.change("g1", {"notes": "x"}, version=0, author="王", key="k") for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert len(ledger.history("g1")) == 1


def test_rows_are_taken_one_by_one(ledger: Ledger) -> None:
    ledger.change("g1", {"notes": "mine"}, version=0, author="王")

    one, two, three = ledger.change_many(
        [Ask("g1", {"notes": "x"}, 0), Ask("g2", {"due": "soon"}, 0), Ask("g3", {"notes": "z"}, 0)],
        author="李",
    )

    assert isinstance(one, Conflict)
    assert isinstance(two, Refused)
    assert isinstance(three, Entry)
    assert [entry.gap_id for entry in ledger.entries()] == ["g1", "g3"]

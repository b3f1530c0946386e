"""PostGIS: tables and views of a real server come in as files do; what is hostile or slow is told of."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from shapely import LineString, Point

from dashboard.cli import main
from geodata.errors import SourceError, UsageError
from geodata.ingest import import_source, postgis
from geodata.ingest.look import look
from geodata.workspace import Workspace

MAKE = Path(__file__).resolve().parents[2] / "shared" / "badinputs" / "make.py"
SECRET = "hunter2-never-shown"  # noqa: S105  # made up
ROADS = """
CREATE TABLE roads (
    gid int, class text, 名称 text, lanes numeric, since date, geom geometry(LineString, 4545));
INSERT INTO roads SELECT k, 'primary', 'Rd ' || k, 2.5, '2020-02-29',
    ST_SetSRID(ST_MakeLine(ST_MakePoint(500000 + k, 3300000), ST_MakePoint(500000 + k, 3300100)), 4545)
FROM generate_series(1, 12000) AS k;
UPDATE roads SET geom = NULL WHERE gid = 7;
CREATE VIEW wide_roads AS SELECT * FROM roads WHERE gid <= 3;
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def run(address: str, script: Any) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(script)


def with_password(address: str) -> str:
    return address.replace("tester@", f"tester:{SECRET}@")


def kept(workspace: Workspace) -> dict[str, bytes]:
    files = (path for path in workspace.path.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path): path.read_bytes() for path in files}


def test_a_table_comes_in_by_chunks_with_its_reference_system(postgres: str, workspace: Workspace) -> None:
    run(postgres, ROADS)

    (record,) = import_source(workspace, with_password(postgres), table="roads")

    assert (record.rows_read, record.accepted, record.quarantined) == (12_000, 11_999, 1)
    assert record.crs == "EPSG:4545"
    assert "public.roads" in str(record.source)
    roads = workspace.read_layer("roads")
    assert isinstance(roads, gpd.GeoDataFrame)
    assert roads["lanes"].unique().tolist() == [2.5]
    assert set(roads["name"]) == {f"Rd {k}" for k in range(1, 12_001) if k != 7}
    expected = gpd.GeoSeries([LineString([(500_001, 3_300_000), (500_001, 3_300_100)])], crs=4545).to_crs(
        4326
    )
    one = roads.geometry[roads["name"] == "Rd 1"].iloc[0]
    assert one.equals_exact(expected.iloc[0], 1e-9)
    aside = workspace.quarantine("roads")
    assert aside is not None
    assert aside["reason"].tolist() == ["it has no geometry; draw it"]
    assert not any(SECRET.encode() in content for content in kept(workspace).values())


def test_a_view_and_a_table_without_geometry(postgres: str, workspace: Workspace) -> None:
    run(postgres, ROADS)
    run(
        postgres,
        "CREATE SCHEMA health; CREATE TABLE health.clinics (name text, kind text, 经度 text, 纬度 float8);"
        "INSERT INTO health.clinics VALUES ('甲', 'clinic', '106.5', 29.5), ('乙', 'clinic', 'x', 29.4)",
    )

    import_source(workspace, postgres, table="public.wide_roads", layer="roads")
    (record,) = import_source(workspace, postgres, table="health.clinics", layer="facilities")

    assert workspace.row_count("roads") == 3
    assert (record.accepted, record.quarantined) == (1, 1)
    clinics = workspace.read_layer("facilities")
    assert isinstance(clinics, gpd.GeoDataFrame)
    assert clinics.geometry.tolist() == [Point(106.5, 29.5)]


def test_a_look_tells_what_a_table_holds_and_what_lies_beside_it(postgres: str, workspace: Workspace) -> None:
    run(postgres, ROADS)
    run(
        postgres, "CREATE SCHEMA health; CREATE TABLE health.clinics (name text); CREATE TABLE plans (id int)"
    )

    (found,) = look(postgres, table="wide_roads")
    (record,) = import_source(workspace, postgres, table="wide_roads", layer="roads")

    assert (found.rows, found.geometry_types) == (3, {"LineString": 3})
    assert found.left == ("tables not imported this time: public.plans, public.roads",)
    assert found.left[0] in record.notes


def test_which_table_is_meant_is_asked_for(postgres: str, workspace: Workspace) -> None:
    run(postgres, ROADS)

    with pytest.raises(SourceError, match=r"say --table, there are public\.roads, public\.wide_roads"):
        import_source(workspace, postgres)


def hostile() -> list[str]:
    if not MAKE.is_file():
        return []
    import tempfile  # noqa: PLC0415  # before any test, for their names only

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(MAKE), folder], check=True, capture_output=True)
        strings = json.loads((Path(folder) / "strings.json").read_text())
    said = [*strings["database_source_names"], *strings["where_and_column_names"]]
    return [text if isinstance(text, str) else json.dumps(text) for text in said]


@pytest.mark.skipif(not MAKE.is_file(), reason="needs ../shared/badinputs, which is not here")
def test_a_name_is_a_name_and_never_sql(postgres: str, workspace: Workspace) -> None:
    run(postgres, "CREATE TABLE ledger (id int); INSERT INTO ledger VALUES (1), (2)")
    before = kept(workspace)

    for text in hostile():
        with pytest.raises(SourceError, match="there is no table"):
            import_source(workspace, postgres, table=text, layer="facilities")
        with pytest.raises(SourceError):
            import_source(workspace, postgres, table="ledger", layer="indicators", field_map={"value": text})

    assert kept(workspace) == before
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (2,)


def test_a_table_whose_own_name_is_an_attack_is_read(postgres: str, workspace: Workspace) -> None:
    name = 'x"; DROP TABLE ledger; --'
    columns = sql.SQL("(name text, kind text, lon float8, lat float8, {} text)")
    run(
        postgres,
        sql.SQL("CREATE TABLE {} ").format(sql.Identifier(name)) + columns.format(sql.Identifier("a'\"%s;")),
    )
    run(postgres, sql.SQL("INSERT INTO {} VALUES ('a', 'clinic', 1, 2, 'b')").format(sql.Identifier(name)))
    run(postgres, "CREATE TABLE ledger (id int)")

    (record,) = import_source(workspace, postgres, table=f"public.{name}", layer="facilities")

    assert record.accepted == 1
    run(postgres, "SELECT * FROM ledger")


def test_nothing_is_written_there(postgres: str, workspace: Workspace) -> None:
    run(
        postgres,
        "CREATE TABLE log (id int); CREATE FUNCTION noted() RETURNS text LANGUAGE sql VOLATILE AS"
        " 'INSERT INTO public.log VALUES (1) RETURNING id::text';"
        "CREATE VIEW facilities AS SELECT noted() AS name, 'clinic' AS kind, 1.0 AS lon, 2.0 AS lat",
    )

    with pytest.raises(SourceError, match="read-only transaction"):
        import_source(workspace, postgres, table="facilities")

    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT count(*) FROM log").fetchone() == (0,)


def test_a_slow_view_ends_at_its_time(
    postgres: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis, "STATEMENT_S", 1)
    run(
        postgres,
        "CREATE VIEW facilities AS SELECT k AS id, 'clinic' AS kind, 1.0 AS lon, 2.0 AS lat, "
        "pg_sleep(CASE WHEN k = 5003 THEN 60 ELSE 0 END)::text AS s FROM generate_series(1, 6000) AS k",
    )
    before = kept(workspace)

    with pytest.raises(SourceError, match="row 21 or one soon after it: no answer within 1 s"):
        import_source(workspace, postgres, table="facilities")

    assert kept(workspace) == before


def test_a_connection_that_ends_leaves_the_workspace(postgres: str, workspace: Workspace) -> None:
    run(
        postgres,
        "CREATE VIEW facilities AS SELECT k AS id, 'clinic' AS kind, 1.0 AS lon, 2.0 AS lat, "
        "pg_sleep(CASE WHEN k > 5000 THEN 60 ELSE 0 END)::text AS s FROM generate_series(1, 6000) AS k",
    )
    before = kept(workspace)
    ended = threading.Event()

    def end() -> None:
        ours = "FROM pg_stat_activity WHERE application_name = 'bordergap' AND query LIKE 'FETCH%'"
        with psycopg.connect(postgres, autocommit=True) as connection:
            while not ended.wait(0.05):
                if connection.execute(f"SELECT pg_terminate_backend(pid) {ours}").fetchall():
                    return

    ender = threading.Thread(target=end)
    ender.start()
    try:
        with pytest.raises(SourceError, match=r"row \d+ .*connection"):
            import_source(workspace, with_password(postgres), table="facilities")
    finally:
        ended.set()
        ender.join()

    assert kept(workspace) == before


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    CliRunner().invoke(main, ["new", str(tmp_path / "ws")])
    address = f"postgresql://who:{SECRET}@127.0.0.1:{port}/plans"

    told = CliRunner().invoke(main, ["import", str(tmp_path / "ws"), address, "--table", "roads"])

    assert told.exit_code == 1
    assert f"postgresql://who@127.0.0.1:{port}/plans cannot be used" in told.output
    assert "see that the server runs" in told.output
    assert SECRET not in told.output


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"postgresql://u:{SECRET}@h/d?passfile=/etc/passwd", "cannot set passfile"),
        (f"postgresql://u:{SECRET}@h/d?options=-csearch_path%3Dx", "cannot set options"),
        (f"postgresql://u:{SECRET}@h:port:/d?x", "cannot be read"),
    ],
)
def test_an_address_says_where_and_who_alone(address: str, said: str, workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=said) as told:
        import_source(workspace, address, table="roads")

    assert SECRET not in str(told.value)


def test_rows_in_another_reference_system_are_set_aside(postgres: str, workspace: Workspace) -> None:
    run(
        postgres,
        "CREATE TABLE facilities (name text, kind text, geom geometry);"
        "INSERT INTO facilities VALUES ('a', 'clinic', 'SRID=4326;POINT(1 2)'),"
        " ('b', 'clinic', 'SRID=3857;POINT(5 6)'), ('c', 'clinic', 'SRID=4326;POINT(3 4)')",
    )

    (record,) = import_source(workspace, postgres, table="facilities")

    assert (record.accepted, record.quarantined) == (2, 1)

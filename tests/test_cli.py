"""The command line: what it says, how it ends, and that it serves."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely.geometry import LineString, Point, box

from dashboard import server
from dashboard.cli import COMMANDS, STOPPED, main
from dashboard.commands import doctor, terminal
from dashboard.commands.gaps import listing
from dashboard.server import address_of, is_loopback, listening_socket
from geodata.errors import UsageError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

PROGRAM = Path(sys.executable).with_name("bordergap")
#  +-----------+-----------+   One road crosses at x = 108: asphalt in the west, gravel in the east.
#  | 01 ==============--- |   The eastern district's name tries to steer the terminal.
#  +-----------+-----------+
HOSTILE = "\x1b[31m=Ost\u202e"


def bordergap(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of layers with one finding to be made."""
    folder = tmp_path_factory.mktemp("inputs")
    layers = {
        "districts": {
            "district_id": ["01", "02"],
            "name": ["西区", HOSTILE],
            "geometry": [box(107.9, 30, 108, 30.1), box(108, 30, 108.1, 30.1)],
        },
        "roads": {
            "feature_id": ["w", "e"],
            "road_class": ["secondary", "secondary"],
            "name": ["Long Road", "Long Road"],
            "surface": ["asphalt", "gravel"],
            "geometry": [
                LineString([(107.91, 30.05), (108, 30.05)]),
                LineString([(108, 30.05), (108.09, 30.05)]),
            ],
        },
        "population": {
            "feature_id": ["p"],
            "people": [5000],
            "geometry": [Point(107.99, 30.05)],
        },
    }
    for name, columns in layers.items():
        gpd.GeoDataFrame(columns, crs="EPSG:4326").to_file(folder / f"{name}.geojson", driver="GeoJSON")
    return folder


@pytest.fixture(scope="module")
def atlas(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with results."""
    workspace = tmp_path_factory.mktemp("atlas") / "atlas"
    for words in (
        ("new", workspace),
        ("import", workspace, inputs),
        ("analyse", workspace, "--engine", "serial"),
    ):
        result = bordergap(*words)
        assert result.exit_code == 0, result.output
    return workspace


# --- help and ends -----------------------------------------------------------------------------------------


def test_help_lists_every_command() -> None:
    told = bordergap("--help").output

    assert [name for name in COMMANDS if re.search(rf"^  {name} ", told, re.MULTILINE)] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = bordergap(name, "--help")

    assert result.exit_code == 0
    assert f"  bordergap {name}" in result.output


def test_listing_the_commands_loads_no_geography() -> None:
    check = "import sys, dashboard.cli as c; c.main(['--help'], standalone_mode=False); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout

    assert "geopandas" not in told.split()


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["nonsense"], 2, "No such command"),
        (["analyse", "nowhere"], 2, "does not exist"),
        (["analyse"], 2, "Missing argument"),
        (["import", ".", "x", "--map", "kind"], 2, "is not of the form field=column"),
        (["analyse", "."], 1, "is no workspace; make one with: bordergap new"),
    ],
)
def test_exit_codes_tell_whose_fault_it_is(
    words: list[str], exit_code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = bordergap(*words)

    assert result.exit_code == exit_code
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_workspace_is_not_made_twice(atlas: Path) -> None:
    result = bordergap("new", atlas)

    assert result.exit_code == 1
    assert "is a workspace already" in result.stderr


def test_ctrl_c_is_no_error_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_path: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "create", stopped)
    result = bordergap("new", tmp_path / "atlas")

    assert result.exit_code == STOPPED
    assert "Stopped" in result.stderr


def test_a_refusal_of_the_system_is_told_without_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str) -> None:
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(Workspace, "create", full)
    result = bordergap("new", tmp_path / "atlas")

    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.output


# --- import, analyse, gaps ---------------------------------------------------------------------------------


def test_import_tells_what_came_in(inputs: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "atlas"
    bordergap("new", workspace)
    records = json.loads(bordergap("import", workspace, inputs, "--json").stdout)

    assert {record["layer"]: record["accepted"] for record in records} == {
        "districts": 2,
        "roads": 2,
        "population": 1,
    }


def test_a_source_at_fault_ends_with_1(tmp_path: Path) -> None:
    workspace, source = tmp_path / "atlas", tmp_path / "roads.geojson"
    bordergap("new", workspace)
    source.write_text("{", encoding="utf-8")
    result = bordergap("import", workspace, source)

    assert result.exit_code == 1
    assert "roads.geojson" in result.stderr
    assert "Traceback" not in result.output


def test_analyse_gives_its_record_as_json(atlas: Path) -> None:
    record = json.loads(bordergap("analyse", atlas, "--engine", "serial", "--json").stdout)

    assert set(record["inputs"]) == {"districts", "roads", "population"}


def test_an_unknown_pairing_is_the_commands_fault(atlas: Path) -> None:
    for command in ("analyse", "gaps"):
        result = bordergap(command, atlas, "--pairing", "98--99")
        assert result.exit_code == 2, command
        assert "01--02" in result.stderr


def test_gaps_are_listed_with_their_sentences(atlas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    told = bordergap("gaps", atlas).stdout
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told_zh = bordergap("gaps", atlas).stdout

    assert "Road changes at the line" in told
    assert "Long Road" in told
    assert "道路标准突变" in told_zh
    assert "西区" in told_zh


def test_names_do_not_steer_the_terminal(atlas: Path) -> None:
    told = bordergap("gaps", atlas).stdout

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "[31m=Ost" in told


def test_control_characters_are_made_visible() -> None:
    assert terminal.printable(HOSTILE) == "\\x1b[31m=Ost\\x202e"
    assert terminal.printable("重庆\nعربى 🙂") == "重庆\nعربى 🙂"


def test_gaps_as_json_and_as_a_file_are_the_same(atlas: Path, tmp_path: Path) -> None:
    rows = json.loads(bordergap("gaps", atlas, "--pairing", "01--02", "--json").stdout)
    result = bordergap("gaps", atlas, "-o", tmp_path / "gaps.geojson")
    collection = json.loads((tmp_path / "gaps.geojson").read_text(encoding="utf-8"))

    assert result.exit_code == 0
    assert result.stdout == ""
    assert rows == [{**one["properties"], "geometry": one["geometry"]} for one in collection["features"]]
    assert [row["kind"] for row in rows] == ["road_step_change"]


def test_an_unknown_format_is_the_commands_fault(atlas: Path, tmp_path: Path) -> None:
    result = bordergap("gaps", atlas, "-o", tmp_path / "gaps.docx")

    assert result.exit_code == 2
    assert ".geojson" in result.stderr


def test_gaps_before_an_analysis_say_what_to_do(inputs: Path, tmp_path: Path) -> None:
    bordergap("new", tmp_path / "atlas")
    bordergap("import", tmp_path / "atlas", inputs)
    result = bordergap("gaps", tmp_path / "atlas")

    assert result.exit_code == 1
    assert "bordergap analyse" in result.stderr


def test_no_gaps_are_said() -> None:
    assert listing(gpd.GeoDataFrame({"severity": []}, geometry=[]), "en") == "No gaps."


# --- demo --------------------------------------------------------------------------------------------------


def test_a_second_demo_takes_no_new_analysis(demo: Path) -> None:
    before = Workspace.open(demo).results_version()
    result = bordergap("demo", "--dir", demo, "--no-serve")

    assert result.exit_code == 0
    assert Workspace.open(demo).results_version() == before


def test_a_demo_stopped_half_way_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    module = importlib.import_module("dashboard.commands.demo")
    with monkeypatch.context() as patched:
        patched.setattr(module, "import_source", stopped)
        assert bordergap("demo", "--dir", tmp_path / "demo", "--no-serve").exit_code == STOPPED

    assert module.sample_workspace(tmp_path / "demo").has_layer("districts")


def test_a_demo_keeps_its_hands_off_other_folders(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    result = bordergap("demo", "--dir", tmp_path, "--no-serve")

    assert result.exit_code == 2
    assert "holds something else; name another folder with --dir" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_rests_on_real_data_alone_says_so(demo: Path) -> None:
    gaps = Workspace.open(demo).read_table("gaps")
    seats = gaps[(gaps["what"] == "government_hall") & gaps["kind"].isin(["service_wall", "service_desert"])]

    assert len(seats) > 0
    assert set(seats["provenance"]) == {"fallback"}  # real places, straight lines
    assert "generated" in set(gaps["provenance"])


# --- doctor ------------------------------------------------------------------------------------------------


def test_doctor_finds_what_the_program_needs() -> None:
    result = bordergap("doctor", "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 0
    assert {"python", "geopandas", "GDAL", "GEOS", "PROJ"} <= {finding["about"] for finding in found}
    assert {finding["state"] for finding in found} == {"ok"}


def test_doctor_names_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor.importlib.metadata, "requires", lambda _: ["nowhere-to-be-found>=2", "click>=999"]
    )
    result = bordergap("doctor")

    assert result.exit_code == 1
    assert "pip install 'nowhere-to-be-found>=2'" in result.stdout
    assert "does not fit >=999" in result.stdout


def test_doctor_says_what_in_the_data_is_doubtful(atlas: Path) -> None:
    result = bordergap("doctor", atlas)

    assert result.exit_code == 0
    assert re.search(r"doubtful +facilities +no such layer; not computed: .*service_wall", result.stdout)
    assert f"bordergap import {atlas} FILE --layer facilities" in result.stdout
    assert re.search(r"doubtful +roads +licence not stated", result.stdout)
    assert "\x1b" not in result.stdout


def test_what_changed_since_the_analysis_is_said(inputs: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "atlas"
    for words in (("new",), ("import", inputs), ("analyse", "--engine", "serial")):
        bordergap(words[0], workspace, *words[1:])
    assert "changed since" not in bordergap("doctor", workspace).stdout
    places = gpd.read_file(inputs / "population.geojson").assign(people=7000)
    places.to_file(tmp_path / "population.geojson", driver="GeoJSON")
    bordergap("import", workspace, tmp_path / "population.geojson")

    assert "changed since the analysis: population" in bordergap("doctor", workspace).stdout
    assert "Changed since the analysis: population" in bordergap("gaps", workspace).stderr


def test_doctor_tells_damage_instead_of_stopping_at_it(inputs: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "atlas"
    bordergap("new", workspace)
    bordergap("import", workspace, inputs)
    (workspace / "layers" / "roads.parquet").write_bytes(b"PAR1 no more")
    result = bordergap("doctor", workspace)

    assert result.exit_code == 1
    assert "roads" in result.stdout
    assert "Traceback" not in result.output


# --- terminal ----------------------------------------------------------------------------------------------


def test_a_table_keeps_its_columns_with_chinese_letters() -> None:
    told = terminal.table(("name", "km"), [("重庆", "1.5"), ("Vaduz", "17.2")], right=(1,)).split("\n")

    assert told == ["name     km", "重庆    1.5", "Vaduz  17.2"]


def test_progress_is_drawn_for_people_only() -> None:
    with terminal.progress_bar() as progress:
        assert progress is None


@pytest.mark.parametrize(("locale", "lang"), [("zh_CN.UTF-8", "zh"), ("de_DE.UTF-8", "en"), ("", "en")])
def test_findings_are_told_in_the_language_of_the_terminal(
    locale: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, locale)

    assert terminal.language() == lang


def test_missing_numbers_are_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.write_json({"value": float("nan"), "rows": list(pd.Series([1, 2]).to_numpy())})

    assert json.loads(capsys.readouterr().out) == {"value": None, "rows": [1, 2]}


# --- server ------------------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_taken_port_is_told_with_a_remedy(taken: int) -> None:
    with pytest.raises(UsageError, match=rf"port {taken} is taken.*--port {taken + 1}"):
        listening_socket("127.0.0.1", taken)


def test_a_port_nobody_asked_for_gives_way(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PORT", taken)
    with listening_socket("127.0.0.1", None) as listening:
        assert taken < listening.getsockname()[1] < taken + server.PORTS_TRIED


def test_addresses_are_such_as_a_browser_opens() -> None:
    with listening_socket("127.0.0.1", 0) as here, listening_socket("0.0.0.0", 0) as open_to_all:  # noqa: S104
        assert is_loopback(here)
        assert not is_loopback(open_to_all)
        assert address_of(open_to_all) == f"http://127.0.0.1:{open_to_all.getsockname()[1]}/"


def test_a_host_that_is_not_ours_is_told() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1"):
        listening_socket("192.0.2.1", 0)


def test_serve_answers_and_ends_with_ctrl_c(atlas: Path) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    words = [PROGRAM, "serve", str(atlas), "--port", "0", "--workers", "2"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment) as serving:
        assert serving.stderr is not None
        try:
            said = serving.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert address is not None, said + serving.stderr.read()
            with urllib.request.urlopen(address[0], timeout=60) as answer:  # noqa: S310  # our own server
                assert answer.status == 200
                assert "bordergap" in answer.read().decode()
        finally:
            serving.send_signal(signal.SIGINT)
        rest = serving.stderr.read()
        assert serving.wait(timeout=60) == 0
        assert "Traceback" not in rest
        assert rest.count("Ended.") == 1


def test_others_are_served_with_accounts_alone(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shutil.copytree(atlas, tmp_path / "office")
    started = []
    serve = sys.modules["dashboard.commands.serve"]
    monkeypatch.setattr(serve, "serve", lambda app, listening, **_: started.append(app) or listening.close())
    asked = ("serve", workspace, "--port", "0")
    for open_to_others in (("--host", "0.0.0.0"), ("--behind-proxy", "1")):  # noqa: S104
        refused = bordergap(*asked, *open_to_others)
        assert refused.exit_code == 2
        assert "bordergap account" in refused.stderr
    assert started == []

    assert bordergap("account", workspace, "add", "lin", "--no-password").exit_code == 0
    for arguments in (("--host", "0.0.0.0"), ("--behind-proxy", "1"), ()):  # noqa: S104
        assert bordergap(*asked, *arguments).exit_code == 0
        assert started.pop().test_client().get("/layers.en.json").status_code == 401


def test_a_signing_secret_that_others_can_read_or_guess_is_refused_at_start(
    atlas: Path, tmp_path: Path
) -> None:
    workspace = shutil.copytree(atlas, tmp_path / "weak")
    secrets = workspace / "embeds.json"
    for text, rights in (('{"workspace": "x", "secrets": ["changeme"], "links": []}', 0o600), ("{}", 0o644)):
        secrets.write_text(text)
        secrets.chmod(rights)
        assert bordergap("serve", workspace, "--port", "0").exit_code == 1

"""The corpus of odd, broken and hostile files: each ends as its manifest says, and touches nothing else."""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import sys
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result
from own_page import OwnPage

from dashboard.cli import main
from geodata.borders import find_borders
from geodata.boundaries import clean_districts
from geodata.settings import Settings
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKE = Path(__file__).resolve().parents[2] / "shared" / "badinputs" / "make.py"
LAYER = {"boundaries": "districts"}
DONE, AT_FAULT = 0, 1
OSM_LEVEL = "8"
LOOKED_AT = 4  # one in so many uploads
ONE_OF_MANY = 0.02  # of a length, where a case names no tolerance

pytestmark = pytest.mark.skipif(not MAKE.is_file(), reason="needs ../shared/badinputs, which is not here")


@functools.cache
def names_of_cases() -> list[str]:
    """Return the ids of all cases; none where the corpus is absent."""
    if not MAKE.is_file():
        return []
    import tempfile  # noqa: PLC0415  # before any test, for their names only

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(MAKE), folder], check=True, capture_output=True)
        manifest = json.loads((Path(folder) / "manifest.json").read_text())
    return [case["id"] for case in manifest["cases"]]


class Listener:
    """An address nobody may call: counts those who do."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self.socket.getsockname())
        self.calls: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                call, caller = self.socket.accept()
            except OSError:
                return
            self.calls.append(str(caller))
            call.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    there = Listener()
    yield there
    there.socket.close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "inputs"
    canary = tmp_path_factory.mktemp("canary")
    options = ["--http", listener.address, "--canary", str(canary)]
    subprocess.run([sys.executable, str(MAKE), str(folder), *options], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((corpus / "manifest.json").read_text())
    assert not found["skipped"]
    return found


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def take_in(workspace: Path, corpus: Path, case: dict[str, Any]) -> Result:
    layer = LAYER.get(case["kind"], case["kind"])
    words = ["import", str(workspace), str(corpus / case["file"]), "--json"]
    if case["format"] != "osm-pbf":
        words += ["--layer", layer]
    elif layer == "districts":
        words += ["--admin-level", OSM_LEVEL]
    return run(*words)


@dataclass(frozen=True)
class Outcome:
    """How a file ended: refused or taken, what was said of it, and the records of its layers."""

    refused: bool
    said: str
    records: list[dict[str, Any]]


def by_command(workspace: Path, corpus: Path, case: dict[str, Any]) -> Outcome:
    result = take_in(workspace, corpus, case)
    assert isinstance(result.exception, SystemExit | None)
    assert result.exit_code in {DONE, AT_FAULT}, result.output
    refused = result.exit_code == AT_FAULT
    return Outcome(refused, result.output, [] if refused else json.loads(result.stdout))


def by_upload(workspace: Path, corpus: Path, case: dict[str, Any]) -> Outcome:
    """Send the file as the page does; every fourth is looked at and previewed before it is imported."""
    ours = OwnPage(workspace)
    layer = LAYER.get(case["kind"], case["kind"])
    mapping: dict[str, Any] = {"layer": layer}
    if case["format"] == "osm-pbf":
        mapping = {"admin_level": int(OSM_LEVEL)} if layer == "districts" else {}
    sent = ours.send((corpus / case["file"]).read_bytes(), case["file"])
    if sent.status_code != 201:
        return Outcome(refused=True, said=answered(sent), records=[])
    number, texts = sent.get_json()["id"], []
    steps = ["look", "import"] if zlib.crc32(case["id"].encode()) % LOOKED_AT == 0 else ["import"]
    for step in steps:
        answer = ours.post(f"uploads/{number}/{step}", {"mapping": mapping})
        texts.append(answered(answer))
        job = ours.get("job")["job"]
        texts.append(json.dumps(job, ensure_ascii=False).replace("\\\\", "\\"))
        if answer.status_code >= 400 or job["state"] == "failed":
            ours.client.delete(f"/data/uploads/{number}", headers=ours.headers)
            return Outcome(refused=True, said=" ".join([*texts, job.get("message", "")]), records=[])
        if step == "look":
            shown = ours.client.get(f"/data/uploads/{number}/proposal")
            preview = ours.post(f"uploads/{number}/preview", {"mapping": mapping})
            assert (shown.status_code, preview.status_code) == (200, 200)
            texts += [answered(shown), answered(preview)]
    assert not list((workspace / ".intake").rglob("upload-*"))
    return Outcome(refused=False, said=" ".join(texts), records=job["result"]["records"])


def answered(answer: Any) -> str:
    """Return what an answer says; a fault of the server's would have no JSON."""
    assert answer.status_code < 500
    return json.dumps(answer.get_json(), ensure_ascii=False)


WAYS = {"command": by_command, "upload": by_upload}


def kept(workspace: Path) -> dict[str, bytes]:
    """Return the content of every file of a workspace but its locks."""
    files = (path for path in workspace.rglob("*") if path.is_file() and "lock" not in path.name)
    paths = {str(path.relative_to(workspace)): path for path in files}
    return {name: path.read_bytes() for name, path in paths.items() if name != ".intake/job.json"}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("name", names_of_cases())
def test_every_file_ends_as_its_manifest_says(  # noqa: PLR0917  # pytest hands over by name
    name: str, way: str, manifest: dict[str, Any], corpus: Path, listener: Listener, tmp_path: Path
) -> None:
    cases = {case["id"]: case for case in manifest["cases"]}
    case = cases[name]
    workspace = tmp_path / "workspace"
    assert run("new", str(workspace)).exit_code == DONE
    for other in case.get("with", []):
        assert take_in(workspace, corpus, cases[other]).exit_code == DONE
    before = kept(workspace)

    result = WAYS[way](workspace, corpus, case)

    said = result.said
    assert "Traceback" not in said
    outcomes = {case["outcome"], *case["also_ok"]}
    if result.refused:
        assert "reject" in outcomes, said
        assert kept(workspace) == before
    else:
        assert outcomes - {"reject"}, said
        said = " ".join([said, *set_aside(workspace, case)["reason"]])
        require_as_said(workspace, case, result.records)
    if case["outcome"] == "reject":
        # A name may be the attack: then it is shown with its odd letters made visible.
        assert case["file"].isprintable() <= (case["file"] in said)
    if outcomes & {"accept"} == set():
        assert any(word.lower() in said.lower() for word in case["keywords"]), said
    assert listener.calls == []
    assert manifest["canary_text"] not in said
    assert not any(manifest["canary_text"].encode() in content for content in kept(workspace).values())
    assert not [path for path in tmp_path.rglob("*") if path.name in manifest["escaped_files"]]


def test_a_good_file_is_taken_after_any_bad_one(
    manifest: dict[str, Any], corpus: Path, tmp_path: Path
) -> None:
    cases = {case["id"]: case for case in manifest["cases"]}
    workspace = tmp_path / "workspace"
    run("new", str(workspace))
    bad = [case for case in manifest["cases"] if case["outcome"] == "reject"][::12]

    refused = [take_in(workspace, corpus, case).exit_code for case in bad]

    assert set(refused) == {AT_FAULT}
    assert take_in(workspace, corpus, cases["control-geojson"]).exit_code == DONE
    assert Workspace.open(workspace).read_layer("districts")["name"].tolist() == ["Alder", "Birch", "Cedar"]


def set_aside(workspace: Path, case: dict[str, Any]) -> pd.DataFrame:
    rows = Workspace.open(workspace).quarantine(LAYER.get(case["kind"], case["kind"]))
    return pd.DataFrame({"row": [], "reason": []}) if rows is None else rows


def require_as_said(workspace: Path, case: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """Assert what the manifest says of a file that was not refused."""
    layer = LAYER.get(case["kind"], case["kind"])
    after = case["after"]
    (record,) = [record for record in records if record["layer"] == layer]
    assert record["rows_read"] == record["accepted"] + record["quarantined"]
    counted = {"rows_in": "rows_read", "rows_kept": "accepted", "rows_quarantined": "quarantined"}
    for said, column in counted.items():
        assert record[column] == after.get(said, record[column]), said
    assert record["accepted"] >= after.get("min_rows_kept", 0)
    rows = Workspace.open(workspace).read_layer(layer)
    assert rows is not None
    if "names" in after:
        assert sorted(rows["name"].dropna()) == sorted(after["names"])
    if after.get("all_valid"):
        assert rows.geometry.is_valid.all()
    if "quarantined_rows" in after:
        assert set_aside(workspace, case)["row"].astype(int).tolist() == after["quarantined_rows"]
    if after.get("dimensions") == 2:
        assert not rows.geometry.has_z.any()
    if "bbox_4326" in after:
        assert rows.total_bounds.tolist() == pytest.approx(after["bbox_4326"], abs=1e-4)
    if "max_width_deg" in after:
        west, _, east, _ = rows.total_bounds
        assert east - west <= after["max_width_deg"]
    if layer == "districts" and {"borders", "no_border", "overlap_pairs", "gap_pairs"} & set(after):
        require_borders(rows, after)


def require_borders(districts: Any, after: dict[str, Any]) -> None:
    """Assert length and pieces of the borders, overlaps and gaps that the manifest names."""
    coverage = clean_districts(districts, Settings())
    name = dict(zip(districts["district_id"], districts["name"], strict=True))
    borders = {
        frozenset((name[row.member_a], name[row.member_b])): row
        for row in find_borders(coverage.districts, min_piece_m=Settings().min_piece_m).itertuples()
    }
    for wanted in after.get("borders", []):
        border = borders[frozenset(wanted["pair"])]
        assert len(shapely.get_parts(border.geometry)) == wanted["pieces"]
        tolerance = wanted.get("tolerance", ONE_OF_MANY)
        assert border.length_m == pytest.approx(wanted["length_m"], rel=tolerance)
    for pair in after.get("no_border", []):
        assert frozenset(pair) not in borders
    for said, wide in (("overlap_pairs", coverage.overlaps), ("gap_pairs", coverage.gaps)):
        twos = [*zip(wide["district_a"], wide["district_b"], strict=True), *coverage.resolved["district_ids"]]
        pairs = {
            frozenset(name[each] for each in two) for two in twos
        }  # narrow ones are resolved, and told of
        for pair in after.get(said, []):
            assert frozenset(pair) in pairs

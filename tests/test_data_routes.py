"""The guided import by its addresses: sent as a stream, looked at, previewed, taken in; and its enemies."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import departments
import pytest
from own_page import OwnPage
from werkzeug.serving import make_server

from dashboard import jobs
from dashboard.access import TOKEN_HEADER
from dashboard.uploads import LARGEST_MB
from geodata.ingest import import_source
from geodata.intake_store import IntakeStore
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return departments.workspace_with_districts(tmp_path)


@pytest.fixture
def ours(workspace: Path) -> OwnPage:
    return OwnPage(workspace)


def left_behind(workspace: Path) -> list[str]:
    """Return the files that uploads have left."""
    return [path.name for path in (workspace / ".intake").rglob("upload-*")]


def test_a_file_goes_from_the_proposal_to_the_layer(ours: OwnPage, workspace: Path, tmp_path: Path) -> None:
    number, proposal = ours.looked(departments.gbk_roads(tmp_path))
    (table,) = proposal["tables"]
    mapping = {**table["mapping"], "values": {"surface": {"三合土": "dirt"}}}

    preview = ours.post(f"uploads/{number}/preview", {"mapping": mapping}).get_json()

    assert not Workspace.open(workspace).has_layer("roads")
    assert (preview["accepted"], preview["quarantined"], preview["problems"]) == (3, 0, [])
    assert preview["inside"] == {"inside": 3, "of": 3}
    west = preview["places"]["features"][0]["geometry"]["coordinates"][0][0]
    assert west == pytest.approx(departments.WEST + 0.01, abs=1e-5)

    assert ours.post(f"uploads/{number}/import", {"mapping": mapping}).status_code == 202

    job = ours.get("job")["job"]
    assert (job["state"], job["result"]["stale"]) == ("done", True)
    (record,) = job["result"]["records"]
    assert (record["rows_read"], record["accepted"], record["quarantined"]) == (3, 3, 0)
    assert record["source"] == "农村公路.zip: 农村公路.shp"
    assert Workspace.open(workspace).read_layer("roads")["surface"].tolist() == [  # type: ignore[index]
        "concrete",
        "gravel",
        "dirt",
    ]
    assert left_behind(workspace) == []


def test_rows_set_aside_come_back_corrected(ours: OwnPage, workspace: Path) -> None:
    def sent(name: str, text: str, *, add: bool) -> None:
        number = ours.send(text.encode(), name).get_json()["id"]
        ours.post(f"uploads/{number}/import", {"mapping": {"layer": "facilities"}, "add": add})
        assert ours.get("job")["job"]["state"] == "done"

    sent("facilities.csv", "id,kind,lon,lat\na,clinic,106.51,29.51\nb,clinic,,29.5\n", add=False)
    aside = Workspace.open(workspace).quarantine("facilities")
    assert aside is not None
    assert aside["id"].tolist() == ["b"]

    fixed = aside.assign(lon="106.52").to_csv(index=False)
    sent("quarantine-facilities.csv", fixed, add=True)

    rows = Workspace.open(workspace).read_layer("facilities")
    assert rows is not None
    assert sorted(rows["feature_id"]) == ["a", "b"]
    assert Workspace.open(workspace).quarantine("facilities") is None


def test_no_shift_is_another_word_than_nothing_said(ours: OwnPage, tmp_path: Path) -> None:
    file = tmp_path / "quarantine-facilities.csv"
    file.write_text("row,reason,id,kind,lon,lat,datum\n2,x,b,clinic,106.51,29.51,gcj02\n", encoding="utf-8")
    number, proposal = ours.looked(file)
    assert proposal["tables"][0]["before"] == {"datum": "gcj02", "swapped": False}

    def placed(said: str | None) -> float:
        body = {"mapping": {"layer": "facilities", "datum": said}, "add": True}
        preview = ours.post(f"uploads/{number}/preview", body).get_json()
        return float(preview["places"]["features"][0]["geometry"]["coordinates"][0])

    assert placed(None) == placed("gcj02") == pytest.approx(106.506, abs=1e-3)
    assert placed("none") == 106.51


def test_what_does_not_fit_is_told_before_and_changes_nothing(
    ours: OwnPage, workspace: Path, tmp_path: Path
) -> None:
    number, _ = ours.looked(departments.gbk_roads(tmp_path))
    wrong = {"layer": "population"}

    preview = ours.post(f"uploads/{number}/preview", {"mapping": wrong}).get_json()
    ours.post(f"uploads/{number}/import", {"mapping": wrong})

    job = ours.get("job")["job"]
    assert any("no column for people" in problem for problem in preview["problems"])
    assert job["state"] == "failed"
    assert job["message"].startswith("农村公路.zip: 农村公路.shp cannot be used")
    assert Workspace.open(workspace).layer_names() == ["districts"]


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/a.csv",
        "C:\\windows\\a.csv",
        "/abs/a.csv",
        "a\0b.csv",
        "\u202ea.csv",
        "x" * 5000 + ".csv",
        ".csv",
    ],
)
def test_a_name_is_never_a_path(ours: OwnPage, workspace: Path, name: str) -> None:
    answer = ours.send(b"lon,lat\n1,2\n", name)

    assert answer.status_code == 201
    assert "/" not in answer.get_json()["called"]
    (kept,) = left_behind(workspace)
    assert kept == f"upload-{answer.get_json()['id']}.csv"


@pytest.mark.parametrize(("name", "status"), [("a.exe", 422), ("", 422), ("a.csv.php", 422)])
def test_files_of_other_formats_are_refused(ours: OwnPage, workspace: Path, name: str, status: int) -> None:
    answer = ours.send(b"MZ", name)

    assert answer.status_code == status
    assert "is not supported" in answer.get_json()["message"]
    assert left_behind(workspace) == []


def test_ids_are_never_paths(ours: OwnPage) -> None:
    for number in ("..", "%2e%2e", "0" * 31, "g" * 32, "..%2f..%2fetc"):
        assert ours.post(f"uploads/{number}/look").status_code == 404
        assert ours.client.delete(f"/data/uploads/{number}", headers=ours.headers).status_code in {200, 404}


def test_an_upload_too_large_leaves_nothing(
    ours: OwnPage, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LARGEST_MB, "1")
    content = b"x" * ((1 << 20) + 1)
    told = ours.send(content, "a.csv")
    untold = ours.client.post(  # in chunks, of no declared length
        "/data/uploads?name=a.csv",
        input_stream=io.BytesIO(content),
        content_type="application/octet-stream",
        headers=ours.headers,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert (told.status_code, untold.status_code) == (413, 413)
    assert "larger than 1 MB" in untold.get_json()["message"]
    assert left_behind(workspace) == []


def test_an_upload_cut_short_leaves_nothing(ours: OwnPage, workspace: Path) -> None:
    answer = ours.client.post(
        "/data/uploads?name=a.csv",
        input_stream=io.BytesIO(b"lon,lat"),
        environ_overrides={"CONTENT_LENGTH": "100"},
        content_type="application/octet-stream",
        headers=ours.headers,
    )

    assert answer.status_code == 408
    assert left_behind(workspace) == []


@pytest.fixture
def port(ours: OwnPage) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, ours.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_upload_that_only_drips_is_cut_off(
    ours: OwnPage, port: int, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.uploads._PATIENCE_S", 0.2)
    monkeypatch.setattr("dashboard.uploads._SLOWEST", 1e9)
    host = f"127.0.0.1:{port}"
    lines = [
        "POST /data/uploads?name=a.csv HTTP/1.1",
        f"Host: {host}",
        f"Origin: http://{host}",
        f"{TOKEN_HEADER}: {ours.headers[TOKEN_HEADER]}",
        "Content-Type: application/octet-stream",
        "Content-Length: 1000000",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sender:
        sender.sendall(("\r\n".join(lines) + "\r\n\r\nlon,lat\n").encode())
        answer = sender.recv(1 << 16).decode()  # the rest never comes

    assert " 408 " in answer.splitlines()[0]
    assert left_behind(workspace) == []


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("uploads/{}/preview", {"mapping": 3}, "mapping 应为一个对象，请改正"),
        ("uploads/{}/preview", {"mapping": {"datum": "mars"}}, "坐标偏移：请给出 gcj02, bd09, none 之一"),
        ("analyse", {"pairings": 3}, 'pairings 应为 "all" 或编号列表，请改正'),
    ],
)
def test_what_is_refused_is_told_in_chinese(ours: OwnPage, path: str, body: Any, told: str) -> None:
    number = ours.send(b"lon,lat\n1,2\n", "a.csv").get_json()["id"]

    answer = ours.post(f"{path.format(number)}?lang=zh", body)

    assert answer.status_code == 400
    assert told in answer.get_json()["message"]


def test_an_upload_that_is_refused_is_told_why_in_chinese(
    ours: OwnPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LARGEST_MB, "1")
    content = b"x" * ((1 << 20) + 1)

    answer = ours.client.post(
        "/data/uploads?name=a.csv&lang=zh",
        data=content,
        content_type="application/octet-stream",
        headers=ours.headers,
    )

    assert answer.get_json()["message"] == "文件超过 1 MB，请用命令行导入。"


def test_only_our_pages_may_send(ours: OwnPage) -> None:
    for headers in ({}, {"Origin": "http://localhost"}, {**ours.headers, "Origin": "https://evil.example"}):
        answer = ours.client.post(
            "/data/uploads?name=a.csv",
            data=b"x",
            content_type="application/octet-stream",
            headers=headers,
        )
        assert answer.status_code == 403


def test_one_job_at_a_time(ours: OwnPage, workspace: Path, tmp_path: Path) -> None:
    number, _ = ours.looked(departments.gbk_roads(tmp_path))
    handle = IntakeStore(workspace).begin({"kind": "analyse"})
    assert handle is not None

    answer = ours.post(f"uploads/{number}/import", {"mapping": {"layer": "roads"}})

    assert answer.status_code == 409
    assert "wait" in answer.get_json()["message"]
    os.close(handle)
    job = ours.get("job")["job"]
    assert (job["state"], "ended without" in job["message"]) == ("failed", True)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"mapping": {"layer": "nowhere"}}, "nowhere"),
        ({"mapping": 3}, "object"),
        ({"mapping": {"crs": 3}}, "crs"),
    ],
)
def test_mappings_that_are_none_are_refused(ours: OwnPage, tmp_path: Path, body: Any, told: str) -> None:
    number, _ = ours.looked(departments.gbk_roads(tmp_path))

    for path in ("preview", "import"):
        answer = ours.post(f"uploads/{number}/{path}", body)
        assert answer.status_code == 400
        assert told in answer.get_json()["message"]


def test_a_child_does_the_work_and_can_be_stopped(workspace: Path, tmp_path: Path) -> None:
    ours = OwnPage(workspace, jobs.in_child)
    source = departments.gbk_roads(tmp_path)
    number = ours.send(source.read_bytes(), source.name).get_json()["id"]
    store = IntakeStore(workspace)

    ours.post(f"uploads/{number}/look")
    assert ended(store) == "done"
    ours.post("analyse", {"pairings": "all"})
    ours.post("job/cancel")
    assert ended(store) == "cancelled"

    assert Workspace.open(workspace).run_record() is None
    ours.post("analyse", {"pairings": "all"})
    assert ended(store) == "done"
    assert Workspace.open(workspace).run_record() is not None


def ended(store: IntakeStore) -> str:
    """Wait until the job has ended and return how."""
    while True:
        job = store.job()
        assert job is not None
        if job["state"] != "running":
            return str(job["state"])
        time.sleep(0.1)


CLINICS = (
    "id,kind,name,lon,lat\na,clinic,甲,106.51,29.51\nb,clinic,乙,106.52,29.51\nc,clinic,丙,106.53,29.51\n"
)
LATER = (
    "id,kind,name,lon,lat\nb,clinic,乙,106.52,29.52\nc,hospital,丙,106.53,29.51\nd,clinic,丁,106.54,29.51\n"
)
COUNTS = {"added": 1, "removed": 1, "moved": 1, "altered": 1}


def sent(ours: OwnPage, text: str) -> str:
    """Send places of care, have them read, and return the id of the file."""
    number: str = ours.send(text.encode(), "facilities.csv").get_json()["id"]
    ours.post(f"uploads/{number}/look")
    return number


def test_what_would_change_is_told_before_and_undone_after(ours: OwnPage, workspace: Path) -> None:
    mapping = {"mapping": {"layer": "facilities"}}
    ours.post(f"uploads/{sent(ours, CLINICS)}/import", mapping)
    assert ours.client.get("/data/layers/facilities/changes").status_code == 404
    number = sent(ours, LATER)

    before = ours.post(f"uploads/{number}/preview", mapping).get_json()["changes"]
    ours.post(f"uploads/{number}/import", mapping)
    after = ours.get("layers/facilities/changes")

    assert before["counts"] == after["counts"] == COUNTS
    assert before["rows"] == after["rows"]
    rows = {row["change"]: row for row in after["rows"]}
    assert {kind: row["id"] for kind, row in rows.items()} == {
        "added": "d",
        "removed": "a",
        "moved": "b",
        "altered": "c",
    }
    assert rows["altered"]["fields"] == [{"name": "kind", "before": "clinic", "after": "hospital"}]
    assert rows["moved"]["fields"] == []
    assert rows["moved"]["moved_m"] == pytest.approx(1108, abs=2)  # a hundredth of a degree of latitude
    drawn = [place["change"] for place in after["places"]["features"]]
    assert sorted(drawn) == ["added", "altered", "moved", "removed", "removed"]

    assert ours.post("layers/facilities/undo", {"version": "another"}).status_code == 409
    undone = ours.post("layers/facilities/undo", {"version": after["version"]})

    assert undone.status_code == 200
    kept = Workspace.open(workspace).read_layer("facilities")
    assert kept is not None
    assert sorted(kept["feature_id"]) == ["a", "b", "c"]
    again = ours.post(
        "layers/facilities/undo", {"version": Workspace.open(workspace).layer_hash("facilities")}
    )
    assert again.status_code == 409


def test_a_preview_lives_beside_another_writer(ours: OwnPage, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = {"mapping": {"layer": "facilities"}}
    ours.post(f"uploads/{sent(ours, CLINICS)}/import", mapping)
    number = sent(ours, LATER)
    difference_to = Workspace.difference_to

    def while_another_writes(workspace: Workspace, *given: Any) -> Any:
        with workspace.lock():  # whoever takes it sweeps what others have left
            pass
        return difference_to(workspace, *given)

    monkeypatch.setattr(Workspace, "difference_to", while_another_writes)

    preview = ours.post(f"uploads/{number}/preview", mapping).get_json()

    assert preview["changes"]["counts"] == COUNTS


def test_what_was_imported_while_changes_were_read_is_not_undone(
    ours: OwnPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "facilities.csv"
    mapping = {"mapping": {"layer": "facilities"}}
    for text in (CLINICS, LATER):
        ours.post(f"uploads/{sent(ours, text)}/import", mapping)
    last_difference = Workspace.last_difference
    file.write_text(CLINICS.replace("甲", "戊"), encoding="utf-8")

    def then_another_imports(workspace: Workspace, layer: str) -> Any:
        found = last_difference(workspace, layer)
        import_source(workspace, file)
        return found

    monkeypatch.setattr(Workspace, "last_difference", then_another_imports)
    seen = ours.get("layers/facilities/changes")

    assert seen["counts"] == COUNTS
    assert ours.post("layers/facilities/undo", {"version": seen["version"]}).status_code == 409


def test_rows_to_be_added_are_held_against_ids_that_are_taken(ours: OwnPage) -> None:
    mapping = {"mapping": {"layer": "facilities"}}
    ours.post(f"uploads/{sent(ours, CLINICS)}/import", mapping)

    preview = ours.post(f"uploads/{sent(ours, LATER)}/preview", {**mapping, "add": True}).get_json()

    assert (preview["accepted"], preview["quarantined"], preview["changes"]) == (1, 2, None)


@pytest.mark.parametrize("layer", ["nowhere", "..", "roads.parquet"])
def test_only_layers_are_undone(ours: OwnPage, layer: str) -> None:
    assert ours.client.get(f"/data/layers/{layer}/changes").status_code == 404
    assert ours.post(f"layers/{layer}/undo", {"version": "x"}).status_code == 404
    assert ours.post("layers/facilities/undo").status_code == 400

"""Maps and profiles on paper: true to scale, nothing over another, same bytes again, strangers harmless."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
import pytest
import shapely
import shown_world
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard import picture_routes
from dashboard.app import create_app
from dashboard.cli import main
from dashboard.export.cartography.frame import POINTS_PER_MM, Frame, nice_length, rounded_up
from dashboard.export.cartography.labels import Board, Wanted, around
from dashboard.export.cartography.lettering import UNKNOWN, broken, fitted, legible, width
from dashboard.export.picture_size import scale, size_mm
from dashboard.export.pictures import map_picture, profile_picture
from dashboard.profiles import measurable_body
from dashboard.results import Results, ResultsCache
from geodata.errors import UsageError
from geodata.strips import Strip

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.wording import Lang

PAIR = shown_world.PAIRING
A6 = (148.0, 105.0)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    workspace = shown_world.make(tmp_path_factory.mktemp("pictures") / "world")
    return ResultsCache(workspace.path).current()


@pytest.fixture(scope="module")
def client(results: Results) -> FlaskClient:
    browser: FlaskClient = create_app(results.workspace.path).server.test_client()
    return browser


def words(pdf: bytes) -> str:
    page = pypdfium2.PdfDocument(pdf)[0]
    return str(page.get_textpage().get_text_range())


def test_a_frame_is_true_to_scale_and_centred() -> None:
    bounds = (106.0, 29.0, 106.5, 29.4)
    frame = Frame.around(bounds, (400.0, 300.0), scale=100_000)
    start, end = Strip.of_longitudes(106.0, 106.5).unproject(
        shapely.points([(400_000, 3_220_000), (401_000, 3_220_000)])
    )

    a, b = frame.places(np.array([start.coords[0], end.coords[0]]))
    middle = frame.places(np.array([[106.25, 29.2]]))[0]

    assert np.hypot(*(b - a)) / POINTS_PER_MM == pytest.approx(10, abs=0.01)  # 1 km is 10 mm at 1:100 000
    assert middle == pytest.approx((200, 150), abs=2)  # the middle in metres is not that in degrees


def test_a_fitted_frame_shows_all_it_is_asked_to_on_a_round_scale() -> None:
    bounds = (106.0, 29.0, 106.5, 29.4)
    frame = Frame.around(bounds, (300.0, 300.0))

    (shown,) = frame.on_paper([shapely.box(*bounds)], simplify=False)

    assert shapely.box(0, 0, 300, 300).contains(shown)
    assert len(str(frame.scale).rstrip("0")) <= 2


@given(st.floats(10, 1e8))
def test_scales_and_bars_are_round_and_fit(value: float) -> None:
    assert value <= rounded_up(value) * (1 + 1e-6) <= value * 1.11 + 1
    assert nice_length(value) <= value * (1 + 1e-6) < nice_length(value) * 2.6
    assert str(int(nice_length(value))).rstrip("0") in {"1", "2", "5"}


boxes = st.tuples(st.floats(2, 60), st.floats(2, 20), st.floats(-20, 220), st.floats(-20, 170))


@given(st.lists(boxes, max_size=25))
def test_no_label_covers_another_or_leaves_the_paper(asked: list[tuple[float, float, float, float]]) -> None:
    board = Board(200, 150)
    placed = []
    for wide, high, x, y in asked:
        ways = np.vstack([[(x, y)], around((x, y), (wide / 2, high / 2), (0.0, 9.0))])
        at = board.place(Wanted(wide, high, ways))
        if at is not None:
            left, bottom = ways[at] - (wide / 2, high / 2)
            placed.append(shapely.box(left, bottom, left + wide, bottom + high))

    paper = shapely.box(-1e-6, -1e-6, 200 + 1e-6, 150 + 1e-6)
    assert all(paper.covers(box) for box in placed)
    for number, box in enumerate(placed):
        assert shapely.area(shapely.intersection(box, placed[:number])).sum() < 1e-6


def test_a_label_keeps_off_a_line_unless_it_is_needed_there() -> None:
    line = np.column_stack([np.full(50, 50.0), np.linspace(0, 100, 50)])
    board = Board(100, 100, lines=line)
    assert board.place(Wanted(10, 10, np.array([(50.0, 50.0), (80.0, 50.0)]))) == 1
    assert board.place(Wanted(10, 10, np.array([(80.0, 50.0)]))) is None
    assert board.place(Wanted(10, 10, np.array([(80.0, 50.0)]), needed=True)) == 0


@given(st.text(max_size=80))
def test_any_text_becomes_one_line_that_can_be_drawn(text: str) -> None:
    line = legible(text)
    assert "\n" not in line
    assert len(line) <= 48
    assert width(line, 7) >= 0  # a letter without outline would warn, and warnings fail


def test_letters_nobody_has_are_said_to_be_missing_and_the_rest_stays() -> None:
    assert legible("西𓀀𓀀区\n$x^2$") == f"西{UNKNOWN}区 $x^2$"
    assert legible("حي الشرق שלום") == "حي الشرق שלום"
    assert legible("西🙂🚧👨\u200d👩\u200d👧区") == "西🙂🚧👨👩👧区"  # a family as those it is made of


def test_lines_break_at_words_and_never_before_a_comma() -> None:
    lines = broken("未经审核，不得公开，仅供内部使用", 6, 40)
    assert "".join(lines) == "未经审核，不得公开，仅供内部使用"
    assert len(lines) > 2
    assert not any(line.startswith("，") for line in lines)
    assert all(width(line, 6) <= 40 for line in broken("superlong" * 9, 6, 40))
    assert width(fitted("superlong" * 9, 6, 40), 6) <= 40


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("pairing", [PAIR, None])
def test_a_map_is_a_well_formed_vector_file_and_the_same_again(
    results: Results, lang: Lang, pairing: str | None
) -> None:
    svg = map_picture(results, pairing, lang=lang, size_mm=A6)

    root = ET.fromstring(svg)  # noqa: S314  # our own file
    assert root.tag.endswith("svg")
    assert not [tag for tag in root.iter() if tag.tag.endswith(("script", "image", "foreignObject"))]
    assert svg == map_picture(results, pairing, lang=lang, size_mm=A6)


def test_a_png_has_the_pixels_asked_for(results: Results) -> None:
    png = map_picture(results, PAIR, lang="zh", size_mm=(101.6, 50.8), format="png", dpi=100)
    assert Image.open(io.BytesIO(png)).size == (400, 200)


def test_a_map_says_what_is_on_it_and_nothing_else(results: Results) -> None:
    said = words(map_picture(results, PAIR, lang="zh", size_mm=(180, 120), format="pdf"))

    assert "内部工作用图，未经审核，不得公开" in said
    assert "含生成的演示数据" in said
    assert "drawn" in said  # whose data it is
    assert "1:" in said
    assert "西区" in said
    assert "img src=x" in said.replace("\r\n", "")  # a hostile name, as text
    assert "公共服务" in said
    assert "产业园区" not in said  # there are none
    assert "用地" not in said


def test_a_gap_is_shown_large_with_what_its_evidence_names(results: Results) -> None:
    gap = results.gaps[results.gaps["kind"] == "service_wall"].iloc[0]
    whole = words(map_picture(results, PAIR, lang="zh", size_mm=A6, format="pdf"))
    close = words(map_picture(results, PAIR, lang="zh", size_mm=A6, gap_id=gap["gap_id"], format="pdf"))

    def ratio(text: str) -> int:
        return scale(text[text.index("1:") :].splitlines()[0].split("（")[0].strip())

    assert ratio(close) < ratio(whole)
    assert "判定依据所列的要素" in close


def test_titles_are_no_formulas(results: Results) -> None:
    title = "$x^2$ =HYPERLINK(1) <b>\\frac"
    said = words(map_picture(results, PAIR, lang="en", size_mm=A6, format="pdf", title=title))
    assert title in said


def test_the_scale_asked_for_is_drawn_and_said(results: Results) -> None:
    said = words(map_picture(results, PAIR, lang="en", size_mm=A6, format="pdf", scale=250_000))
    assert "1:250\u00a0000 at 148 mm width" in said.replace("1:250 000", "1:250\u00a0000")


def test_small_pictures_keep_the_note_and_drop_the_legend(results: Results) -> None:
    said = words(map_picture(results, PAIR, lang="en", size_mm=(60, 45), format="pdf"))
    assert "not reviewed" in said.replace("\r\n", " ")
    assert "Severity" not in said


def test_what_there_is_not_is_refused(results: Results) -> None:
    wrong: list[dict[str, Any]] = [
        {"pairing_id": "nope"},
        {"pairing_id": PAIR, "gap_id": "nope"},
        {"pairing_id": PAIR, "layers": ["nope"]},
        {"pairing_id": PAIR, "gaps": ["nope"]},
        {"pairing_id": None, "gap_id": "nope"},
    ]
    for asked in wrong:
        with pytest.raises(UsageError):
            map_picture(results, lang="en", size_mm=A6, **asked)


def test_only_the_gaps_asked_for_are_shown(results: Results) -> None:
    none = words(map_picture(results, PAIR, lang="zh", size_mm=A6, format="pdf", gaps=[]))
    assert "公共服务" not in none
    assert "未发现落差的界线" in none


@pytest.mark.parametrize("direction", ["along", "across"])
def test_a_profile_names_its_sides_and_its_unit(results: Results, direction: str) -> None:
    measurable = results.profiles["measurable"].iloc[0]
    asked: dict[str, Any] = {"lang": "zh", "size_mm": (170, 55)}
    pdf = profile_picture(results, PAIR, measurable, direction, format="pdf", **asked)
    said = words(pdf)
    assert "西区" in said
    assert "公里" in said
    with pytest.raises(UsageError, match="no profile of 'nope'"):
        profile_picture(results, PAIR, "nope", direction, **asked)


def test_a_profile_without_values_says_so_and_has_no_scale(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    measurable = results.rows_of("profiles", PAIR)["measurable"].iloc[0]

    def unknown(*asked: Any) -> dict[str, Any]:
        body = measurable_body(*asked)
        nothing = {side: [None] * len(body["along"][side]) for side in ("a", "b")}
        return {**body, "along": {**body["along"], **nothing}}

    monkeypatch.setattr("dashboard.export.cartography.profile.measurable_body", unknown)
    pdf = profile_picture(results, PAIR, measurable, "along", lang="en", size_mm=(116, 40), format="pdf")
    said = words(pdf)
    assert "no known values" in said


@pytest.mark.parametrize("text", ["", "180x120", "0x10mm", "9e9x10px", "100000x100000px", "1x1mm", "-5x5mm"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        size_mm(text, 200)


def test_sizes_and_scales_as_people_write_them() -> None:
    assert size_mm("180 x 120 mm", 200) == (180, 120)
    assert size_mm("1600×900px", 254) == pytest.approx((160, 90))
    assert scale("1:50 000") == scale("1：50000") == 50_000
    with pytest.raises(UsageError, match="1:50000"):
        scale("50000")


def test_the_command_writes_whole_files_and_says_what_is_wrong(results: Results, tmp_path: Path) -> None:
    workspace, file = str(results.workspace.path), tmp_path / "map.svg"
    run = CliRunner()

    done = run.invoke(main, ["map", workspace, "--pairing", PAIR, "-o", str(file), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert file.read_bytes().startswith(b"<?xml")
    for wrong in (["--pairing", "nope"], ["--size", "1x1mm"], ["--scale", "x"], ["--layers", "nope"]):
        assert run.invoke(main, ["map", workspace, "-o", str(file), *wrong]).exit_code == 2
    assert run.invoke(main, ["map", workspace, "-o", str(tmp_path / "map.txt")]).exit_code == 2
    assert run.invoke(main, ["map", workspace, "-o", str(tmp_path / "no" / "map.svg")]).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["map.svg"]


def test_a_picture_address_answers_and_is_kept(client: FlaskClient) -> None:
    first = client.get(f"/map/{PAIR}.png?lang=zh&w=400&h=300")
    again = client.get(
        f"/map/{PAIR}.png?lang=zh&w=400&h=300", headers={"If-None-Match": first.headers["ETag"]}
    )
    other = client.get(f"/map/{PAIR}.png?lang=en&w=400&h=300")

    assert (first.status_code, first.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(first.data)).size == (400, 300)
    assert (again.status_code, again.data) == (304, b"")
    assert other.headers["ETag"] != first.headers["ETag"]
    assert client.get("/map/overview.svg?w=300&h=300").mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nope.png", 404),
        (f"{PAIR}.png?gap=nope", 404),
        (f"{PAIR}.png?w=0", 400),
        (f"{PAIR}.png?w=1e9", 400),
        (f"{PAIR}.png?status=gone", 400),
        (f"{PAIR}.png?severity=101", 400),
        ("overview.png?km=1-2", 400),
        (f"{PAIR}.png?h=%F0%9F%99%82", 400),
        (f"{PAIR}.png?layers=%3Cscript%3E", 400),
        ("%2e%2e%2fetc%2fpasswd.png", 404),
    ],
)
def test_addresses_that_mean_nothing_are_refused(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(f"/map/{address}")
    assert answer.status_code == status
    assert b"<script>" not in answer.data


def test_a_picture_address_shows_what_passes_its_filters_and_says_so(
    client: FlaskClient, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def drawn(_results: Results, **given: Any) -> bytes:
        asked.append(given)
        return b"<svg/>"

    monkeypatch.setattr(picture_routes, "map_picture", drawn)
    gaps = results.rows_of("gaps", PAIR)
    worst = float(gaps["severity"].max())
    client.get(f"/map/{PAIR}.svg?lang=en&severity={worst}")
    client.get(f"/map/{PAIR}.svg?lang=en&severity={worst}&gap={gaps['gap_id'].iloc[-1]}")
    client.get(f"/map/{PAIR}.svg?lang=en")

    filtered, named, plain = asked
    assert filtered["gaps"] == gaps[gaps["severity"] == worst]["gap_id"].tolist()
    assert filtered["note"].startswith("Listed only: ")
    assert not {"gaps", "note"} & {*named, *plain}
    said = words(map_picture(results, PAIR, lang="en", size_mm=A6, format="pdf", note=filtered["note"]))
    assert filtered["note"] in said


def test_strange_values_draw_a_plain_picture(client: FlaskClient) -> None:
    answer = client.get(
        f"/map/{PAIR}.svg?w=300&h=200&lang=%00&title=%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE"
    )
    assert answer.status_code == 200
    assert b"<script" not in answer.data


def test_more_requests_than_may_wait_are_sent_away(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing, go_on = threading.Event(), threading.Event()

    def slow(_results: Results, **_asked: object) -> bytes:
        drawing.set()
        go_on.wait(10)
        return b"picture"

    monkeypatch.setattr(picture_routes, "map_picture", slow)
    monkeypatch.setattr(picture_routes, "WAITING", 0)
    server = create_app(results.workspace.path).server
    first = threading.Thread(target=lambda: server.test_client().get(f"/map/{PAIR}.png"))
    first.start()
    assert drawing.wait(10)

    answer = server.test_client().get(f"/map/{PAIR}.png?w=300")
    go_on.set()
    first.join(10)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"

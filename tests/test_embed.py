"""Signed addresses: what they show, to whom, until when; and that nothing else opens them."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import stat
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import shown_world
from click.testing import CliRunner
from itsdangerous import URLSafeSerializer

from dashboard.app import create_app
from dashboard.cli import main
from dashboard.embed import Refused, addresses_of, lasting, new_embed, opened
from dashboard.export.page import digest
from dashboard.results import ResultsCache
from geodata.database import Database
from geodata.embed_store import FILE, EmbedStore
from geodata.errors import UsageError, WorkspaceError
from geodata.logins import Audit
from geodata.private_file import SECRET_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from dashboard.results import Results

DAY = 86_400
OTHER = "A--C"
PORTAL = "https://portal.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("embed") / "world").path


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "world")


@pytest.fixture
def results(world: Path) -> Results:
    return ResultsCache(world).current()


@pytest.fixture
def client(world: Path) -> FlaskClient:
    made: FlaskClient = create_app(world).server.test_client()
    return made


def given(results: Results, **asked: Any) -> str:
    """Return the token of a new link to the border of A and B."""
    return new_embed(results, shown_world.PAIRING, **{"lang": "zh", "lasts_s": DAY, **asked})[1]


def every_address(token: str, pairing: str = shown_world.PAIRING) -> list[str]:
    page = f"/embed/{pairing}?token={token}"
    return [
        page,
        f"/embed-map/{pairing}.svg?token={token}",
        f"/embed-map/{pairing}.png?token={token}",
        "/oembed?url=" + quote(f"http://localhost{page}", safe=""),
    ]


def assert_refused(client: FlaskClient, addresses: list[str], word: str) -> None:
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 403, address
        said = answer.get_data(as_text=True)
        assert word in said
        assert "西区" not in said
        assert "West" not in said


def test_an_embed_shows_what_it_names(client: FlaskClient, results: Results) -> None:
    page, svg, png, oembed = (client.get(address) for address in every_address(given(results)))

    text = page.get_data(as_text=True)
    gaps = results.rows_of("gaps", shown_world.PAIRING)
    assert text.count("<li data-gap=") == len(gaps)
    assert "西区" in text
    assert html.escape("<b>East</b><img") in text  # a name is text
    assert "<img src=x" not in text
    policy = page.headers["Content-Security-Policy"]
    own, data = re.findall(r"<script>(.*?)</script>", text, re.DOTALL), text.split('id="data">')[1]
    assert [digest(script) in policy for script in own] == [True]
    assert text.count("<script") == 2, "its own, and the data, which are text"
    told_gaps = json.loads(data.split("</script>")[0])["chapter"]["findings"]
    assert [gap["gap_id"] for gap in told_gaps] == gaps["gap_id"].tolist()
    assert svg.mimetype == "image/svg+xml"
    assert png.data.startswith(b"\x89PNG")
    told = oembed.get_json()
    assert told["type"] == "rich"
    assert "/embed/A--B?token=" in told["html"]
    assert "<b>" not in told["html"]
    (discovered,) = re.findall(r'rel="alternate" type="application/json\+oembed" href="([^"]*)"', text)
    assert client.get(html.unescape(discovered)).get_json() == told


def test_an_embed_of_one_gap_shows_no_other(client: FlaskClient, results: Results) -> None:
    gap = results.rows_of("gaps", shown_world.PAIRING)["gap_id"].iloc[0]

    text = client.get(every_address(given(results, gap_id=gap, lang="en"))[0]).get_data(as_text=True)

    assert text.count("<li data-gap=") == 1
    assert '<html lang="en">' in text


def test_a_token_that_was_altered_anywhere_opens_nothing(client: FlaskClient, results: Results) -> None:
    token = given(results)
    embeds = results.workspace.embeds.read()

    for at in range(len(token)):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Refused, match="changed"):
            opened(embeds, other, shown_world.PAIRING)
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=é":
        if letter != token[-1]:  # its last bits mean nothing
            with pytest.raises(Refused, match="changed"):
                opened(embeds, token[:-1] + letter, shown_world.PAIRING)
    assert_refused(client, every_address(token[:-2] + "xx"), "已被改动")
    assert_refused(client, every_address(""), "incomplete")


def test_a_token_is_for_one_pairing_of_one_workspace(
    client: FlaskClient, results: Results, made: Path, tmp_path: Path
) -> None:
    token = given(results)
    elsewhere = ResultsCache(shutil.copytree(made, tmp_path / "elsewhere")).current()

    assert_refused(client, every_address(token, OTHER), "已被改动")
    assert_refused(client, every_address(given(elsewhere)), "已被改动")


def test_what_was_signed_for_another_purpose_opens_nothing(results: Results) -> None:
    given(results)
    embeds = results.workspace.embeds.read()
    assert embeds
    link = embeds.links[0]
    said = [embeds.workspace, link.id, link.pairing, link.gap, None, link.lang, link.expires]
    foreign = URLSafeSerializer(embeds.secrets[0], salt="bordergap session")

    with pytest.raises(Refused, match="changed"):
        opened(embeds, str(foreign.dumps(said)), link.pairing)


def test_links_end(client: FlaskClient, results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    token = given(results)
    later = time.time() + DAY

    monkeypatch.setattr("time.time", lambda: later)

    assert_refused(client, every_address(token), "已过期")


def test_links_are_taken_back(client: FlaskClient, results: Results) -> None:
    first, second = given(results), given(results)
    store = results.workspace.embeds
    embeds = store.read()
    assert embeds

    assert store.revoke(embeds.links[0].id)
    assert not store.revoke(embeds.links[0].id)
    assert_refused(client, every_address(first), "已停用")
    assert client.get(every_address(second)[0]).status_code == 200

    assert store.revoke_all() == 1
    assert_refused(client, every_address(second), "incomplete")


def test_a_new_secret_ends_links_at_its_second_change(results: Results) -> None:
    token = given(results)
    store = results.workspace.embeds

    store.rotate()
    assert opened(store.read(), token, shown_world.PAIRING).lang == "zh"
    store.rotate()
    with pytest.raises(Refused, match="changed"):
        opened(store.read(), token, shown_world.PAIRING)


@pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX has them")
def test_nobody_else_reads_the_secret(client: FlaskClient, results: Results, world: Path) -> None:
    token = given(results)
    path = world / FILE
    embeds = results.workspace.embeds.read()
    assert embeds

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert embeds.secrets[0] not in repr(embeds)
    path.chmod(0o640)
    with pytest.raises(WorkspaceError, match="others can read it"):
        results.workspace.embeds.read()
    assert_refused(client, every_address(token), "已停用")


@pytest.mark.parametrize("secret", ["", "secret", "0" * 100, "ab" * (SECRET_BYTES - 1)])
def test_a_weak_secret_is_refused(results: Results, world: Path, secret: str) -> None:
    given(results)
    path = world / FILE
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "secrets": [secret]}))

    with pytest.raises(WorkspaceError, match="random bytes"):
        EmbedStore(world).read()


def test_only_listed_pages_frame_an_embed_and_no_page_the_dashboard(
    client: FlaskClient, results: Results, world: Path
) -> None:
    page = every_address(given(results))[0]
    assert client.get(page).headers["X-Frame-Options"] == "DENY"

    (world / "display.toml").write_text(f'frame_ancestors = ["{PORTAL}"]')
    for address in (page, page[:-1]):  # the refusal is shown in the frame, too
        answer = client.get(address)
        assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {PORTAL}")
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    for address in ("/", "/geo/0/overview.zh.json", "/nothing"):
        answer = client.get(address)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "asked",
    [
        {"lasts_s": 60},
        {"lasts_s": 400 * DAY},
        {"gap_id": "none"},
        {"layers": ["planets"]},
        {"lang": "fr"},
    ],
)
def test_what_cannot_be_is_not_signed(results: Results, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        given(results, **asked)
    assert results.workspace.embeds.read() is None


def test_times_are_written_as_hours_days_and_weeks() -> None:
    assert [lasting(text) for text in ("12h", "30d", " 2W ")] == [43_200, 30 * DAY, 14 * DAY]
    for text in ("", "30", "1y", "-1d", "1.5d"):
        with pytest.raises(UsageError, match="no time"):
            lasting(text)


def test_oembed_speaks_of_embeds_alone(client: FlaskClient, results: Results) -> None:
    token = given(results)
    address = "/oembed?maxwidth=300&url=" + quote(f"https://evil.example/embed/A--B?token={token}", safe="")

    told = client.get(address).get_json()

    assert told["width"] == 300
    assert "evil.example" not in json.dumps(told)  # what is framed is ours, whatever was asked
    for wrong in ("", "http://localhost/", "http://[", "http://localhost/pairing?id=A--B"):
        assert client.get("/oembed?url=" + quote(wrong, safe="")).status_code == 404
    assert client.get(address + "&format=xml").status_code == 501


def test_the_command_gives_lists_and_takes_back(client: FlaskClient, world: Path) -> None:
    def run(*asked: str) -> Any:
        result = CliRunner().invoke(main, ["embed", str(world), *asked, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    told = run("--pairing", shown_world.PAIRING, "--lang", "en", "--expires", "2d", "--layers", "roads")
    address = told["link"].removeprefix("http://127.0.0.1:8050")
    assert client.get(address).status_code == 200
    assert told["link"] in html.unescape(told["iframe"])
    assert [row["id"] for row in run("--list")] == [told["id"]]
    assert "token" not in json.dumps(run("--list"))
    assert run("--revoke", told["id"]) == []
    assert client.get(address).status_code == 403
    wrong = CliRunner().invoke(main, ["embed", str(world), "--revoke", "x"])
    assert (wrong.exit_code, "no link 'x'" in wrong.output) == (2, True)
    run("--rotate")
    run("--revoke-all")
    kept = [(row["who"], row["what"]) for row in Audit(Database(world), days=1).entries()]
    assert kept[::-1] == [
        ("(terminal)", what) for what in ("share.embed", "embed.revoke", "embed.rotate", "embed.revoke_all")
    ]


def test_a_name_cannot_leave_the_html_that_shows_it(results: Results) -> None:
    link, token = new_embed(results, shown_world.PAIRING, lang="zh", lasts_s=DAY)

    addresses = addresses_of("https://x/", results, link, token)

    assert shown_world.HOSTILE[:3] not in addresses.iframe
    assert (addresses.iframe.count('"'), addresses.image.count('"')) == (14, 6)  # of their attributes

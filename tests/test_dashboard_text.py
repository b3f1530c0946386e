"""Every word on the screen is in both catalogues, and every word of the catalogues is on the screen."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evidence import MOST_LISTED, evidence_rows
from dashboard.i18n import catalogue, plain
from dashboard.spoken import spoken
from geodata.settings import Settings
from geodata.workspace import Workspace
from layers.kinds import KINDS
from layers.wording import LANGS, Lang

DASHBOARD = Path(__file__).resolve().parents[1] / "dashboard"
PAGES = sorted((DASHBOARD / "pages").glob("*.py"))
SCRIPTS = sorted((DASHBOARD / "assets").rglob("*.js"))
# Families of keys that are put together at run time: `text(f"legend.{name}")`.
FAMILIES = re.compile(r"[f`(]?[\"'`]([a-z_]+(?:\.[a-z_]+)*\.)[{$]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"\{[a-z_]*\}")
TEMPLATES = sorted((DASHBOARD / "export" / "templates").glob("*.typ"))  # `w.page` is the key report.page


def sources() -> str:
    files = [*(path for path in sorted(DASHBOARD.rglob("*.py")) if path.parent.name != "i18n"), *SCRIPTS]
    told = [path.read_text(encoding="utf-8") for path in files]
    set_in_pages = re.findall(
        r"\bw\.([a-z_]+)", "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    )
    return "\n".join([*told, *(f'"report.{name}"' for name in set_in_pages)])


def test_both_catalogues_have_the_same_keys_and_places() -> None:
    zh, en = catalogue("zh"), catalogue("en")

    assert list(zh) == list(en)
    for key in zh:
        places = [{name for _, name, _, _ in Formatter().parse(words[key]) if name} for words in (zh, en)]
        assert places[0] == places[1], key
        assert zh[key].strip()
        assert en[key].strip()


def test_the_english_catalogue_is_english_and_the_chinese_chinese() -> None:
    spoken_alike = {"p", "theme"}
    assert [key for key, text in catalogue("en").items() if CHINESE.search(text)] == ["other_language"]
    latin = [
        key
        for key, text in catalogue("zh").items()
        if not CHINESE.search(text) and re.search("[a-z]{3}", PLACES.sub("", text))
    ]
    assert [key for key in latin if key not in spoken_alike] == []


def test_every_key_that_is_used_exists() -> None:
    text = sources()
    used = set(re.findall(r"\btext\(\s*\"([a-z0-9_.]+)\"", text)) | set(
        re.findall(r"words\[\"([a-z0-9_.]+)\"\]", text)
    )
    used |= set(re.findall(r"say\(boot, \"([a-z0-9_.]+)\"", text)) | set(
        re.findall(r"tell\([a-z.]+, \"([a-z0-9_.]+)\"", text)
    )

    assert len(used) > 60
    assert used - set(catalogue("zh")) == set()


def test_the_frame_brings_the_words_that_scripts_say_and_no_others() -> None:
    scripts = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    said = set(re.findall(r"\b(?:words|say|tell)[\[(](?:[a-z.]+, )?\"([a-z0-9_.]+)\"", scripts))

    for lang in LANGS:
        brought = spoken(lang)
        assert len(said) > 300
        assert said - set(brought) == set()
        assert brought.items() < catalogue(lang).items()
        assert len(brought) < 0.6 * len(catalogue(lang))
    # A key that begins with what is only known at run time could not be brought.
    assert re.findall(r"(?:words|say)[\[(](?:[a-z.]+, )?`\$\{", scripts) == []


def test_every_key_that_exists_is_used() -> None:
    text = sources()
    programme = {"programme.kind.", "programme.status.", "programme.sector."}
    families = {*FAMILIES.findall(text), *programme, "evidence.", "value."}
    unused = [
        key
        for key in catalogue("zh")
        if f'"{key}"' not in text and not any(key.startswith(family) for family in families)
    ]

    assert unused == []


def test_families_of_keys_are_complete() -> None:
    words = catalogue("zh")

    assert [name for name in KINDS if f"method.kind.{name}" not in words] == []
    assert [each.name for each in dataclasses.fields(Settings) if f"setting.{each.name}" not in words] == []


@pytest.mark.parametrize("path", [*PAGES, *SCRIPTS], ids=lambda path: path.name)
def test_no_page_speaks_by_itself(path: Path) -> None:
    assert not CHINESE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_text_goes_around_the_catalogue(path: Path) -> None:
    """A string with a space in the children of a component is a sentence someone forgot to translate."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    components = [
        node
        for node in calls
        if isinstance(node.func.value, ast.Name) and node.func.value.id in ("html", "dmc")
    ]
    literals = [
        child.value
        for node in components
        for child in node.args
        if isinstance(child, ast.Constant)
        and isinstance(child.value, str)
        and re.search(r"[A-Za-z]", child.value)
    ]

    assert components or path.name in ("__init__.py", "documents.py", "still.py", "wiring.py")
    assert set(literals) <= {"bordergap"}


@pytest.mark.parametrize("lang", LANGS)
def test_evidence_is_read_side_by_side(lang: str) -> None:
    rows = evidence_rows('{"people_a": 5, "people_b": 7, "threshold_min": 15.0}', lang, {})  # type: ignore[arg-type]

    assert [set(row) for row in rows] == [{"label", "a", "b"}, {"label", "value"}]


def test_evidence_with_sides_inside() -> None:
    (row,) = evidence_rows('{"zone": {"a": {"width_m": 5.0}, "b": {"width_m": 1500.0}}}', "en", {})

    assert row == {"label": "Width", "a": "5 m", "b": "1.5 km"}


@pytest.mark.parametrize("lang", LANGS)
def test_evidence_of_each_side_stands_next_to_the_other(lang: Lang) -> None:
    side = {
        "amount_belt": 30.0,
        "amount_zone": 0.0,
        "base_belt": 9685.0,
        "base_zone": 10568.0,
        "value_belt": 31.0,
        "unit": "per 10000 people",
    }
    rows = evidence_rows(json.dumps({"a": side, "b": {**side, "amount_belt": 20.0}, "p": 0.01}), lang, {})

    (amount,) = (row for row in rows if row.get("a") == "30")
    assert amount["b"] == "20"
    known = set(catalogue(lang).values())
    assert {row["label"] for row in rows} <= known
    units = {row["a"] for row in rows if row["label"] == catalogue(lang)["evidence.unit"]}
    assert units == {{"zh": "个/万人", "en": "per 10,000 people"}[lang]}


def test_what_an_object_has_by_side_stands_side_by_side_and_ids_last() -> None:
    """As of roadsides and contrasts: {"a_m", "b_m", "unknown_m"}, {"a", "b", "ids", "unit"}."""
    evidence = {"ids": ["r1"], "barrier": {"a_m": 975.0, "b_m": 0.0, "unknown_m": 5.0}, "known": 2}
    barrier, unknown, known, ids = evidence_rows(json.dumps(evidence), "en", {})

    assert barrier == {"label": "Barrier", "a": "975 m", "b": "0 m"}
    assert unknown == {"label": "Barrier · Unknown", "value": "5 m"}
    assert (known["value"], ids["value"]) == ("2", "r1")


def test_lists_name_places_to_the_metre_and_ids_last() -> None:
    pairs = {"pairs": [{"feature_id": "r1", "at": [108.4653134, 30.973998], "known": 5}]}
    (row,) = evidence_rows(json.dumps(pairs), "en", {})

    assert row["rows"] == [["108.46531, 30.97400", "5", "r1"]]


def test_long_evidence_says_what_it_leaves_out() -> None:
    items = ", ".join(f'{{"feature_id": "f{number}"}}' for number in range(MOST_LISTED + 3))
    (row,) = evidence_rows(f'{{"places": [{items}]}}', "en", {})

    assert len(row["rows"]) == MOST_LISTED
    assert row["more"] == 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_any_evidence_can_be_read(evidence: object) -> None:
    for row in evidence_rows(json.dumps({"some": evidence}), "zh", {}):
        assert isinstance(row["label"], str)
        assert "value" in row or {"a", "b"} <= set(row) or {"heads", "rows"} <= set(row)


@given(st.text())
def test_plain_text_keeps_every_letter(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert all(letter in plain(text) for letter in text if letter.isalnum())
    assert not re.search("[\u202a-\u202e\u2066-\u2069\n]", plain(text))


def test_evidence_of_every_gap_of_the_sample_has_words(demo: Path) -> None:
    gaps = Workspace.open(demo).read_table("gaps")
    labels = {row["label"] for text in gaps["evidence"] for row in evidence_rows(text, "zh", {})}

    assert labels
    assert {label for label in labels if re.search("[a-z]{3}", label)} == set()  # keys are English words

"""Parts of a page that never change are one component; what callbacks name is one of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plotly.utils
import pytest
from dash import dcc, html

from dashboard.pages.shell import shell
from dashboard.pages.still import still
from dashboard.pages.wiring import CLIENTSIDE
from dashboard.results import ResultsCache
from layers.wording import LANGS
from tests import shown_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.wording import Lang

OUTSIDE = {
    "url",
    "frames",
    "asked-language",
    "state",
    "failure",
    "root",
}  # there before the frame: dashboard/frame.py
HOSTILE = "<img src=x onerror=alert(1)>"


def sent(part: Any) -> Any:
    return json.loads(plotly.utils.PlotlyJSONEncoder().encode(part))


def components(part: Any) -> Iterator[dict[str, Any]]:
    """Yield what Dash knows as a component, at whatever depth."""
    if isinstance(part, list):
        for each in part:
            yield from components(each)
    elif isinstance(part, dict) and {"type", "namespace", "props"} <= set(part):
        yield part
        yield from components(part["props"].get("children"))


def test_elements_are_one_component_with_the_others_at_their_places() -> None:
    store, held = dcc.Store(id="store"), html.Div(id="held", className="x")

    made = sent(still(html.P(["one ", html.B("two"), store, 3], className="p"), None, held, but=("held",)))

    assert made["namespace"] == "bordergap"
    assert made["props"]["tree"] == [["p", {"className": "p"}, "one ", ["b", {}, "two"], 0, "3"], 1]
    assert [each["props"]["id"] for each in made["props"]["children"]] == ["store", "held"]


def test_text_and_attributes_stay_what_they_are() -> None:
    made = sent(still(html.Span(HOSTILE, title=HOSTILE, **{"data-act": HOSTILE})))

    assert made["props"]["tree"] == [["span", {"title": HOSTILE, "data-act": HOSTILE}, HOSTILE]]


@pytest.mark.parametrize("lang", LANGS)
def test_whatever_a_callback_names_is_a_component(
    tmp_path_factory: pytest.TempPathFactory, lang: Lang
) -> None:
    results = ResultsCache(shown_world.make(tmp_path_factory.mktemp("still") / "world").path).current()
    named = {each.component_id for _, sets, asks in CLIENTSIDE for each in (*sets, *asks)}

    known = [each["props"].get("id") for each in components(sent(shell(results, lang)))]

    assert named - OUTSIDE - set(known) == set()
    assert len(known) < 60  # each is asked after every step of every callback

"""One sentence a gap, Chinese and English, built from its own row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from layers import wording as w

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.wording import Lang


@dataclass(frozen=True)
class Told:
    """A gap about to be told: its row, its evidence and the names of its members."""

    row: Mapping[str, Any]
    lang: Lang
    names: Mapping[str, str]

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """Evidence as an object, whether the row has it as text or not."""
        given = self.row["evidence"]
        return json.loads(given) if isinstance(given, str) else dict(given)

    def member(self, side: str) -> str:
        """Return the name of the member of `side`: its districts' names."""
        return member_name(str(self.row[f"member_{side}"]), self.names, self.lang)

    @property
    def worse(self) -> str:
        """Side that is worse off (a where neither is)."""
        return "b" if self.row["side"] == "b" else "a"

    @property
    def better(self) -> str:
        """The other side."""
        return "a" if self.worse == "b" else "b"

    @property
    def what(self) -> str:
        """Word for what the gap is about."""
        return w.thing(self.row["what"], self.lang)

    def value(self, side: str) -> str:
        """Value of `side` with its unit."""
        return w.quantity(self.row[f"value_{side}"], self.row["unit"], self.lang)

    @property
    def people(self) -> str:
        """People affected."""
        return w.people(self.row["people"], self.lang)

    def road(self) -> str:
        """Name of the road concerned, or a road."""
        road = self.evidence.get("road") or self.evidence
        name = road.get("name") or road.get("ref")
        if name:
            return f"“{name}”" if self.lang == "zh" else str(name)
        return "一条道路" if self.lang == "zh" else "a road"


def member_name(member_id: str, names: Mapping[str, str], lang: Lang) -> str:
    """Return the name of a member: its own where `names` has it, else its districts' names."""
    if member_id in names:
        return names[member_id]
    joint = "、" if lang == "zh" else " + "
    return joint.join(names.get(district, district) for district in member_id.split("+"))


def sentence(gap: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> str:
    """Return what a gap is, in one sentence.

    Parameters
    ----------
    gap
        A row of the gaps table with `member_a` and `member_b` (member ids) beside it; evidence as JSON text
        or as an object.
    lang
        zh or en.
    names
        District id (and member id, where a member has a name of its own) -> name in `lang`.

    Returns
    -------
    text
        Plain text. Names in it come from outside: escape it wherever markup is read.
    """
    told = Told(gap, lang, names)
    text = TELLERS[str(gap["kind"])](told)
    note = _provenance_note(told)
    return f"{text}{note}"


def _two(told: Told, zh: str, en: str) -> str:
    return zh if told.lang == "zh" else en


def _dead_end(told: Told) -> str:
    e = told.evidence
    straight, way = w.distance(e["straight_m"], told.lang), w.distance(e.get("network_m"), told.lang)
    cut_off = e.get("network_m") is None
    if told.row["side"] == "both":
        zh, en = "两侧道路在界线处相对断头", "Two roads face each other across the line and do not meet"
        gap_zh, gap_en = f"相隔 {straight}", f"{straight} apart"
    else:
        here, there = told.member(told.worse), told.member(told.better)
        zh = f"{told.road()}在{here}一侧到界线处断头"
        en = f"{_capital(told.road())} stops at the line on the side of {here}"
        gap_zh = f"距{there}最近的路 {straight}"
        gap_en = f"{straight} from the nearest road of {there}"
    if cut_off:
        return _two(told, f"{zh}，{gap_zh}，没有可绕行的路。", f"{en}, {gap_en}; there is no way round.")
    return _two(told, f"{zh}，{gap_zh}，绕行需 {way}。", f"{en}, {gap_en}; the way round is {way}.")


def _step_change(told: Told) -> str:
    parts = [
        _two(
            told,
            f"{w.thing(what, 'zh')}由{_state(values['value_a'], what, 'zh')}变为{_state(values['value_b'], what, 'zh').rstrip()}",
            f"{w.thing(what, 'en')} {_state(values['value_a'], what, 'en')} to {_state(values['value_b'], what, 'en')}",
        )
        for what, values in _differences(told.evidence).items()
    ]
    a, b = told.member("a"), told.member("b")
    return _two(
        told,
        f"{told.road()}从{a}进入{b}，在界线处{'，'.join(parts)}。",
        f"{_capital(told.road())} changes at the line from {a} to {b}: {', '.join(parts)}.",
    )


def _differences(evidence: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the differences of a crossing by attribute, the one that decides first."""
    found: dict[str, Mapping[str, Any]] = {}
    for pair in evidence["pairs"]:
        for what, values in pair["differences"].items():
            if what not in found or values["m"] > found[what]["m"]:
                found[what] = values
    return dict(sorted(found.items(), key=lambda item: (item[0] != evidence["attribute"], -item[1]["m"])))


def _state(value: Any, what: str, lang: Lang) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        unit = {"width": "m", "speed": "km/h"}.get(what)
        number = w.quantity(float(value), unit, lang)
        return f" {number} " if lang == "zh" else number
    return w.word(w.VALUE_WORDS, value, lang)


def _roadside(told: Told) -> str:
    differs, length = (w.distance(told.evidence[name], told.lang) for name in ("differs_m", "length_m"))
    here, there = told.member(told.worse), told.member(told.better)
    if told.row["side"] == "both":
        return _two(
            told,
            f"沿界线的{told.road()}全长 {length}，其中 {differs}两侧设施不同，{here}和{there}各有一段缺{told.what}。",
            f"Along the line {told.road()} ({length}) differs over {differs}: {here} and {there} each lack {told.what} on a "
            "part of it.",
        )
    return _two(
        told,
        f"沿界线的{told.road()}全长 {length}，其中 {differs}只有{there}一侧有{told.what}，{here}一侧没有。",
        f"Along the line {told.road()} ({length}) has {told.what} over {differs} on the side of {there} only, none on that "
        f"of {here}.",
    )


def _permeability(told: Told) -> str:
    e = told.evidence
    length, crossings = w.distance(e["border_m"], told.lang), e["crossings"]
    usual = max(1, round(e["on_curves"] / e["curves_m"] * e["border_m"]))
    a, b = told.member("a"), told.member("b")
    return _two(
        told,
        f"{a}与{b}之间这段 {length}的界线{f'只有 {crossings} 处' if crossings else '没有'}通道；按两侧腹地的密度应有约 {usual} 处。",
        f"{f'Only {crossings}' if crossings else 'No'} road{'' if crossings == 1 else 's'} cross{'es' if crossings == 1 else ''} "
        f"these {length} of border between {a} and {b}; at the density of the country on both sides about {usual} would.",
    )


def _wall(told: Told) -> str:
    here, there = told.member(told.worse), told.member(told.better)
    own, across = told.value(told.worse), told.value(told.better)
    limit = w.minutes(told.evidence["threshold_min"], told.lang)
    if w.is_missing(told.row[f"value_{told.worse}"]):
        return _two(
            told,
            f"{here}有 {told.people}没有路可到本区的{told.what}；到界线对面{there}的只要 {across}。",
            f"{told.people} of {here} have no way to a {told.what} of their own, but {across} to that of {there} "
            "across the line.",
        )
    return _two(
        told,
        f"{here}有 {told.people}，到本区最近的{told.what}平均要 {own}，超过 {limit}的标准；到界线对面{there}的只要 {across}。",
        f"{told.people} of {here} need {own} to the nearest {told.what} of their own (limit {limit}), but {across} to "
        f"that of {there} across the line.",
    )


def _desert(told: Told) -> str:
    a, b = told.member("a"), told.member("b")
    where_zh = f"{a}与{b}交界处" if told.row["side"] == "both" else f"{told.member(told.worse)}临界一侧"
    where_en = f"on both sides of the line between {a} and {b}"
    if told.row["side"] != "both":
        where_en = f"of {told.member(told.worse)} near the line"
    minutes = told.row["value_b"] if told.row["side"] == "b" else told.row["value_a"]
    limit = w.minutes(told.evidence["threshold_min"], told.lang)
    mean = w.minutes(minutes, told.lang)
    if w.is_missing(minutes):
        return _two(
            told,
            f"{where_zh}有 {told.people}无法到达任何一侧的{told.what}。",
            f"{told.people} {where_en} cannot reach a {told.what} on either side.",
        )
    return _two(
        told,
        f"{where_zh}有 {told.people}，到任何一侧最近的{told.what}平均都要 {mean}，超过 {limit}的标准。",
        f"{told.people} {where_en} need {mean} to the nearest {told.what} of either side (limit {limit}).",
    )


def _service_duplicate(told: Told) -> str:
    e = told.evidence
    a, b, apart = told.member("a"), told.member("b"), w.minutes(e["minutes"], told.lang)
    times = w.number(e["access_ratio"])
    return _two(
        told,
        f"{a}与{b}隔界线各有一处{told.what}，相距 {apart}，周边的可达水平已是全域中位数的 {times} 倍。",
        f"{a} and {b} each have a {told.what} at the line, {apart} apart, where access is {times} times the median.",
    )


def _service_imbalance(told: Told) -> str:
    here, there = told.member(told.worse), told.member(told.better)
    if not told.row[f"value_{told.worse}"]:
        return _two(
            told,
            f"界线附近{there}的居民可达{told.what}，{here}的居民在本区没有可达的{told.what}。",
            f"Near the line people of {there} have access to a {told.what} of their own, those of {here} to none.",
        )
    times = w.number(told.row[f"value_{told.better}"] / told.row[f"value_{told.worse}"])
    return _two(
        told,
        f"界线附近{there}居民人均可达的{told.what}是{here}居民的 {times} 倍。",
        f"Near the line people of {there} have {times} times the access to a {told.what} of their own that those of "
        f"{here} have.",
    )


def _asset_imbalance(told: Told) -> str:
    here, there, more = told.member(told.worse), told.member(told.better), told.value(told.better)
    what = w.things(told.row["what"], "en")
    if not told.row[f"value_{told.worse}"]:
        return _two(
            told,
            f"界线两侧不同：{there}边界带的{told.what}为 {more}，{here}一侧没有。",
            f"The sides differ: {what}, {more} in the border zone of {there}, none in that of {here}.",
        )
    less = told.value(told.worse)
    return _two(
        told,
        f"界线两侧不同：{there}边界带的{told.what}为 {more}，{here}一侧只有 {less}。",
        f"The sides differ: {what}, {more} in the border zone of {there}, {less} in that of {here}.",
    )


def _depression(told: Told) -> str:
    a, b = told.member("a"), told.member("b")
    low_a, low_b = w.percent(told.row["value_a"]), w.percent(told.row["value_b"])
    return _two(
        told,
        f"两侧都向界线走低：边界带的{told.what}在{a}只有其腹地的 {low_a}，在{b}只有其腹地的 {low_b}。",
        f"Both sides sink towards the line: in the border zone {w.things(told.row['what'], 'en')} come to {low_a} of "
        f"the interior in {a}, {low_b} in {b}.",
    )


def _use_contrast(told: Told) -> str:
    e = told.evidence
    here, there = told.member(told.worse), told.member(told.better)
    use = w.thing(e["use"], told.lang)
    things = w.listed([w.things(name, told.lang) for name in e["things"]], told.lang)
    if told.row["side"] == "both":
        return _two(
            told,
            f"同一片{use}跨在{told.member('a')}与{told.member('b')}的界线上，{things}都只有一侧有。",
            f"One area of {use} lies across the line between {told.member('a')} and {told.member('b')}; {things} stand "
            "on one side only, not the same.",
        )
    return _two(
        told,
        f"同一片{use}跨在界线上，{there}一侧有{things}，{here}一侧没有。",
        f"One area of {use} lies across the line; the part of {there} has {things}, that of {here} has none.",
    )


def _park_duplicate(told: Told) -> str:
    e = told.evidence
    shared = w.listed([w.thing(name, told.lang) for name in e["shared"]], told.lang)
    apart = w.distance(e["distance_m"], told.lang) if e.get("distance_m") is not None else None
    zh_apart = f"相距 {apart}，" if apart else ""
    en_apart = f"{apart} apart, " if apart else ""
    return _two(
        told,
        f"{told.member('a')}的“{e['name_a']}”与{told.member('b')}的“{e['name_b']}”{zh_apart}产业重合：{shared}。",
        f"{e['name_a']} in {told.member('a')} and {e['name_b']} in {told.member('b')}, {en_apart}share industries: "
        f"{shared}.",
    )


def _park_gap(told: Told) -> str:
    e = told.evidence
    here, there = told.member(told.worse), told.member(told.better)
    zh, en = [], []
    if e.get("road_gap"):
        zh.append("1 公里内没有县道以上的道路")
        en.append("has no road of class secondary or better within 1 km")
    if e.get("fire_gap"):
        own, across = told.value(told.worse), told.value(told.better)
        zh.append(f"本区消防站到达要 {own}，{there}的要 {across}")
        en.append(f"is {own} from its own fire station, {across} from that of {there}")
    return _two(told, f"{here}的“{e['name']}”{'；'.join(zh)}。", f"{e['name']} in {here} {' and '.join(en)}.")


def _landuse_conflict(told: Told) -> str:
    e = told.evidence
    length = w.distance(told.row["length_m"], told.lang)
    class_a, class_b = w.thing(e["class_a"], told.lang), w.thing(e["class_b"], told.lang)
    return _two(
        told,
        f"沿界线 {length}，{told.member('a')}一侧的{class_a}紧邻{told.member('b')}一侧的{class_b}，用途相冲突。",
        f"Along {length} of border {class_a} of {told.member('a')} lies within 200 m of {class_b} of {told.member('b')}.",
    )


def _overlap(told: Told) -> str:
    width, area = w.distance(told.evidence["width_m"], told.lang), _area(told)
    return _two(
        told,
        f"{told.member('a')}与{told.member('b')}都把一块宽 {width}、面积 {area}的土地划在自己界内。",
        f"{told.member('a')} and {told.member('b')} both claim a piece of land {width} wide ({area}).",
    )


def _boundary_gap(told: Told) -> str:
    width, area = w.distance(told.evidence["width_m"], told.lang), _area(told)
    return _two(
        told,
        f"{told.member('a')}与{told.member('b')}之间有一块宽 {width}、面积 {area}的土地不属于任何一方。",
        f"A piece of land {width} wide ({area}) between {told.member('a')} and {told.member('b')} belongs to neither.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _area(told: Told) -> str:
    hectares = w.number(told.evidence["area_m2"] / 10_000)
    return f"{hectares} 公顷" if told.lang == "zh" else f"{hectares} ha"


def _responsibility(told: Told) -> str:
    e = told.evidence
    named = e.get("name") or (told.what if e["layer"] == "assets" else _two(told, "道路", "road"))
    managers = e["managers"]
    if not managers:
        return _two(
            told,
            f"“{named}”跨越界线，却没有写明管护单位。",
            f"{_capital(named)} on the line: nobody is named as in charge.",
        )
    return _two(
        told,
        f"“{named}”在界线处有 {len(managers)} 家管护单位：{w.listed(managers, 'zh')}，责任不清。",
        f"{_capital(named)} has {len(managers)} in charge at the line: {w.listed(managers, 'en')}.",
    )


def _provenance_note(told: Told) -> str:
    """Say what a finding rests on where it is not measured data (METHOD 9)."""
    straight = told.evidence.get("method") == "straight line" or bool(told.evidence.get("straight_line"))
    if told.row["provenance"] == "generated":
        return _two(told, "（依据生成的演示数据）", " (Rests on generated demonstration data.)")
    if straight:
        return _two(
            told,
            "（实际数据；时间按直线距离折算）",
            " (Real data; times estimated from straight lines.)",
        )
    if told.row["provenance"] == "fallback":
        return _two(told, "（含替代估算）", " (Rests in part on an estimate.)")
    return ""


TELLERS: dict[str, Callable[[Told], str]] = {
    "road_dead_end": _dead_end,
    "road_step_change": _step_change,
    "roadside_mismatch": _roadside,
    "low_permeability": _permeability,
    "service_wall": _wall,
    "service_desert": _desert,
    "service_duplicate": _service_duplicate,
    "service_imbalance": _service_imbalance,
    "asset_imbalance": _asset_imbalance,
    "border_depression": _depression,
    "use_contrast": _use_contrast,
    "park_duplicate": _park_duplicate,
    "park_service_gap": _park_gap,
    "landuse_conflict": _landuse_conflict,
    "boundary_overlap": _overlap,
    "boundary_gap": _boundary_gap,
    "responsibility": _responsibility,
}

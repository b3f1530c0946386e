"""Words and numbers as a person reads them, in Chinese and English: one table, one formatter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

# name -> (Chinese, English). Every value of the vocabulary a person may see; unknown values stay as they are.
KIND_WORDS: dict[str, tuple[str, str]] = {
    "road_dead_end": ("断头路", "Dead-end road"),
    "road_step_change": ("道路标准突变", "Road changes at the line"),
    "roadside_mismatch": ("沿线设施单侧", "Roadside treated on one side"),
    "low_permeability": ("通道稀少", "Few crossings"),
    "service_wall": ("公共服务隐形墙", "Invisible wall in services"),
    "service_desert": ("公共服务盲区", "Service desert"),
    "service_duplicate": ("服务设施重复", "Facility built twice"),
    "service_imbalance": ("服务水平失衡", "Services better on one side"),
    "asset_imbalance": ("设施密度失衡", "Infrastructure on one side"),
    "border_depression": ("边界洼地", "Border depression"),
    "use_contrast": ("同地不同设施", "One use, served on one side"),
    "park_duplicate": ("园区产业同质", "Parks with the same industry"),
    "park_service_gap": ("园区配套缺口", "Park without access"),
    "landuse_conflict": ("用地冲突", "Clashing land use"),
    "boundary_overlap": ("界线重叠", "Claimed twice"),
    "boundary_gap": ("界线空白", "Claimed by nobody"),
    "responsibility": ("管护责任不清", "Responsibility unclear"),
}
DOMAIN_WORDS: dict[str, tuple[str, str]] = {
    "roads": ("道路", "Roads"),
    "services": ("公共服务", "Services"),
    "assets": ("基础设施", "Infrastructure"),
    "parks": ("产业园区", "Parks"),
    "landuse": ("土地利用", "Land use"),
    "boundary": ("界线", "Boundary"),
}
LAYER_WORDS: dict[str, tuple[str, str]] = {
    "districts": ("行政区划", "Districts"),
    "roads": ("道路", "Roads"),
    "facilities": ("公共服务设施", "Facilities"),
    "assets": ("基础设施", "Infrastructure"),
    "parks": ("产业园区", "Industrial parks"),
    "landuse": ("土地利用", "Land use"),
    "population": ("人口", "Population"),
    "pairings": ("结对关系", "Pairings"),
    "indicators": ("指标", "Indicators"),
    "programme": ("合作事项", "Programme"),
}
# What makes rows of `not_computed` and is no kind of gap.
CHECK_WORDS: dict[str, tuple[str, str]] = {"travel_time": ("出行时间", "Travel times")}
# What rows of `not_computed` are about, besides layers and things.
NOTED_WORDS: dict[str, tuple[str, str]] = {
    "km": ("公里", "km"),
    "industries": ("产业", "industries"),
}
# Facility kinds, asset kinds, land-use classes, attributes and measurables: what a gap's `what` may name.
THING_WORDS: dict[str, tuple[str, str]] = {
    "clinic": ("诊所（卫生院）", "clinic"),
    "hospital": ("医院", "hospital"),
    "fire_station": ("消防站", "fire station"),
    "police": ("派出所", "police station"),
    "school": ("学校", "school"),
    "kindergarten": ("幼儿园", "kindergarten"),
    "government_hall": ("政府驻地", "government hall"),
    "elder_care": ("养老机构", "elder care"),
    "reservoir": ("水库（蓄水池）", "reservoir"),
    "irrigation_canal": ("灌渠", "irrigation canal"),
    "water_main": ("供水干管", "water main"),
    "water_tower": ("水塔", "water tower"),
    "water_tank": ("水池", "water tank"),
    "power_line": ("输电线", "power line"),
    "telecom_tower": ("通信塔", "telecom tower"),
    "street_lamp": ("路灯", "street lamp"),
    "bus_stop": ("公交站", "bus stop"),
    "fence": ("围栏", "fence"),
    "guard_rail": ("护栏", "guard rail"),
    "wall": ("墙", "wall"),
    "culvert": ("涵洞", "culvert"),
    "camera": ("监控摄像头", "camera"),
    "trough": ("水槽", "trough"),
    "road": ("道路", "road"),
    "road end": ("路端", "road end"),
    "pumping_station": ("泵站", "pumping station"),
    "bus_station": ("客运站", "bus station"),
    "charging_station": ("充电站", "charging station"),
    "college": ("专科学校", "college"),
    "university": ("大学", "university"),
    "library": ("图书馆", "library"),
    "pharmacy": ("药店", "pharmacy"),
    "post_office": ("邮局", "post office"),
    "dam": ("水坝", "dam"),
    "dyke": ("堤防", "dyke"),
    "weir": ("堰", "weir"),
    "drinking_water": ("饮水点", "drinking water point"),
    "fire_hydrant": ("消防栓", "fire hydrant"),
    "power_plant": ("发电厂", "power plant"),
    "power_pole": ("电杆", "power pole"),
    "power_tower": ("输电塔", "power tower"),
    "substation": ("变电站", "substation"),
    "transformer": ("变压器", "transformer"),
    "recycling": ("回收点", "recycling point"),
    "retaining_wall": ("挡土墙", "retaining wall"),
    "traffic_signals": ("信号灯", "traffic signals"),
    "waste_transfer_station": ("垃圾中转站", "waste transfer station"),
    "wastewater_plant": ("污水处理厂", "wastewater plant"),
    "water_well": ("水井", "water well"),
    "water_works": ("水厂", "water works"),
    "scrub": ("灌丛", "scrub"),
    "wetland": ("湿地", "wetland"),
    "grass": ("草坪", "grass"),
    "farmyard": ("农场院落", "farmyard"),
    "allotments": ("菜园", "allotments"),
    "cemetery": ("墓地", "cemetery"),
    "recreation_ground": ("休闲场地", "recreation ground"),
    "retail": ("零售用地", "retail"),
    "military": ("军事用地", "military land"),
    "railway": ("铁路用地", "railway land"),
    "construction": ("在建用地", "construction site"),
    "plant_nursery": ("苗圃", "plant nursery"),
    "paved_road": ("硬化道路", "paved road"),
    "surface": ("路面", "surface"),
    "class": ("等级", "class"),
    "lanes": ("车道数", "lanes"),
    "width": ("宽度", "width"),
    "speed": ("限速", "speed limit"),
    "lit": ("照明", "lighting"),
    "sidewalk": ("人行道", "sidewalk"),
    "rail": ("护栏", "guard rail"),
    "median": ("中央分隔带", "median"),
    "barrier": ("护栏", "barrier"),
    "road_arterial": ("干线道路密度", "arterial roads"),
    "road_local": ("地方道路密度", "local roads"),
    "road_track": ("机耕道密度", "tracks"),
    "paved_share": ("硬化率", "paved share"),
    "people": ("人口密度", "people"),
    "orchard": ("果园", "orchard"),
    "vineyard": ("葡萄园", "vineyard"),
    "farmland": ("耕地", "farmland"),
    "forest": ("林地", "forest"),
    "meadow": ("草地", "meadow"),
    "industrial": ("工业用地", "industry"),
    "residential": ("居住用地", "housing"),
    "commercial": ("商业用地", "commerce"),
    "nature_reserve": ("自然保护区", "nature reserve"),
    "forest_reserve": ("森林保护区", "forest reserve"),
    "water_protection": ("水源保护区", "water protection area"),
    "landfill": ("填埋场", "landfill"),
    "quarry": ("采石场", "quarry"),
    "water": ("水域", "water"),
    "park": ("产业园区", "industrial park"),
}
UNCOUNTED = frozenset(
    [
        "elder_care",
        "paved_share",
        "lit",
        "surface",
        "class",
        "width",
        "people",
        "industrial",
        "residential",
        "commercial",
    ]
)
# Values of road attributes.
VALUE_WORDS: dict[str, tuple[str, str]] = {
    "motorway": ("高速公路", "motorway"),
    "trunk": ("快速路", "trunk road"),
    "primary": ("国省干道", "primary road"),
    "secondary": ("县道", "secondary road"),
    "tertiary": ("乡道", "tertiary road"),
    "unclassified": ("村道", "minor road"),
    "residential": ("居住区道路", "residential street"),
    "living_street": ("生活街道", "living street"),
    "service": ("内部道路", "service road"),
    "track": ("机耕道", "track"),
    "paved": ("硬化路面", "paved"),
    "unpaved": ("未硬化路面", "unpaved"),
    "asphalt": ("沥青", "asphalt"),
    "concrete": ("水泥", "concrete"),
    "gravel": ("砂石", "gravel"),
    "compacted": ("压实土石", "compacted"),
    "dirt": ("土路", "dirt"),
    "earth": ("土路", "earth"),
    "ground": ("土路", "ground"),
    "none": ("无", "none"),
    "no": ("无", "no"),
    "yes": ("有", "yes"),
    "both": ("两侧", "both sides"),
    "left": ("左侧", "left"),
    "right": ("右侧", "right"),
    "guard_rail": ("护栏", "guard rail"),
    "fence": ("围栏", "fence"),
    "wall": ("墙", "wall"),
}
PROVENANCE_WORDS: dict[str, tuple[str, str]] = {
    "measured": ("实际数据", "measured data"),
    "fallback": ("替代估算", "fallback estimate"),
    "generated": ("生成数据", "generated data"),
}
# Reasons of `not_computed` start with one of these; what follows a colon are the sides concerned.
REASON_WORDS: dict[str, tuple[str, str]] = {
    "no data there": ("对侧没有道路数据", "no data there"),
    "edge of the data": ("道路在数据范围边缘被截断", "cut by the edge of the data"),
    "too short to test": ("样本过少，无法检验", "too short to test"),
    "off network": ("距道路过远，未计入路网", "off the road network"),
    "nobody on a side": ("一侧无人口", "nobody on a side"),
    "managers unknown": ("多数要素没有写明管护单位", "most features name nobody in charge"),
    "no threshold": ("没有设定时间标准", "no time limit is set"),
    "industries unknown": ("产业未知", "industries unknown"),
    "contested or unclaimed": ("界线重叠或空白处不作比较", "boundary contested or unclaimed there"),
    "kind absent": ("全部数据中没有该类设施", "no facility of this kind in the data"),
}
PER_PERSON, PER_WAN = "capacity per person", "capacity per 10000 people"
UNIT_WORDS: dict[str, tuple[str, str]] = {
    "min": ("分钟", "min"),
    "km/km2": ("公里/平方公里", "km per km²"),
    "per 10000 people": ("个/万人", "per 10,000 people"),
    "per km2": ("个/平方公里", "per km²"),
    "people/km2": ("人/平方公里", "people per km²"),
    "share": ("比例", "share"),
    "zone/interior": ("边界带/腹地", "zone / interior"),
    PER_PERSON: ("容量/人", "capacity per person"),
    PER_WAN: ("容量/万人", "capacity per 10,000 people"),
    "count": ("个", ""),
    "index": ("", ""),
    "km2": ("平方公里", "km²"),
    "people": ("人", "people"),
    "km/h": ("公里/小时", "km/h"),
    "m": ("米", "m"),
}

_TABLES = (KIND_WORDS, DOMAIN_WORDS, LAYER_WORDS, THING_WORDS)
WAN = 10_000
YI = 100_000_000
KM_M = 1000.0


def word(table: Mapping[str, tuple[str, str]], name: object, lang: Lang) -> str:
    """Return the word for `name` in `lang`; a name the table lacks stays as it is."""
    pair = table.get(str(name))
    return str(name).replace("_", " ") if pair is None else pair[LANGS.index(lang)]


def thing(name: object, lang: Lang) -> str:
    """Return the word for a facility or asset kind, land-use class, attribute or measurable."""
    text = str(name)
    if " × " in text:  # a pair of clashing uses
        return " × ".join(thing(part, lang) for part in text.split(" × "))
    if ", " in text:  # what a park lacks
        return listed([thing(part, lang) for part in text.split(", ")], lang)
    if text.startswith("t_own_"):
        kind = word(THING_WORDS, text.removeprefix("t_own_"), lang)
        return f"到{kind}的时间" if lang == "zh" else f"time to {kind}"
    return word(THING_WORDS, text, lang)


def check(name: object, lang: Lang) -> str:
    """Return the word for a check, as rows of `not_computed` name it."""
    return word(CHECK_WORDS if name in CHECK_WORDS else KIND_WORDS, name, lang)


def noted(names: object, lang: Lang) -> str:
    """Return the words for what a row of `not_computed` is about: layers or things, parted by commas."""
    return listed([_noted(name, lang) for name in str(names).split(", ")], lang)


def _noted(name: str, lang: Lang) -> str:
    for table in (LAYER_WORDS, NOTED_WORDS):
        if name in table:
            return word(table, name, lang)
    return thing(name, lang)


def things(name: object, lang: Lang) -> str:
    """Return the word for several of a thing; Chinese has one form."""
    singular = thing(name, lang)
    if lang == "zh" or str(name) in UNCOUNTED or singular.endswith("s"):
        return singular
    return f"{singular[:-1]}ies" if singular[-2:] in ("ry", "cy", "ty") else f"{singular}s"


_SIDES_ZH = {"a": "甲", "b": "乙"}


def reason(text: str, lang: Lang) -> str:
    """Return a reason of `not_computed` in `lang`; "no X" names the lacking layer; what follows are sides."""
    head, _, detail = text.partition(":")
    if head.strip() in REASON_WORDS:
        said = word(REASON_WORDS, head.strip(), lang)
        named = (side.strip() for side in detail.split(",") if side.strip())
        sides = [f"{_SIDES_ZH.get(side, side)}侧" if lang == "zh" else f"side {side}" for side in named]
        return f"{said}{'：' if lang == 'zh' else ': '}{listed(sides, lang)}" if sides else said
    if lang == "zh" and head.startswith("not computed"):
        lacking = detail.strip().removeprefix("no ")
        return f"未计算：缺少{'、'.join(word(LAYER_WORDS, name, lang) for name in lacking.split(', '))}"
    return text


def is_missing(value: object) -> bool:
    """Return whether `value` is None or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>"


def people(count: float | None, lang: Lang) -> str:
    """Return a number of people: 1.2 万人, 12,000 people."""
    if count is None or is_missing(count):
        return "人数不详" if lang == "zh" else "people unknown"
    if lang == "en":
        return f"{count:,.0f} {'person' if round(count) == 1 else 'people'}"
    text = amount(count, lang)
    return f"{text}人" if text[-1] in "万亿" else f"{text} 人"


def amount(value: float, lang: Lang) -> str:
    """Return a count: 1.2 万 or 1.5 亿 in Chinese, 12,000 in English."""
    if lang == "zh" and abs(value) >= YI:
        return f"{_short(value / YI)} 亿"
    if lang == "zh" and abs(value) >= WAN:
        return f"{_short(value / WAN)} 万"
    return f"{value:,.0f}"


def minutes(value: float | None, lang: Lang) -> str:
    """Return a time; tenths below ten minutes."""
    if value is None or is_missing(value):
        return "无法到达" if lang == "zh" else "unreachable"
    text = f"{value:.1f}" if abs(value) < 10 else f"{value:.0f}"  # noqa: PLR2004
    return f"{text} 分钟" if lang == "zh" else f"{text} min"


def distance(metres: float | None, lang: Lang) -> str:
    """Return a length: metres below one kilometre, else kilometres with one decimal."""
    if metres is None or is_missing(metres):
        return "—"
    if abs(metres) < KM_M:
        return f"{metres:.0f} {'米' if lang == 'zh' else 'm'}"
    return f"{metres / KM_M:,.1f} {'公里' if lang == 'zh' else 'km'}"


def percent(share: float | None) -> str:
    """Return a share as whole per cent; little is not told as nothing, nor nearly all as all."""
    if share is None or is_missing(share):
        return "—"
    whole = f"{100 * share:.0f}%"
    if whole == "0%" and share > 0:
        return "<1%"
    return ">99%" if whole == "100%" and share < 1 else whole


def number(value: float | None) -> str:
    """Return a value with as many digits as it bears: three significant, no exponent."""
    if value is None or is_missing(value):
        return "—"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: float | None, unit: str | None, lang: Lang) -> str:
    """Return a value with its unit, in the shape that unit is read in."""
    if unit == "min":
        return minutes(value, lang)
    if unit == "share":
        return percent(value)
    if unit == PER_PERSON and value is not None:  # few have a whole one: 1.6 is read, 0.00016 is not
        value, unit = value * WAN, PER_WAN
    if unit is None or is_missing(unit):
        return number(value)
    return f"{number(value)} {word(UNIT_WORDS, unit, lang)}".rstrip()


def listed(names: list[str], lang: Lang) -> str:
    """Return names as a list in a sentence."""
    if lang == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

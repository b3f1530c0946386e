"""What importing says of rows and layers, in the reader's language: geodata writes it in English."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dashboard.i18n import plain
from geodata.model import LAYERS
from layers import wording

if TYPE_CHECKING:
    from layers.wording import Lang

# Sentences of geodata/ingest -> the same in Chinese; `{name}` is whatever stands there.
SAID: dict[str, str] = {
    "{column} is missing or of no use; fill it": "缺少 {column} 或其值不可用，请补填",
    "it has no geometry; draw it": "没有几何图形，请补绘",
    "its geometry is empty; draw it": "几何图形为空，请补绘",
    "its geometry cannot be read; draw it again": "几何图形无法读取，请重绘",
    "its WKT cannot be read; draw it again": "WKT 无法读取，请重绘",
    "its line has no length; draw it again": "线的长度为零，请重绘",
    "its {kind} has no area; draw it again": "面的面积为零，请重绘",
    "its coordinates are off the earth; correct them": "坐标超出地球范围，请更正",
    "a coordinate is no number; correct it": "坐标不是数值，请更正",
    "its coordinates are 0,0, as programs write where they know none; correct them": (
        "坐标为 0,0，多半是程序在坐标未知时所填，请更正"
    ),
    "{lon} and {lat} are not both numbers; give both": "{lon} 与 {lat} 不都是数值，两个都要填",
    "{count} heights left out": "略去 {count} 个图形的高程",
    "{count} areas taken as a point inside them": "{count} 个面以其内的一点代替",
    "no column of ids: numbered by row": "没有编号列，按行号编号",
    "no column of codes: {count} districts told apart by their names": (
        "没有代码列，按名称区分出 {count} 个区县"
    ),
    "columns not used: {columns}": "未使用的列：{columns}",
    "{column}: {count} values are no {wanted} ({shown}), taken as unknown": (
        "{column} 有 {count} 个值不合要求（{shown}），按未知处理"
    ),
    "{share} of {all} places of {layer} lie outside all districts; kept, but of no district": (
        "{layer} {all} 处中有 {share} 处在所有区县之外，予以保留，但不属于任何区县"
    ),
    "no reference system declared: values are degrees, taken as WGS 84": (
        "未声明坐标系，数值为度，按 WGS 84 处理"
    ),
    "no two districts share a border: they lie apart, or their outlines do not meet": (
        "没有两个区县共有界线：彼此不相邻，或轮廓没有接上"
    ),
    "{count} gaps {wider} that no district claims: each becomes a finding": (
        "有 {count} 处空隙不属于任何区县，每处列为一处落差"
    ),
    "header found in row {row}": "表头在第 {row} 行",
}
_PLACE = re.compile(r"\{([a-z]+)\}")


def imported(said: str, lang: Lang) -> str:
    """Return a note or reason of an import in the reader's language; the user's own stay as they are."""
    if lang == "zh":
        for pattern, chinese in _patterns().items():
            found = pattern.fullmatch(said)
            if found:
                places = found.groupdict()
                if places.get("layer") in LAYERS:
                    places["layer"] = wording.word(wording.LAYER_WORDS, places["layer"], lang)
                return plain(chinese.format(**places))
    return plain(said)


@cache
def _patterns() -> dict[re.Pattern[str], str]:
    return {_pattern(english): chinese for english, chinese in SAID.items()}


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)  # text and names of places by turns
    told = [f"(?P<{part}>.+?)" if turn % 2 else re.escape(part) for turn, part in enumerate(parts)]
    return re.compile("".join(told))

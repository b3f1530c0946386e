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
    "{file} cannot be used:": "{file} 无法使用：",
    "no reference system is declared and {place} are no degrees; name it with --crs EPSG:…": (
        "没有声明坐标系，{place} 也不是度，请指定坐标系"
    ),
    "no column for {column}; name it with --map {option}, there are {columns}": (
        "没有对应 {column} 的列，请指定；现有列：{columns}"
    ),
    "no column for {column}: unknown for all rows, so that they are in no finding; {remedy}": (
        "没有对应 {column} 的列：所有行按未知处理，不参与任何检查"
    ),
    "it has no geometry, {layer} needs one; give lon and lat, or WKT": (
        "没有几何图形，而{layer}需要；请给出经纬度列或 WKT"
    ),
    "{layer} cannot be a {kind}; give {wanted}": "{layer}不能是 {kind}，请给出 {wanted}",
    "{count} of {all} rows are off the earth, as at {place}; {remedy}": (
        "{all} 行中有 {count} 行超出地球范围（如 {place}），请核对坐标系或坐标顺序"
    ),
    "its content is not that of a {format} file; export it again": "内容不是 {format} 文件，请重新导出",
    "it is empty, no features or rows are in it; export it again": "文件是空的，没有任何要素，请重新导出",
    "its texts are in an encoding no .cpg names; name it with --encoding": "文字编码不明，请指定编码",
    "its letters are neither UTF-8 nor plain GBK; name them with --encoding": (
        "文字既不是 UTF-8 也不是 GBK，请指定编码"
    ),
    "the format is not supported; give {wanted}": "不支持这种格式，可用：{wanted}",
    "{column}: values translated: {shown}": "{column}：已转换的值：{shown}",
    "{column}: {count} values are no known kind, kept as they are: {shown}": (
        "{column}：{count} 个值不在词典中，保持原样：{shown}"
    ),
    "first and second coordinate exchanged": "两个坐标已对调",
    "CGCS2000, Gauss-Krüger, central meridian {meridian} E": "CGCS2000 高斯-克吕格，中央经线 {meridian}°E",
    "CGCS2000, 3-degree Gauss-Krüger zone {zone}": "CGCS2000 高斯-克吕格 3 度带第 {zone} 带",
    "CGCS2000, 6-degree Gauss-Krüger zone {zone}": "CGCS2000 高斯-克吕格 6 度带第 {zone} 带",
    "Web Mercator": "Web 墨卡托",
    "degrees, WGS 84": "经纬度，WGS 84",
    "degrees, GCJ-02": "经纬度，GCJ-02（火星坐标）",
    "degrees, BD-09": "经纬度，BD-09（百度坐标）",
    "all numbers are within those of degrees": "数值都在经纬度范围内",
    "all numbers are within those of Web Mercator": "数值都在 Web 墨卡托范围内",
    "the eastings begin with the number of zone {zone}": "东坐标以带号 {zone} 开头",
    "eastings around 500 km, as in a strip without the zone's number": "东坐标在 500 公里左右，不带带号",
    "the columns' names say so": "列名表明如此",
    "{gained} of {outside} places outside all districts lie in one if it is so": (
        "区县之外的 {outside} 处，按此有 {gained} 处落入区县"
    ),
    "{name} is being changed by another bordergap; wait until it is done and try again": (
        "{name} 正被另一个程序修改，请等它完成后再试"
    ),
    "It ended without an answer; try again, and see the server's log if that does not help.": (
        "任务意外中止，请重试；仍不行请查看服务器日志。"
    ),
    "Another file is being read, or an analysis is running; wait until it is done.": (
        "正在读取其他文件或正在分析，请等它完成。"
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


def told(message: str, lang: Lang) -> str:
    """Return a message of several lines, each in the reader's language."""
    lines = message.split("\n")
    return "\n".join(
        f"{line[: len(line) - len(line.lstrip())]}{imported(line.strip(), lang)}" for line in lines
    )


@cache
def _patterns() -> dict[re.Pattern[str], str]:
    return {_pattern(english): chinese for english, chinese in SAID.items()}


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)  # text and names of places by turns
    told = [f"(?P<{part}>.+?)" if turn % 2 else re.escape(part) for turn, part in enumerate(parts)]
    return re.compile("".join(told))

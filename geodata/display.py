"""What the maps of a workspace carry beside its data: approval, base map, where they may be shown."""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_type_hints
from urllib.parse import urlsplit

from geodata.errors import SettingsError
from geodata.setting_values import ValueChecker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "display.toml"
BaseMapKind = Literal["raster", "vector"]
SHEETS = 3  # tile addresses drawn over each other: a picture, and names over it
DEEPEST_ZOOM = 22  # of MapLibre
LONGEST_TEXT = 200
KEY = "{key}"  # where the provider's key goes in a tile address
_PLACES = ("{z}", "{x}", "{y}")
_TILE_SIZES = (256, 512)
_HASH = re.compile(r"[0-9a-f]{16}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOST = r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_ORIGIN = re.compile(rf"https?://(?:{_HOST}|\[[0-9A-Fa-f:]+\])(?::[0-9]{{1,5}})?")
# Their tiles are in GCJ-02 or BD-09: borders would lie up to 700 m beside them.
_SHIFTED_HOSTS = ("amap.com", "autonavi.com", "qq.com", "gtimg.com", "baidu.com", "bdimg.com")


@dataclass(frozen=True)
class BaseMap:
    """A map from elsewhere under the layers, fetched by the server, never by the browser.

    Parameters
    ----------
    tiles
        Addresses with `{z}`, `{x}`, `{y}` and, where the provider asks for one, `{key}`; Web Mercator,
        WGS 84 or CGCS2000; the later drawn over the earlier.
    attribution
        What the provider wants to be named as.
    kind
        Pictures, or vector tiles (MVT) drawn by `style`.
    key
        Environment variable of the server that holds the provider's key.
    style
        For vector tiles: a MapLibre style file in the workspace's folder, whose layers are drawn.
    min_zoom, max_zoom
        Levels the provider has.
    tile_size
        Pixels of a picture's side.
    """

    tiles: tuple[str, ...]
    attribution: str
    kind: BaseMapKind = "raster"
    key: str | None = None
    style: str | None = None
    min_zoom: int = 0
    max_zoom: int = 18
    tile_size: int = 256


@dataclass(frozen=True)
class Display:
    """What `display.toml` says; everything may be left out.

    Parameters
    ----------
    approval_number
        审图号 that an authority gave the map.
    approved_content
        Hash of the map's content it was given for, as `bordergap doctor` tells it.
    base_map
        None: nothing is drawn that the user did not supply.
    frame_ancestors
        Origins that may show the dashboard in a frame.
    address
        Public address of the dashboard, for codes and links in reports.
    """

    approval_number: str | None = None
    approved_content: str | None = None
    base_map: BaseMap | None = None
    frame_ancestors: tuple[str, ...] = ()
    address: str | None = None


def read_display(path: Path) -> Display:
    """Return what a `display.toml` says; nothing where there is none.

    Raises
    ------
    SettingsError
        Naming each unknown key and each unsuitable value, with its remedy.
    """
    if not path.exists():
        return Display()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}; correct the file or delete it") from error
    return display_from(values, path.name)


def display_from(values: Mapping[str, Any], source: str) -> Display:
    """Return `values` (by the names of `Display`) checked; `source` is what messages call them.

    Raises
    ------
    SettingsError
        Listing everything that does not fit at once.
    """
    fields = {"base_map": dict, "frame_ancestors": list[str]}
    problems, known = _typed(values, {**_texts(Display), **fields}, "")
    base_map = known.pop("base_map", None)
    problems += _display_problems(known)
    if isinstance(base_map, dict):
        base_problems, base_map = _base_map(base_map)
        problems += base_problems
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise SettingsError(f"{source} cannot be used:{lines}")
    address = known.pop("address", None)
    ancestors = tuple(known.pop("frame_ancestors", ()))
    return Display(
        **known,
        base_map=base_map,
        frame_ancestors=ancestors,
        address=address and address.rstrip("/") + "/",
    )


def _texts(kind: type) -> dict[str, Any]:
    """Return the fields of a dataclass that are texts."""
    return {name: str for name, wanted in get_type_hints(kind).items() if wanted in (str, str | None)}


def _typed(
    values: Mapping[str, Any], wanted: Mapping[str, Any], where: str
) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with names and types, and the values that fit, by name."""
    problems: list[str] = []
    known: dict[str, Any] = {}
    for name, value in values.items():
        shown = f"{where}{name}"
        if name not in wanted:
            near = difflib.get_close_matches(name, wanted, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(wanted)}"
            problems.append(f"{shown}: unknown key; {remedy}")
            continue
        checker = ValueChecker(shown, zero=True)
        if wanted[name] is dict:
            fits = isinstance(value, dict)
            checker.problems += [] if fits else [f"{shown}: give a table, [{name}]"]
        else:
            checker.checked(value, wanted[name])
        problems += checker.problems
        if not checker.problems:
            known[name] = value
    return problems, known


def _base_map(values: Mapping[str, Any]) -> tuple[list[str], BaseMap | None]:
    where = "base_map."
    given = dict(values)
    if isinstance(given.get("tiles"), str):
        given["tiles"] = [given["tiles"]]
    numbers = dict.fromkeys(("min_zoom", "max_zoom", "tile_size"), float)
    problems, known = _typed(
        given, {"tiles": list[str], "kind": BaseMapKind, **_texts(BaseMap), **numbers}, where
    )
    problems += [
        f"{where}{name}: missing; {remedy}"
        for name, remedy in (
            ("tiles", "give the address of a tile with {z}, {x} and {y}"),
            ("attribution", "give the line its provider wants to be named by"),
        )
        if name not in given
    ]
    problems += [f"{where}{name}: {problem}" for name, problem in _base_map_problems(known)]
    if problems:
        return problems, None
    whole = {name: int(known[name]) for name in numbers if name in known}
    return [], BaseMap(**{**known, **whole, "tiles": tuple(known["tiles"])})


def _display_problems(known: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the values themselves."""
    problems = _long(known)
    content = known.get("approved_content")
    if content is not None and not _HASH.fullmatch(content):
        problems.append(
            f"approved_content: {content!r} does not fit; give the 16 letters that bordergap doctor tells"
        )
    if content is not None and "approval_number" not in known:
        problems.append("approved_content: stands without a number; give approval_number too")
    problems += [
        f"frame_ancestors: {origin!r} does not fit; give an origin such as https://portal.example"
        for origin in known.get("frame_ancestors", ())
        if not _ORIGIN.fullmatch(origin)
    ]
    address = known.get("address")
    if address is not None and not _is_web(address, plain=True):
        problems.append(
            f"address: {address!r} does not fit; give an address such as https://maps.example/bordergap/"
        )
    return problems


def _base_map_problems(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    tiles = known.get("tiles", ())
    problems = [("tiles", problem) for address in tiles if (problem := _tile_problem(address))]
    if "tiles" in known and not 1 <= len(tiles) <= SHEETS:
        problems.append(("tiles", f"{len(tiles)} addresses; give 1 to {SHEETS}"))
    key, asked = known.get("key"), any(KEY in address for address in tiles)
    if key is not None and not _VARIABLE.fullmatch(key):
        problems.append(("key", "give the name of an environment variable that holds the key, not the key"))
    if asked and key is None:
        problems.append(("key", f"missing; name the environment variable that {KEY} is to be taken from"))
    if key is not None and tiles and not asked:
        problems.append(("key", f"no address has {KEY}; put it where the key belongs"))
    style, kind = known.get("style"), known.get("kind", "raster")
    if (style is None) == (kind == "vector"):
        problems.append(("style", 'goes with kind = "vector", and only with it: a MapLibre style file'))
    if style is not None and (not style.endswith(".json") or re.search(r"[\\/:\0]|^\.", style)):
        problems.append(("style", "give the name of a .json file that lies beside display.toml"))
    if kind == "vector" and len(tiles) > 1:
        problems.append(("tiles", "vector tiles have one address"))
    return problems + [("attribution", problem.split(": ", 1)[1]) for problem in _long(known)] + _zooms(known)


def _zooms(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    low, high = known.get("min_zoom", 0), known.get("max_zoom", BaseMap.max_zoom)
    problems = []
    if not (float(low).is_integer() and float(high).is_integer() and 0 <= low <= high <= DEEPEST_ZOOM):
        problems.append(
            (
                "max_zoom",
                f"min_zoom and max_zoom are whole, 0 to {DEEPEST_ZOOM}, the first not above the other",
            )
        )
    if known.get("tile_size", BaseMap.tile_size) not in _TILE_SIZES:
        problems.append(("tile_size", "give 256 or 512"))
    return problems


def _long(known: Mapping[str, Any]) -> list[str]:
    """Return the texts that maps show and that are too long, or break lines."""
    return [
        f"{name}: give one line of at most {LONGEST_TEXT} letters"
        for name in ("approval_number", "attribution")
        if len(text := known.get(name, "")) > LONGEST_TEXT or not text.isprintable()
    ]


def _tile_problem(address: str) -> str | None:
    if not _is_web(re.sub(r"\{(?:[zxy]|key)\}", "0", address), plain=False):
        return "give an http(s) address in which only {z}, {x}, {y} and {key} are to be filled in"
    parts = urlsplit(address)
    if re.search(r"[{}]", parts.netloc):
        return "the host is fixed; nothing is filled in there"
    missing = [place for place in _PLACES if place not in address]
    if missing:
        return f"{', '.join(missing)} missing in the address"
    host = (parts.hostname or "").lower()
    if any(host == shifted or host.endswith(f".{shifted}") for shifted in _SHIFTED_HOSTS):
        return f"{host} serves GCJ-02 or BD-09, hundreds of metres off; take WGS 84 or CGCS2000 (天地图)"
    return None


def _is_web(address: str, *, plain: bool) -> bool:
    """Return whether it is an http(s) address without a user's name; `plain`: without a question, too."""
    if not address.isprintable() or re.search(r"""[\s{}<>"'\\]""", address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
        if parts.hostname and ":" in parts.hostname:
            ipaddress.IPv6Address(parts.hostname)
    except ValueError:
        return False
    named = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return named and not parts.fragment and not (plain and parts.query)

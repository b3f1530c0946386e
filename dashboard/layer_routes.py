"""Addresses of the layers: their list as it is now, their geometry by content, tiles, and the base map."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import orjson
from flask import Blueprint, Response, abort, request

from dashboard.base_map import BaseMapError, BaseMapSource
from dashboard.context import SHOWN, layer_body
from dashboard.headers import FOR_EVER
from dashboard.maps import tiles
from dashboard.maps.layer_list import layer_list
from dashboard.maps.tile_works import TileWorks
from dashboard.packing import Packed, pack, packed_answer

if TYPE_CHECKING:
    import flask

    from dashboard.results import ResultsCache
    from geodata.workspace import Workspace
    from layers.wording import Lang

KEPT_LAYERS = 16
DEEPEST = 22  # zoom levels of MapLibre
MVT = "application/vnd.mapbox-vector-tile"
FOR_A_DAY = "private, max-age=86400"


def layer_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of the layers; each answers 404 to what the workspace does not have, or no more."""
    routes = Blueprint("layers", __name__)
    works = TileWorks(cache.current().workspace)

    @routes.get("/layers.<any(zh,en):lang>.json")
    def layers(lang: Lang) -> flask.Response:
        body = orjson.dumps(layer_list(cache.current(), works, lang))
        response = Response(body, mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"  # keep it, but ask
        response.add_etag()
        return cast("flask.Response", response.make_conditional(request))

    @routes.get("/layers/<version>/<name>.json")
    def layer(version: str, name: str) -> flask.Response:
        workspace = cache.current().workspace
        if name not in SHOWN or not workspace.has_layer(name) or version != tiles.version(workspace, name):
            abort(404, "There is no such layer, or no more; reload the page.")
        if tiles.is_heavy(workspace, name):
            abort(404, "This layer comes as tiles.")
        return packed_answer(_layer(workspace, name, version))

    @routes.get("/tiles/<version>/<name>/<int:zoom>/<int:column>/<int:row>.mvt")
    def tile(version: str, name: str, zoom: int, column: int, row: int) -> flask.Response:
        place = _checked(zoom, column, row)
        try:
            data = cache.current().workspace.tiles.tile(name, version, place)
        except FileNotFoundError:
            abort(404, "There are no such tiles, or no more; reload the page.")
        if data is None:
            return _kept(Response(status=204), FOR_EVER)
        return packed_answer(Packed(None, data), MVT)

    @routes.get("/<any(layers,tiles,basemap):_folder>/<path:_anything>")
    def unknown(_folder: str, _anything: str) -> flask.Response:
        abort(404, "There is nothing at this address.")

    _base_map_route(routes, cache)
    return routes


def _base_map_route(routes: Blueprint, cache: ResultsCache) -> None:
    source = BaseMapSource()

    @routes.get("/basemap/<int:sheet>/<int:zoom>/<int:column>/<int:row>")
    def base_map(sheet: int, zoom: int, column: int, row: int) -> flask.Response:
        place = _checked(zoom, column, row)
        asked = cache.current().workspace.display.base_map
        if asked is None or sheet >= len(asked.tiles) or not asked.min_zoom <= zoom <= asked.max_zoom:
            abort(404, "There is no such base map.")
        try:
            found = source.tile(asked, sheet, place)
        except BaseMapError as error:
            abort(503, str(error))
        if found is None:
            abort(404, "The base map has no such tile.")
        response = Response(found.data, mimetype=found.mimetype)
        if found.encoding:
            response.headers["Content-Encoding"] = found.encoding
        return _kept(response, FOR_A_DAY)


@lru_cache(maxsize=KEPT_LAYERS)
def _layer(workspace: Workspace, name: str, _version: str) -> Packed:
    """Return a light layer as compressed GeoJSON; made once for each content."""
    return pack(orjson.dumps(layer_body(workspace, name)))


def _checked(zoom: int, column: int, row: int) -> tuple[int, int, int]:
    """Return the place of a tile; 404 for one that is not on the map."""
    if zoom > DEEPEST or max(column, row) >= 2**zoom:
        abort(404, "There is no such tile.")
    return zoom, column, row


def _kept(response: flask.Response, rule: str) -> flask.Response:
    response.headers["Cache-Control"] = rule
    return response

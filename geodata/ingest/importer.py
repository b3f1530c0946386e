"""Import: a file, a folder of layer files or an OSM extract into a workspace, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import SourceError, UsageError, all_told, collected, told_as
from geodata.ingest.dictionary import dictionary
from geodata.ingest.files import FileOptions, layer_of, raw_sources
from geodata.ingest.formats import OSM, SUFFIXES
from geodata.ingest.incoming import Incoming, take_in
from geodata.ingest.json_stream import read_json_text
from geodata.ingest.normalise import Meant
from geodata.ingest.pairings_json import read_pairings
from geodata.ingest.parts import parquet_parts
from geodata.ingest.postgis import is_address, read_postgis
from geodata.ingest.sources_json import Origin, read_origins
from geodata.ingest.whereabouts import doubts, meeting
from geodata.layer_file import LayerFile
from geodata.model import LAYERS
from geodata.settings import Settings, settings_from

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from geodata.datum import Said
    from geodata.ingest.dictionary import Dictionary
    from geodata.ingest.normalise import ValueMap
    from geodata.ingest.raw import RawSource
    from geodata.intake import IntakeRecord
    from geodata.versions import Changes
    from geodata.workspace import Workspace

SETTINGS_FILE = "config.json"
ORIGINS_FILE = "sources.json"
_BESIDE = {".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qix"}  # parts of a shapefile


Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
Rehearsal = Callable[[LayerFile, "IntakeRecord"], "Changes | None"]


@dataclass(frozen=True)
class _Options:
    """What the user says about the source, and where to unpack it."""

    layer: str | None
    table: str | None
    field_map: Mapping[str, str] | None
    crs: str | None
    datum: Said | None
    swap_axes: bool | None
    value_map: ValueMap
    words: Dictionary
    encoding: str | None
    admin_level: int | None
    cell_m: float | None
    add: bool
    scratch: Path
    report: Progress


def import_source(
    workspace: Workspace,
    source: str | Path,
    *,
    layer: str | None = None,
    table: str | None = None,
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: Said | None = None,
    swap_axes: bool | None = None,
    value_map: ValueMap | None = None,
    encoding: str | None = None,
    admin_level: int | None = None,
    cell_m: float | None = None,
    add: bool = False,
    called: str | None = None,
    progress: Progress | None = None,
    rehearsal: Rehearsal | None = None,
) -> list[IntakeRecord]:
    """Import `source` into `workspace` and return the record of each layer, in the order of the model.

    Everything is read and checked before anything is stored; the layers replace those of the same names
    together, or, after an error, nothing has changed. The version before is kept; see
    `Workspace.restore_layer`.

    Parameters
    ----------
    source
        A file (GeoJSON, GeoPackage, Shapefile alone or zipped, file geodatabase, KML, KMZ, DXF, FlatGeobuf,
        GeoParquet, CSV or XLSX with coordinates, pairings.json), a folder of such files named after their
        layers (with config.json, the settings, and sources.json, where each layer comes from), a folder of
        Parquet parts, an OSM extract (.osm.pbf, .osm), or the address of a database (postgresql://…) with
        `table`.
    layer
        What a single file holds, where its name does not say so.
    table
        Which table of a database, sheet of a workbook, or file in a zip file (by its path or name in it; of
        a database or workbook in it `path: table`).
    field_map
        Canonical column -> column of the source, where their names differ.
    crs
        Reference system, where the file names none or a wrong one.
    datum
        gcj02 or bd09, where the coordinates are shifted; none, where they are not, whatever rows that come
        back say of themselves.
    swap_axes
        Whether the first coordinate is the northing or latitude; None leaves it to rows that come back.
    value_map
        Canonical column -> value of the source -> value of the model, where the dictionary does not know it.
    encoding
        Of texts, where the file does not tell.
    admin_level
        Of an OSM extract: which boundaries are the districts; without it there are none.
    cell_m
        Of a raster: width of the cells whose people become one point; without it, as fine as a million
        points allow.
    add
        Keep the rows that are there, and add these: a row whose id is taken is set aside. Rows set aside
        before that the source brings back (with their columns `row` and `reason`) are no longer set aside.
    called
        What messages and records call the source, where that is not its name.
    rehearsal
        Nothing is stored: it is told each layer that would be, with its record, and returns what would
        change, which the records say then; `Workspace.changes_to` does.

    Raises
    ------
    SourceError
        Naming file, row, reason and remedy; all problems of a file, and all files at fault, at once.
    SettingsError
        If config.json does not fit.
    UsageError
        If there is no such source, or the layer is not known.
    WorkspaceError
        If the workspace is locked or cannot be written.
    """
    address = str(source) if is_address(source) else None
    path = Path(source)
    if address is None and not path.exists():
        raise UsageError(f"{source}: there is no such file or folder")
    if layer is not None and layer not in LAYERS:
        raise UsageError(f"{layer}: no such layer; known are {', '.join(LAYERS)}")
    report = progress or _quiet
    with workspace.transaction(), workspace.scratch() as scratch:
        options = _Options(
            layer,
            table,
            field_map,
            crs,
            datum,
            swap_axes,
            value_map or {},
            dictionary(workspace.path),
            encoding,
            admin_level,
            cell_m,
            add,
            scratch,
            report,
        )
        with told_as(path.name, called):
            settings, coming = _read(workspace, path if address is None else address, options)
        coming = {name: one.called(path.name, called) for name, one in coming.items()}
        coming = _with_doubts(workspace, coming)
        if rehearsal is not None:
            return [_rehearsed(coming[name], rehearsal) for name in LAYERS if name in coming]
        for done, one in enumerate(coming.values()):
            report(workspace.name, done, len(coming))
            workspace.put_layer(one.file, one.record, one.quarantine, only=one.only)
        if settings is not None:
            workspace.write_settings(settings)
        records = [workspace.intake_of(name) for name in LAYERS if name in coming]
    report(workspace.name, 1, 1)
    return [record for record in records if record is not None]


def _rehearsed(one: Incoming, rehearsal: Rehearsal) -> IntakeRecord:
    """Return the record of a layer that is not stored, with what would change if it were."""
    found = rehearsal(one.file, one.record)
    return one.record if found is None else replace(one.record, changes=found.as_json())


def _quiet(what: str, done: int, total: int) -> None:
    """Show nothing."""


def _read(
    workspace: Workspace, path: Path | str, options: _Options
) -> tuple[Settings | None, dict[str, Incoming]]:
    """Return the settings the source brings, if any, and its layers by name."""
    if isinstance(path, str):
        source = read_postgis(path, options.table)
        name = layer_of(Path(), FileOptions(options.layer, None, None, options.scratch), source.called)
        return None, {name: _taken_in(workspace, name, source, options)}
    if options.admin_level is not None and not path.name.lower().endswith(OSM):
        raise UsageError("--admin-level is for an OSM extract (.osm.pbf, .osm)")
    if path.is_file() or path.suffix.lower() == ".gdb" or _is_of_parts(path, options):
        return None, _read_files([path], {}, workspace, options, path.name)
    if options.layer or options.table or options.field_map or options.add:
        raise UsageError(
            "--layer, --table, --map and --add are for a single file; "
            "name the folder's files after their layers"
        )
    files, ignored, settings_file = _sorted_out(path)
    settings = _settings(settings_file)  # first: reading the files may take an hour
    origins = read_origins(path / ORIGINS_FILE) if (path / ORIGINS_FILE).is_file() else {}
    coming = _read_files(files, origins, workspace, options, path.name)
    if ignored and coming:
        first = next(name for name in LAYERS if name in coming)
        coming[first] = coming[first].noted(f"files not used: {', '.join(ignored)}")
    return settings, coming


def _is_of_parts(folder: Path, options: _Options) -> bool:
    """Return whether a folder is one layer in Parquet parts: called like a layer, or said to be one."""
    called = options.layer is not None or dictionary().layer_called(folder.stem) is not None
    return called and bool(parquet_parts(folder))


def _sorted_out(folder: Path) -> tuple[list[Path], list[str], Path | None]:
    """Return the layer files of a folder, the names of files of no use, and the settings."""
    files: list[Path] = []
    ignored: list[str] = []
    by_layer: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.iterdir()):
        name = dictionary().layer_called(path.stem)
        is_table = path.suffix.lower() in SUFFIXES or (path.is_dir() and bool(parquet_parts(path)))
        if is_table and name is not None:
            if name in by_layer:
                problems.append(f"{by_layer[name].name} and {path.name} are both {name}; keep one")
            by_layer[name] = path
            files.append(path)
        elif path.name not in {SETTINGS_FILE, ORIGINS_FILE} and path.suffix.lower() not in _BESIDE:
            ignored.append(path.name)
    settings_file = folder / SETTINGS_FILE
    settings = settings_file if settings_file.is_file() else None
    if not files and settings is None:
        problems.append(f"no file is named after a layer; call them {', '.join(LAYERS)} (.geojson, .gpkg, …)")
    if problems:
        raise SourceError(folder.name, problems)
    return files, ignored, settings


def _settings(path: Path | None) -> Settings | None:
    if path is None:
        return None
    values = read_json_text(path, path.name)
    if not isinstance(values, dict):
        raise SourceError(path.name, ['it is no JSON object; write {"zone_m": 2000, …}'])
    return settings_from(values, path.name)


def _read_files(
    files: list[Path], origins: Mapping[str, Origin], workspace: Workspace, options: _Options, whole: str
) -> dict[str, Incoming]:
    """Return the layers of `files` by name; pairings last, as they need the districts.

    All are looked at before any problem is told: who hands over five files is told of all that are at fault.
    """
    coming: dict[str, Incoming] = {}
    later: list[Path] = []
    seen: dict[str, str] = {}
    failed: list[SourceError] = []
    for done, path in enumerate(files):
        options.report(path.name, done, len(files))
        if (options.layer or path.stem.lower()) == "pairings" and path.suffix.lower() == ".json":
            later.append(path)
            continue
        with collected(failed):
            for name, source in raw_sources(path, _file_options(path, options), failed):
                with collected(failed):
                    if name in seen:
                        problem = (
                            f"{seen[name]} and {_called(source)} are both {name}; "
                            "import each by itself with --table, all but the first with --add"
                        )
                        raise SourceError(path.name, [problem])
                    seen[name] = _called(source)
                    taken = _taken_in(workspace, name, source, options)
                    coming[name] = taken.with_origin(origins.get(name, {}))
    if failed and "districts" not in coming:
        later = []  # the districts they name may be among what failed
    for path in later:
        with collected(failed):
            coming["pairings"] = _pairings(path, workspace, coming, options).with_origin(
                origins.get("pairings", {})
            )
    if failed:
        raise all_told(whole, failed)
    return coming


def _called(source: RawSource) -> str:
    """Return what tells a table from the others of its source."""
    return source.source.rpartition(": ")[2] or source.source


def _pairings(
    path: Path, workspace: Workspace, coming: Mapping[str, Incoming], options: _Options
) -> Incoming:
    one = read_pairings(path, path.name, _district_ids(workspace, coming))
    file = LayerFile(LAYERS["pairings"], options.scratch)
    file.add(one.frame)
    return Incoming(file, one.record, None, only=one.only)


def _file_options(path: Path, options: _Options) -> FileOptions:
    return FileOptions(
        options.layer,
        options.table,
        options.encoding,
        options.scratch,
        options.admin_level,
        options.cell_m,
        lambda done, total: options.report(path.name, done, max(done, total)),
    )


def _taken_in(workspace: Workspace, name: str, source: RawSource, options: _Options) -> Incoming:
    """Return a table as rows of the layer `name`; what lies beside it and is not used is a note of it."""
    folder = options.scratch / uuid.uuid4().hex
    folder.mkdir()
    taken = take_in(
        source,
        LAYERS[name],
        folder,
        meant=Meant(
            options.field_map or {},
            options.crs,
            options.datum,
            options.swap_axes,
            options.value_map,
            options.words,
            workspace.read_layer("districts", columns=["district_id"]),
        ),
        beside=workspace if options.add else None,
        progress=lambda done, total: options.report(source.source, done, max(done, total)),
    )
    return taken.noted(*source.left)


def _with_doubts(workspace: Workspace, coming: Mapping[str, Incoming]) -> dict[str, Incoming]:
    """Return the layers with notes on how the districts meet, and on what lies elsewhere."""
    noted = dict(coming)
    fresh = coming.get("districts")
    districts = fresh.file.frame() if fresh else workspace.read_layer("districts", columns=["district_id"])
    if districts is None or districts.empty:
        return noted
    for name, one in coming.items():
        if not LAYERS[name].geometry or not LAYERS[name].geometry_required:
            continue
        places = {name: one.file.positions()} if name != "districts" else _placed(workspace, but=coming)
        said = [*doubts(places, districts, name), *(meeting(districts) if name == "districts" else [])]
        noted[name] = one.noted(*said)
    return noted


def _placed(workspace: Workspace, but: Container[str]) -> dict[str, NDArray[np.float64]]:
    """Return where the layers of places lie that are there already and stay."""
    names = [name for name in workspace.layer_names() if name not in but and LAYERS[name].geometry_required]
    return {name: workspace.positions(name) for name in names if LAYERS[name].geometry}


def _district_ids(workspace: Workspace, coming: Mapping[str, Incoming]) -> set[str]:
    """Return the ids of the districts that come with the import, or that are there already."""
    fresh = coming.get("districts")
    frame = fresh.file.frame() if fresh else workspace.read_layer("districts", columns=["district_id"])
    return set() if frame is None else set(frame["district_id"])

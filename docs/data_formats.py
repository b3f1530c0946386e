"""Writes docs/data-formats.md from the vocabulary in geodata/model.py and geodata/settings.py."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.model import LAYERS, ROAD_CLASSES, STORED_CRS, TABLES, Column, Layer
from geodata.programme_kinds import KINDS, Field
from geodata.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).with_name("data-formats.md")
TYPES = {
    "text": "text",
    "integer": "integer",
    "number": "number",
    "texts": "list of texts",
    "members": "list of lists of district ids",
}
KINDS_ABOUT = """\
Kinds that have a form on the page Programme, and the fields of it. Those in italics are no columns of the
layer: they are kept with what people write, in the database of the workspace.
"""
FIELD_TYPES = {
    "text": "text",
    "long": "long text",
    "day": "day",
    "time": "year, month or day",
    "number": "number",
    "percent": "per cent",
    "money": "yuan",
    "texts": "list of texts",
    "shares": "shares of members",
    "item": "another item",
    "web": "web address",
}
REQUIRED = " \\*"
EXPECTED = " (\\*)"
LEDGER = """\
## The ledger

`ledger.sqlite` is made when somebody takes up the first gap (SQLite: WAL, `synchronous=FULL`, foreign keys);
copy it with `bordergap ledger WORKSPACE backup`, not by hand. An office that shares one ledger names a
PostgreSQL in the environment variable `BORDERGAP_DATABASE` (`postgresql://name:password@host/database`, `pip
install 'bordergap[postgres]'`). Each workspace has a schema of its own there, by the id in `ledger.json`:
folders with the same id share their ledger, so delete that file in a copy that shall have its own. A ledger
moves from one to the other by `backup` and `restore`. Copies are SQLite files, whatever keeps the ledger.

| field of an entry | holds |
| --- | --- |
| `status` | found, confirmed, assigned, in_progress, resolved, rejected (no gap); at first found |
| `todo`, `notes`, `consequence` | what is to be done, notes, what happens if it is not done; 4,000 letters |
| `owner_a`, `owner_b`, `lead` | who is responsible on side a, on side b, who leads |
| `due` | a day, ISO |
| `cost_cny` | yuan |
| `manages_who`, `manages_what`, `manages_how` | who manages it, what, how |
| `links` | up to 20 of `title` and `url`, http or https |

From found, confirmed, assigned and in_progress any other status may follow, but found only after confirmed.
Assigned needs a lead or somebody responsible. What is resolved becomes confirmed or in_progress again, what
is rejected found or confirmed, before anything else.

Each entry has a version that counts its changes. A change names the version it was decided on; where somebody
else changed the entry meanwhile, it is refused with what stands there now. Every change of a field stays in
the history: author, UTC, before, after, and cause (person, import, analysis). A key sent along with a change
makes sending it again harmless.

After every analysis the ledger is held against the gaps found. `presence` is then: found; gone (no longer
found, to be confirmed as resolved); returned (found again: what was resolved is confirmed again); moved
(found under another id: the same pairing, kind, side and `what`, and segments in common or, for kinds that go
by features, within 200 m; history and id of the entry move along). Where a check was not computed for the
pairing, or the pairing is not there any more, the run says nothing, and the entry stays as it was. Places off
the network, road ends at the edge of the data, parks without industries and contested stretches leave out
parts of a check only: there it still speaks. When somebody changes an entry that returned or moved, it counts
as found.

`bordergap ledger WORKSPACE export -o ledger.xlsx` writes one sheet, `ledger`: names of the columns in the
hidden first row, ids and versions in hidden columns, white columns to fill in. `import` takes over, row by
row, what differs from the entry as it was when the file was written, and says of each row: taken over,
unchanged, conflict (somebody changed the entry meanwhile), or refused, with reason and remedy. Importing a
file twice changes nothing.
"""
HEAD = f"""\
# Data formats

Made by `python docs/data_formats.py` from `geodata/model.py` and `geodata/settings.py`; do not edit by hand.

A workspace is a folder:

| path | holds |
| --- | --- |
| `layers/` | canonical layers, one GeoParquet file (or a folder of parts) each, {STORED_CRS} |
| `results/` | result tables of the last analysis, GeoParquet or Parquet, and `run.json` |
| `quarantine/` | rows set aside on the way in, in full, with the reason |
| `previous/` | three versions of each layer before the present one, put back by `bordergap import --undo` |
| `settings.toml` | the settings that differ from the defaults |
| `ledger.sqlite` | follow-up of gaps and programme, with their history; see [the ledger](#the-ledger) |

An input folder for `bordergap import` holds files named after the layers: `districts.geojson`,
`roads.gpkg`, `facilities.csv` (with `lon` and `lat`), ... GeoJSON, GeoPackage, Shapefile, file
geodatabase, KML, KMZ, DXF, FlatGeobuf, GeoParquet (file or folder of parts), CSV, XLSX and, of population,
GeoTIFF are read. `pairings.json` is a list of rows
of the layer `pairings`, or `{{"only": true, "pairings": [...]}}`, which replaces the adjacent pairings;
`config.json` holds settings, `sources.json` where each layer comes from.

### Recognition, and saved mappings

`bordergap import WORKSPACE FILE --propose` shows what a file seems to hold and stores nothing: layer,
columns, values and coordinates, each with examples and the reason (`--json` for programs). `--accept`
imports so where there is no doubt, and says what to type where there is. Columns and values whose names are
words of the dictionary are taken without asking, and translated values are told with their counts; a column
whose name only holds a word, or whose values are known, is proposed. Values that nobody knows stay as they
are and are counted.

| option | says |
| --- | --- |
| `--map field=column` | this column fills the field; also `lon`, `lat` or `wkt` for columns of coordinates |
| `--value field:原值=value` | this value of the source means that value of the model |
| `--crs`, `--swap-axes`, `--datum` | how coordinates are to be understood |
| `--datum none`, `--no-swap-axes` | not shifted, not exchanged, whatever rows that come back say |
| `--dry-run` | does all of it, tells what would change, and stores nothing |
| `--save-mapping FILE` | writes all that is used as TOML |
| `--mapping FILE` | takes it from there; other options go before |

```toml
layer = "roads"
crs = "EPSG:4545"
encoding = "gb18030"

[fields]
road_class = "技术等级"
name = ""               # leaves the field empty

[values.surface]
"三合土" = "dirt"
```

Coordinates without a declared system are held against the districts: degrees, Gauss-Krüger strips of
CGCS2000 (3 and 6 degrees, with the zone's number or without), Web Mercator, and each with exchanged axes.
Degrees along the outline that GCJ-02 or BD-09 would put outside are proposed with that shift.

The dictionary lies in `geodata/ingest/dictionaries/`. A file `dictionary.toml` in the workspace adds words,
and its own go before:

```toml
[columns]
surface = ["铺面材料"]

[values.surface]
gravel = ["泥夹石"]

[values."facilities.kind"]
clinic = ["村医点"]

[layers]
roads = ["交通线"]
```

Unknown is empty (null), never a made-up default. An asterisk marks columns that every row must fill, (\\*)
those without which a row is kept, but is in no finding.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} written", file=sys.stderr)


def page() -> str:
    """Return the whole page."""
    return "\n".join(
        [
            HEAD,
            "## Layers\n",
            *(_section(layer) for layer in LAYERS.values()),
            "### Kinds of the programme\n",
            KINDS_ABOUT,
            _table(("kind", "fields"), _kinds()),
            "\n## Results\n",
            *(_section(table) for table in TABLES.values()),
            LEDGER,
            "## Road classes\n",
            _table(
                ("class", "rank", "group"),
                ((f"`{name}`", road.rank, road.group) for name, road in ROAD_CLASSES.items()),
            ),
            "\n## Settings\n",
            "Names are METHOD's; the section of METHOD that uses them stands in the last column.\n",
            _table(("setting", "default", "unit", "meaning", "section"), _settings()),
            "",
        ]
    )


def _section(layer: Layer) -> str:
    geometry = ", ".join(layer.geometry) or "none"
    optional = " (may be missing)" if layer.geometry and not layer.geometry_required else ""
    rows = [
        (
            f"`{column.name}`" + (REQUIRED if column.required else EXPECTED if column.expected else ""),
            TYPES[column.dtype],
            column.unit,
            _allowed(column),
        )
        for column in layer.columns
    ]
    columns = _table(("column", "type", "unit", "values"), rows)
    return f"### {layer.name}\n\nGeometry: {geometry}{optional}.\n\n{columns}\n"


def _kinds() -> Iterable[tuple[object, ...]]:
    for kind in KINDS.values():
        marked = [f"*{field.name}*" if field.detail else f"`{field.name}`" for field in kind.all_fields]
        types = [_field_type(field) for field in kind.all_fields]
        fields = [f"{name} ({told})" for name, told in zip(marked, types, strict=True)]
        yield f"`{kind.name}`", ", ".join(fields)


def _field_type(field: Field) -> str:
    return f"one of {', '.join(field.choices)}" if field.choices else FIELD_TYPES[field.type]


def _allowed(column: Column) -> str:
    return ", ".join(f"`{value}`" for value in column.allowed or ())


def _settings() -> Iterable[tuple[object, ...]]:
    standard = dataclasses.asdict(Settings())
    for field in dataclasses.fields(Settings):
        default = json.dumps(standard[field.name], ensure_ascii=False)
        about = field.metadata
        yield f"`{field.name}`", f"`{default}`", about["unit"], about["about"], about["section"]


def _table(header: Iterable[str], rows: Iterable[tuple[object, ...]]) -> str:
    header = list(header)
    lines = [
        header,
        ["---"] * len(header),
        *(["" if cell is None else str(cell) for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()

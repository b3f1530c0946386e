"""A border's profile on paper: side a above the line and side b below it by kilometre, or across the line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from dashboard.export.cartography.drawing import INK, RAMP, SIDES, draw_mark
from dashboard.export.cartography.frame import POINTS_PER_MM
from dashboard.export.cartography.furniture import FADED, SMALL
from dashboard.export.cartography.lettering import broken, legible, width, write
from dashboard.export.cartography.sheet import axes_at
from dashboard.i18n import Text
from dashboard.maps.palette import SIDE_INK, severity_class
from dashboard.payloads import member_names
from dashboard.profiles import measurable_body
from geodata.errors import UsageError
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dashboard.results import Results
    from layers.wording import Lang

HEADROOM = 1.14  # the axis reaches beyond the highest value
FILL = 0.28  # of a side's colour
FEWEST, MOST = 2, 6  # labels of an axis
KM_M = 1000.0
MARK = 2.6
ABOVE, BELOW, RIGHT, LEFT = 15.0, 21.0, 6.0, 6.0  # points around the chart, its numbers apart


class ProfileSheet:
    """A sheet with the profile of one measurable on it.

    Parameters
    ----------
    direction
        "along" the border by chainage, or "across" it by signed distance.
    size_mm
        Width and height of the paper.

    Raises
    ------
    UsageError
        For a pairing without profile, or a measurable or direction that it does not have.
    """

    def __init__(
        self,
        results: Results,
        pairing_id: str,
        measurable: str,
        direction: str,
        *,
        lang: Lang,
        size_mm: tuple[float, float],
    ) -> None:
        if pairing_id not in results.members:
            raise UsageError(f"no pairing {pairing_id!r}")
        known = sorted(results.rows_of("profiles", pairing_id)["measurable"].unique())
        if measurable not in known:
            raise UsageError(
                f"no profile of {measurable!r} in {pairing_id}; there are {', '.join(known) or 'none'}"
            )
        if direction not in ("along", "across"):
            raise UsageError(f"no direction {direction!r} of a profile; there are along and across")
        self.row: Mapping[str, Any] = measurable_body(results, pairing_id, measurable, lang)
        self.cells: Mapping[str, Any] = self.row[direction]
        self.results, self.pairing_id, self.direction = results, pairing_id, direction
        self.lang, self.text = lang, Text(lang)
        self.width, self.height = (round(side * POINTS_PER_MM, 2) for side in size_mm)

    def draw(self, figure: Figure) -> None:
        """Draw the sheet on a figure of its size."""
        sheet = axes_at(figure, (0, 0, self.width, self.height), (self.width, self.height))
        values = [
            value for key in ("a", "b", "value") for value in self.cells.get(key, ()) if value is not None
        ]
        most = max([*values, 0.0]) or 1.0
        step = nice_step(most, 3)
        marks = np.arange(0, most * HEADROOM, step) if values else np.zeros(1)
        left = LEFT + max(width(_number(value), SMALL) for value in marks)
        box = (left, BELOW, self.width - left - RIGHT, self.height - ABOVE - BELOW)
        field = axes_at(figure, box, box[2:])
        field.set_clip_on(False)
        ends = (float(self.cells["from"][0]), float(self.cells["to"][-1]))
        scale = _Scale(
            ends, (-most * HEADROOM if self.direction == "along" else 0.0, most * HEADROOM), box[2:]
        )
        self._draw_grid(field, scale, marks, box[2:])
        if self.direction == "along":
            self._draw_steps(field, scale, self.cells["a"], 0)
            self._draw_steps(
                field, scale, [None if value is None else -value for value in self.cells["b"]], 1
            )
            self._draw_gaps(field, scale)
        else:
            for side in (0, 1):
                own = [
                    value if (start >= 0) == bool(side) else None
                    for start, value in zip(self.cells["from"], self.cells["value"], strict=True)
                ]
                self._draw_steps(field, scale, own, side)
        field.add_artist(_line(scale.run([ends[0], ends[1]], [0, 0]), INK.ink, 0.7, 5))
        if not values:
            middle = (box[2] / 2, box[3] * 0.75)
            write(field, middle, self.text("profile.no_value"), size=SMALL + 1, colour=FADED, align="center")
        for artist in field.get_children():
            artist.set_clip_on(False)  # a mark at an end stands over the edge
        self._write_words(sheet, box)

    def _draw_grid(self, field: Axes, scale: _Scale, marks: Any, size: tuple[float, float]) -> None:
        """Draw quiet lines at round values with their numbers, and the kilometres below."""
        for value in marks:
            for sign in (1, -1) if self.direction == "along" and value else (1,):
                y = scale.y(sign * value)
                field.add_artist(_line([(0, y), (size[0], y)], INK.outline, 0.4, 1))
                at = (-3.0, y)
                write(
                    field, at, _number(value), size=SMALL, colour=FADED, align="right", base="center_baseline"
                )
        first, last = scale.ends
        step = nice_step(last - first, max(FEWEST, min(MOST, int(size[0] / 60))))
        for km in np.arange(math.ceil(first / step - 1e-9) * step, last + 1e-9, step):
            x = scale.x(km)
            field.add_artist(_line([(x, 0), (x, -2.5)], FADED, 0.5, 1, clip_on=False))
            said = _number(abs(km))
            write(field, (x, -9.5), said, size=SMALL, colour=FADED, align="center")
        if self.direction == "across":
            x, zone = scale.x(0), self.results.workspace.settings.zone_m / KM_M
            ends = scale.x(max(-zone, first)), scale.x(min(zone, last))
            field.add_artist(
                Rectangle((ends[0], 0), ends[1] - ends[0], size[1], fc="#F0F2F1", ec="none", zorder=0)
            )
            field.add_artist(_line([(x, 0), (x, size[1])], INK.ink, 0.9, 4))
            said = self.text("layer.zones")
            write(
                field, (ends[1] + 3, size[1] - SMALL), said, size=SMALL, colour=FADED, halo=INK.halo, order=6
            )

    def _draw_steps(self, field: Axes, scale: _Scale, values: list[float | None], side: int) -> None:
        """Draw values as steps, filled down to zero, broken where one is unknown."""
        run: list[tuple[float, float]] = []
        runs = [run]
        for start, end, value in zip(self.cells["from"], self.cells["to"], values, strict=True):
            if value is None or (run and run[-1][0] != start):
                run = []
                runs.append(run)
            if value is not None:
                run += [(start, value), (end, value)]
        for steps in filter(None, runs):
            xs, ys = [place[0] for place in steps], [place[1] for place in steps]
            top = scale.run(xs, ys)
            ground = scale.run([xs[-1], xs[0]], [0, 0])
            area = Path([*top, *ground], closed=False)
            field.add_artist(PathPatch(area, fc=SIDES[side], ec="none", alpha=FILL, zorder=2))
            field.add_artist(_line(top, SIDES[side], 0.9, 3))

    def _draw_gaps(self, field: Axes, scale: _Scale) -> None:
        """Draw the gaps on the line: as long as they are, with their mark where their chainage is."""
        rows = self.results.rows_of("gaps", self.pairing_id)
        rows = rows[~rows["border_wide"].to_numpy(bool) & rows["chainage_m"].notna()]
        for rank, gap in enumerate(rows.to_dict("records")):
            colour = RAMP[severity_class(gap["severity"])]
            at, long = gap["chainage_m"] / KM_M, (gap["length_m"] or 0) / KM_M
            if not math.isnan(long) and long > 0 and scale.ends[0] <= at <= scale.ends[1]:
                # A gap of several stretches is longer than what follows its start.
                end = min(at + long, scale.ends[1])
                field.add_artist(_line(scale.run([at, end], [0, 0]), colour, 2.4, 6, capstyle="butt"))
            draw_mark(
                field, gap["domain"], colour, (scale.x(at), scale.y(0)), radius=MARK, order=8 - rank / 1000
            )

    def _write_words(self, sheet: Axes, box: tuple[float, float, float, float]) -> None:
        """Write what is measured, whose side is where, and what the kilometres are."""
        names = [legible(name, 28) for name in member_names(self.results, self.pairing_id, self.lang)]
        inks = SIDE_INK["light"]
        y = self.height - SMALL - 4
        unit = f"（{self.row['unit']}）" if self.lang == "zh" else f" ({self.row['unit']})"
        title = legible(f"{self.row['label']}{unit if self.row['unit'] else ''}", 80)
        write(sheet, (LEFT, y), title, size=SMALL + 1, colour=INK.ink)
        base = BELOW - 18.5
        right = box[0] + box[2]
        if self.direction == "along":
            write(sheet, (right, y), f"▲ {names[0]}", size=SMALL, colour=inks[0], align="right")
            write(sheet, (right, base), f"▼ {names[1]}", size=SMALL, colour=inks[1], align="right")
            write(sheet, (box[0], base), self.text("profile.km"), size=SMALL, colour=FADED)
        else:
            middle = box[0] + box[2] / 2
            write(sheet, (box[0], base), f"← {names[0]}", size=SMALL, colour=inks[0])
            write(sheet, (right, base), f"{names[1]} →", size=SMALL, colour=inks[1], align="right")
            said = broken(self.text("profile.km_across"), SMALL, box[2])[0]
            write(sheet, (middle, base), said, size=SMALL, colour=FADED, align="center")


class _Scale:
    """From kilometres and values to points of the chart."""

    def __init__(
        self, ends: tuple[float, float], values: tuple[float, float], size: tuple[float, float]
    ) -> None:
        self.ends = ends
        self._low = values[0]
        self._per_km = size[0] / (ends[1] - ends[0])
        self._per_unit = size[1] / (values[1] - values[0])

    def x(self, km: float) -> float:
        return (km - self.ends[0]) * self._per_km

    def y(self, value: float) -> float:
        return (value - self._low) * self._per_unit

    def run(self, kms: list[float], values: list[float]) -> list[tuple[float, float]]:
        return [
            (round(self.x(km), 2), round(self.y(value), 2)) for km, value in zip(kms, values, strict=True)
        ]


def nice_step(span: float, count: int) -> float:
    """Return the smallest of 1, 2, 5, 10, … (and 0.5, 0.2, …) that cuts `span` in at most `count` steps."""
    least = span / count
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def _number(value: float) -> str:
    return wording.number(float(f"{value:.6g}"))


def _line(places: Any, colour: str, wide: float, order: float, **style: Any) -> PathPatch:
    return PathPatch(
        Path(places), fill=False, ec=colour, lw=wide, zorder=order, **{"capstyle": "round", **style}
    )

"""What slides and documents have in common: letters that XML can hold, type for both scripts, properties."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from pptx.dml.color import RGBColor

from dashboard.export.letters import written
from dashboard.i18n import TAGS

if TYPE_CHECKING:
    from dashboard.export.report_model import Report

LATIN = "Arial"
CHINESE = "Microsoft YaHei"  # 微软雅黑; other programs take the Chinese type they have instead
LONGEST_PROPERTY = 255  # letters


def rgb(colour: str) -> Any:
    """Return a colour (#RRGGBB) as the libraries of both formats want it."""
    made: Any = RGBColor
    return made.from_string(colour.removeprefix("#"))


def set_properties(core: Any, report: Report) -> None:
    """Say in the properties of a file what it is about; its times are those of the analysis."""
    core.title = written(f"{report.title} · {report.subject}")[:LONGEST_PROPERTY]
    core.subject = written(report.workspace)[:LONGEST_PROPERTY]
    core.author = core.last_modified_by = "bordergap"
    core.comments = written(" · ".join(part for part in (report.mark, report.review.text) if part))[
        :LONGEST_PROPERTY
    ]
    core.keywords = ""
    core.language = TAGS[report.lang]
    core.revision = 1
    if report.made is not None:
        core.created = core.modified = report.made.astimezone(UTC).replace(tzinfo=None)

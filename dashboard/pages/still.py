"""Parts of a page that no callback changes, as one component.

Dash asks every component after every step of every callback what has become of it: for hundreds of headings
and boxes that would be most of what opening a border costs. Here one draws them all (assets/still.js); only
what callbacks do change is a component of its own, at its place among them.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

_HTML = html.Div._namespace  # noqa: SLF001  # the class says it nowhere else

# An element is [name, attributes, *what is in it]; text is text, a number counts components.
Drawn = list[Any] | str | int


class Still(Component):
    """Elements as they stand, with components among them."""

    _namespace = "bordergap"
    _type = "Still"
    _prop_names = ["children", "tree"]  # noqa: RUF012  # as Dash declares them
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012

    def __init__(self, tree: list[Drawn], children: list[Component]) -> None:
        super().__init__(tree=tree, children=children)  # type: ignore[no-untyped-call]


def still(*parts: Any, but: tuple[str, ...] = ()) -> Still:
    """Return elements and text as one component.

    Parameters
    ----------
    parts
        Components of `dash.html`, with others among them; text; lists of these.
    but
        The ids of elements that callbacks change: each stays a component.
    """
    held: list[Component] = []

    def drawn(part: Any) -> list[Drawn]:
        if part is None:
            return []
        if isinstance(part, list | tuple):
            return [made for each in part for made in drawn(each)]
        if not isinstance(part, Component):
            return [str(part)]
        if part._namespace != _HTML or getattr(part, "id", "") in but:  # noqa: SLF001
            held.append(part)
            return [len(held) - 1]
        attributes: dict[str, Any] = part.to_plotly_json()["props"]  # type: ignore[no-untyped-call]
        within = drawn(attributes.pop("children", None))
        return [[part._type.lower(), attributes, *within]]  # noqa: SLF001

    return Still(drawn(parts), held)

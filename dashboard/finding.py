"""Search words: how districts and pairings can be asked for in Chinese, pinyin and English.

The words are made here once a run; the browser matches and ranks them (assets/find.js).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pypinyin import Style, pinyin

from dashboard.i18n import plain
from dashboard.payloads import pairing_name
from layers.wording import is_missing

if TYPE_CHECKING:
    from dashboard.results import Results
    from layers.wording import Lang

HAN = re.compile(r"[\u3400-\u9fff]")


def find_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return what the search box searches, worst pairings first.

    Returns
    -------
    body
        `districts`: rows of id, name in `lang`, its other name, how both are spelt in pinyin, and how many
        pairings it is in. `pairings`: rows of id, name, kind, worst severity and the places in `districts` of
        those it is made of, with the pinyin of its own name where it has one.
    """
    names, others = results.names(lang), results.names("en" if lang == "zh" else "zh")
    place = {key: number for number, key in enumerate(names)}
    involved = [0] * len(place)
    pairings = []
    for row in results.summary.to_dict("records"):  # one row a pairing: texts, not arithmetic
        key = row["pairing_id"]
        parts = [place[part] for member in results.members[key] for part in member if part in place]
        for part in parts:
            involved[part] += 1
        own = "" if is_missing(row["name"]) or not row["name"] else plain(str(row["name"]))
        worst = None if is_missing(row["worst_severity"]) else float(row["worst_severity"])
        told = [key, pairing_name(results, key, lang), row["kind"], worst, parts]
        pairings.append([*told, own, spelling(own)] if own else told)
    districts = [
        [key, name, others[key] if others[key] != name else "", spelling(_chinese(name, others[key])), count]
        for (key, name), count in zip(names.items(), involved, strict=True)
    ]
    return {"districts": districts, "pairings": pairings}


def spelling(name: str) -> list[str]:
    """Return the pinyin of each Chinese character of `name`; several readings of one are parted by `|`.

    A reading depends on what stands beside it (重庆 chóngqìng, but 重 zhòng), where words begin is a guess
    (市|长寿, 市长|寿) and places have readings of their own (六合 lùhé): the likeliest comes first, the
    character's others follow.
    """
    letters = HAN.findall(name)
    if not letters:
        return []
    likely = pinyin("".join(letters), style=Style.NORMAL, heteronym=True)
    possible = [pinyin(letter, style=Style.NORMAL, heteronym=True)[0] for letter in letters]
    return ["|".join(dict.fromkeys(found + others)) for found, others in zip(likely, possible, strict=True)]


def _chinese(*names: str) -> str:
    return next((name for name in names if HAN.search(name)), "")

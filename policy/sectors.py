"""Sectors (领域): the taxonomy that rules and records name by code.

A sector may lie below another one (食品 below 食品药品 below 市场监管): a rule for the upper one holds for the
lower one too, unless the lower one has a rule of its own (:class:`policy.rulebook.RuleBook`). Which lies below
which, and the words that hint at a sector, are data: ``policy/packs/sectors.toml``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

FILE = Path(__file__).parent / "packs" / "sectors.toml"
#: Where the organ's abbreviation ends in a document number: 〔2026〕, （2026）, [2026].
_YEAR = re.compile(r"[〔（(\[【]\s*(?:19|20)\d\d")


class Sector(models.TextChoices):
    """Fields of supervision. Stable codes; the names are for people."""

    MARKET = "market", gettext_lazy("市场监管")
    FOOD_DRUG = "food_drug", gettext_lazy("食品药品")
    FOOD = "food", gettext_lazy("食品")
    DRUG = "drug", gettext_lazy("药品")
    SPECIAL_EQUIPMENT = "special_equipment", gettext_lazy("特种设备")
    WORK_SAFETY = "work_safety", gettext_lazy("安全生产")
    FIRE = "fire", gettext_lazy("消防")
    ENVIRONMENT = "environment", gettext_lazy("生态环境")
    TAX = "tax", gettext_lazy("税务")
    TRANSPORT = "transport", gettext_lazy("交通运输")
    CULTURE_TOURISM = "culture_tourism", gettext_lazy("文化和旅游")
    LABOUR = "labour", gettext_lazy("人力资源和社会保障")
    CONSTRUCTION = "construction", gettext_lazy("住房和城乡建设")
    HEALTH = "health", gettext_lazy("卫生健康")
    CITY = "city", gettext_lazy("城市管理")
    AGRICULTURE = "agriculture", gettext_lazy("农业农村")
    NATURAL_RESOURCES = "natural_resources", gettext_lazy("自然资源")
    WATER = "water", gettext_lazy("水利")
    EDUCATION = "education", gettext_lazy("教育")
    PUBLIC_SECURITY = "public_security", gettext_lazy("公安")
    COMMERCE = "commerce", gettext_lazy("商务")
    CIVIL_AFFAIRS = "civil_affairs", gettext_lazy("民政")
    STATISTICS = "statistics", gettext_lazy("统计")
    LIBRARY = "library", gettext_lazy("图书馆借阅")
    OTHER = "other", gettext_lazy("其他")


@dataclass(frozen=True)
class Place:
    """Where a sector stands: its parent's code (or empty) and the words that hint at it."""

    code: str
    parent: str = ""
    authority: tuple[str, ...] = ()
    document: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hint:
    """A sector that an authority's name or a document number suggests, and the sentence that says why."""

    code: str
    because: str


def read_places(text: str) -> dict[str, Place]:
    """Return the taxonomy of a file in the layout of ``sectors.toml``, by code.

    Raises:
        ValueError: an unknown or missing code, one twice, an unknown parent, or parents that run in a circle.
    """
    places: dict[str, Place] = {}
    for raw in tomllib.loads(text).get("sector", []):
        place = Place(
            raw.get("code", ""), raw.get("parent", ""), tuple(raw.get("authority", ())), tuple(raw.get("document", ()))
        )
        if place.code not in Sector.values or place.code in places:
            raise ValueError(_("领域目录：代码 %(code)s 不存在或者写了两次。") % {"code": place.code})
        places[place.code] = place
    if missing := set(Sector.values) - set(places):
        raise ValueError(_("领域目录：缺少 %(codes)s。") % {"codes": "、".join(sorted(missing))})
    for place in places.values():
        seen, code = set(), place.code
        while code:
            if code in seen or code not in places:
                raise ValueError(_("领域目录：%(code)s 的上级写错了。") % {"code": place.code})
            seen.add(code)
            code = places[code].parent
    return places


@cache
def places() -> Mapping[str, Place]:
    """Return the shipped taxonomy by code."""
    return read_places(FILE.read_text(encoding="utf-8"))


@cache
def lineage(code: str) -> tuple[str, ...]:
    """Return a sector's code and those above it, nearest first; nothing for an empty or unknown code."""
    line = []
    while code in places():
        line.append(code)
        code = places()[code].parent
    return tuple(line)


def name_of(code: str) -> str:
    """Return a sector's name in the page's language; an unknown code as it is."""
    return str(Sector(code).label) if code in Sector.values else code


def hint(authority: str = "", document_number: str = "") -> Hint | None:
    """Return the sector that an authority's name and a decision's number suggest, or None.

    The more specific one of the two goes first when one lies below the other (市场监管局 with 〔食药〕 in the
    number is 食品药品); otherwise the authority's name does, because numbers are abbreviated freely.
    """
    by_name = _longest(authority, "authority")
    by_number = _longest(_YEAR.split(document_number, maxsplit=1)[0], "document")
    if by_number and (not by_name or by_name[0] in lineage(by_number[0])[1:]):
        code, word = by_number
        return Hint(code, _("文号中有“%(word)s”，属于%(name)s领域。") % {"word": word, "name": name_of(code)})
    if by_name:
        code, word = by_name
        return Hint(code, _("机关名称中有“%(word)s”，属于%(name)s领域。") % {"word": word, "name": name_of(code)})
    return None


def from_text(text: str) -> str:
    """Return the code of the most specific sector whose code or Chinese name stands in a text, or an empty text."""
    if text in Sector.values:
        return text
    with override("zh-hans"):
        names = {sector.value: str(sector.label) for sector in Sector if str(sector.label) in text}
    # 食品药品 is not 食品 as well.
    found = [code for code, name in names.items() if not any(name in other != name for other in names.values())]
    return max(found, key=lambda code: (len(lineage(code)), len(names[code])), default="")


def _longest(text: str, field: str) -> tuple[str, str] | None:
    """Return ``(code, word)`` of the longest word of any sector that stands in the text, the last one of several.

    A place's name comes first in both and may hold such a word by chance (丽水环罚 is 生态环境, not 水利).
    """
    found = [(word, code) for code, place in places().items() for word in getattr(place, field) if word in text]
    if not found:
        return None
    word, code = max(found, key=lambda pair: (len(pair[0]), text.rfind(pair[0]), len(lineage(pair[1]))))
    return code, word

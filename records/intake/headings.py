"""Which canonical field a heading means: the alias table in ``aliases.toml``."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ALIASES = Path(__file__).with_name("aliases.toml")
_NOISE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff*:\"'“”]+")
_UNIT = re.compile(r"[(\[](?:单位:?)?(万元|元)(?:人民币)?[)\]]$")
_OPTIONAL = re.compile(r"[(\[](?:必填|选填|非必填|必填项|选填项|可选|必须|yyyy[^)\]]*)[)\]]$")


@dataclass(frozen=True)
class Heading:
    """A heading understood: one or more canonical fields (the cell decides), and the unit of an amount."""

    fields: tuple[str, ...]
    #: ``万元``, ``元`` or empty: not said.
    unit: str = ""
    #: Understood although one character differs from the alias.
    guessed: bool = False

    @property
    def field(self) -> str:
        return self.fields[0]


def fold_heading(text: str) -> tuple[str, str]:
    """Return a heading folded for look-up and the unit it names: half width, lower case, no blanks or marks."""
    folded = _NOISE.sub("", unicodedata.normalize("NFKC", str(text))).lower()
    folded = _OPTIONAL.sub("", folded)
    unit = _UNIT.search(folded)
    return (folded[: unit.start()], unit.group(1)) if unit else (folded, "")


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    data = tomllib.loads(ALIASES.read_text(encoding="utf-8"))
    fields: dict[str, tuple[str, ...]] = {}
    for field, aliases in data["fields"].items():
        for alias in aliases:
            key, _unit = fold_heading(alias)
            fields[key] = (*fields.get(key, ()), field)
    units = {fold_heading(alias)[0]: unit for unit, aliases in data["units"].items() for alias in aliases}
    return fields, units


@cache
def find_heading(text: str) -> Heading | None:
    """Return what a heading means, or ``None`` if the table does not know it.

    A Chinese heading of six or more characters may differ from exactly one alias in exactly one character.
    """
    fields, units = _table()
    key, unit = fold_heading(text)
    if not key:
        return None
    if key in fields:
        return Heading(fields[key], unit or units.get(key, ""))
    near = _near_miss(key, fields)
    return Heading(fields[near], unit or units.get(near, ""), guessed=True) if near else None


def _near_miss(key: str, fields: dict[str, tuple[str, ...]]) -> str | None:
    if len(key) < 6 or any(c.isascii() for c in key):
        return None
    near = {
        fields[alias]: alias
        for alias in fields
        if len(alias) == len(key) and sum(a != b for a, b in zip(alias, key, strict=True)) == 1
    }
    return next(iter(near.values())) if len(near) == 1 else None


def count_fields(headings) -> int:
    """Return how many different canonical fields a row of cells would name, were it the header."""
    found = (find_heading(str(text)) for text in headings if text is not None and 0 < len(str(text)) <= 60)
    return len({heading.field for heading in found if heading})

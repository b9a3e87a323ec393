"""Which canonical field a heading means: the alias table in ``aliases.toml``, and what officers add to it."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

#: Fields whose column may be in 元 or in 万元.
AMOUNTS = ("fine_amount", "confiscated_amount")
ALIASES = Path(__file__).with_name("aliases.toml")
#: Headings looked up are remembered; a hostile file with endless ones is not.
MOST_REMEMBERED = 10_000
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
def _not_needed() -> frozenset[str]:
    data = tomllib.loads(ALIASES.read_text(encoding="utf-8"))
    return frozenset(fold_heading(text)[0] for text in data["not_needed"]["headings"])


class Headings:
    """What headings mean in the files of one source: what officers taught goes before the shipped table.

    ``own`` maps a folded heading to ``field``, ``field|unit`` or, for a column that is to be passed over, ``""``
    (:func:`choice_of`).
    """

    def __init__(self, own: Mapping[str, str] | None = None):
        self.own = dict(own or {})
        self._found: dict[str, Heading | None] = {}

    def find(self, text: str) -> Heading | None:
        """Return what a heading means, or ``None`` if nobody knows it (or it is to be passed over)."""
        if text not in self._found:
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()
            self._found[text] = self._look_up(text)
        return self._found[text]

    def is_passed_over(self, text: str) -> bool:
        """Whether this column is not needed: somebody decided so, or the standard has it and no record does."""
        key = fold_heading(text)[0]
        return self.own.get(key, "" if key in _not_needed() else None) == ""

    def count(self, headings: Iterable[Any]) -> int:
        """Return how many different canonical fields a row of cells would name, were it the header."""
        found = (self.find(str(text)) for text in headings if text is not None and 0 < len(str(text)) <= 60)
        return len({heading.field for heading in found if heading})

    def _look_up(self, text: str) -> Heading | None:
        key, unit = fold_heading(text)
        if key in self.own:
            field, _bar, own_unit = self.own[key].partition("|")
            return Heading((field,), unit or own_unit) if field else None
        return _shipped(text)


def choice_of(field: str, unit: str = "") -> str:
    """Return what ``Headings.own`` keeps of a decision: ``fine_amount|万元``; an empty field passes the column over."""
    return f"{field}|{unit}" if field and unit else field


def fields_known() -> tuple[str, ...]:
    """Return the canonical fields that a heading may mean, in the order of the alias table."""
    return tuple(dict.fromkeys(field for fields in _table()[0].values() for field in fields))


def _shipped(text: str) -> Heading | None:
    """Look a heading up in the shipped table.

    A Chinese heading of six or more characters may differ from exactly one alias in exactly one character.
    """
    fields, units = _table()
    key, unit = fold_heading(text)
    if not key:
        return None
    if key in fields:
        return Heading(fields[key], unit or units.get(key, ""))
    near = None if key in _not_needed() else _near_miss(key, fields)
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


#: The shipped table alone.
SHIPPED = Headings()

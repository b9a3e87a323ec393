"""The rules that hold on one day: what the code asks instead of carrying numbers itself.

Several rows may answer one question. Which one goes first is decided by, in this order (docs/rules.md):

1. the sector: a rule that names the record's own sector, then one that names the sector above it, and so on, then
   one for every sector (特别规定优于一般规定, 立法法 Art. 103);
2. the level: the district's own, provincial, of a sector, national. A nearer level can only be there because the
   upper one leaves it room; whoever writes it answers for that;
3. the date: what came into force later (新的规定优于旧的规定, 立法法 Art. 103).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from policy.cache import TableCache, newest_history
from policy.sectors import lineage, name_of
from policy.verdict import Basis, Because

#: A rule of a nearer level goes before one of a farther level, when both are as near to the sector.
LEVELS = {"district": 3, "provincial": 2, "sector": 1, "national": 0}


class MissingRule(LookupError):
    """No rule of that name holds on that day: the rule packs are not loaded, or somebody switched it off."""

    def __init__(self, key: str, on: dt.date):
        super().__init__(f"没有在 {on} 有效的规则 {key}。请运行 manage.py load_rules，或在管理页启用它。")
        self.key, self.on = key, on


@dataclass(frozen=True)
class RuleRow:
    """One rule as a plain value: what a table row or a line of a rule pack says."""

    key: str
    value: Any
    unit: str
    basis: Basis
    effective_from: dt.date
    effective_until: dt.date | None = None
    sectors: tuple[str, ...] = ()
    level: str = "national"
    rule_id: int | None = None

    def holds(self, on: dt.date) -> bool:
        """Whether it is in force on that day (both ends included)."""
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)


@dataclass(frozen=True)
class RuleValue:
    """The answer to a question: the value, its unit, what it rests on and which row gave it."""

    value: Any
    unit: str
    basis: Basis
    rule_id: int | None
    key: str
    effective_from: dt.date
    #: The sector that the rule names and that made it go first; empty: it is for every sector.
    sector: str = ""
    level: str = "national"
    #: Rules that hold too and would have said something else, the next one first.
    beaten: tuple[RuleRow, ...] = ()

    @property
    def because(self) -> list[Because]:
        """Why this rule and not another one that holds too and says something else; nothing if there is none."""
        if not self.beaten:
            return []
        other = self.beaten[0]
        names = {"this": str(self.basis), "other": str(other.basis), "sector": name_of(self.sector)}
        if self.sector and self.sector not in other.sectors:
            sentence = _("%(this)s是%(sector)s领域的专门规定，优先于%(other)s。")
        elif LEVELS[self.level] != LEVELS[other.level]:
            sentence = _("%(this)s是更具体一级的规定，优先于%(other)s。")
        else:
            sentence = _("%(this)s施行在后，优先于%(other)s。")
        return [Because(sentence % names, self.basis)]


class RuleBook:
    """All rules effective on the day ``on`` (Asia/Shanghai)."""

    def __init__(self, on: dt.date, rows: Iterable[RuleRow]):
        self.on = on
        self._all = tuple(rows)
        self._rows: dict[str, list[RuleRow]] = defaultdict(list)
        for row in self._all:
            if row.holds(on):
                self._rows[row.key].append(row)
        self._found: dict[tuple[str, str], RuleValue | None] = {}

    @classmethod
    def load(cls, on: dt.date) -> "RuleBook":
        """Return the book of one day from the rule tables (kept in memory until they change)."""
        return cache.get()(on)

    @classmethod
    def from_packs(cls, on: dt.date) -> "RuleBook":
        """Return the book of one day straight from the files in ``policy/packs``, without a database."""
        from policy.packs import read_rows

        return cls(on, read_rows())

    def at(self, on: dt.date) -> "RuleBook":
        """Return the book of another day, made of the same rules."""
        return self if on == self.on else RuleBook(on, self._all)

    def candidates(self, key: str, sector: str = "") -> list[RuleRow]:
        """Return the rows that hold for the sector, the one that governs first (the order is this module's own)."""
        line = lineage(sector) or ((sector,) if sector else ())

        def distance(row: RuleRow) -> int | None:
            if not row.sectors:
                return len(line)
            return next((steps for steps, code in enumerate(line) if code in row.sectors), None)

        fitting = [(distance(row), row) for row in self._rows.get(key, ())]
        fitting = [(steps, row) for steps, row in fitting if steps is not None]
        fitting.sort(key=lambda pair: (-pair[0], LEVELS[pair[1].level], pair[1].effective_from), reverse=True)
        return [row for _steps, row in fitting]

    def find(self, key: str, sector: str = "") -> RuleValue | None:
        """Return the value of the rule that governs for the sector, or None."""
        if (key, sector) not in self._found:  # the rows of a book never change
            self._found[key, sector] = self._find(key, sector)
        return self._found[key, sector]

    def _find(self, key: str, sector: str) -> RuleValue | None:
        first, *others = self.candidates(key, sector) or [None]
        if first is None:
            return None
        named = next((code for code in lineage(sector) or (sector,) if code in first.sectors), "")
        return RuleValue(
            first.value,
            first.unit,
            first.basis,
            first.rule_id,
            first.key,
            first.effective_from,
            sector=named,
            level=first.level,
            beaten=tuple(row for row in others if row.value != first.value),
        )

    def value(self, key: str, sector: str = "") -> RuleValue:
        """Return the value of the rule that governs for the sector.

        Raises:
            MissingRule: no such rule holds on that day.
        """
        found = self.find(key, sector)
        if found is None:
            raise MissingRule(key, self.on)
        return found

    def keys(self) -> list[str]:
        """Return the names of all rules in force, sorted."""
        return sorted(self._rows)


def today_book() -> RuleBook:
    """Return the book of today in Beijing."""
    return RuleBook.load(timezone.localdate())


def _read_tables():
    from policy.models import Rule

    rows = tuple(
        RuleRow(
            key=rule.key,
            value=rule.value,
            unit=rule.unit,
            basis=Basis(rule.basis_title, rule.basis_article, rule.verified),
            effective_from=rule.effective_from,
            effective_until=rule.effective_until,
            sectors=tuple(rule.sectors),
            level=rule.pack.level,
            rule_id=rule.pk,
        )
        for rule in Rule.objects.filter(active=True).select_related("pack")
    )
    # An intake asks for the same few hundred decision days over and over.
    return lru_cache(maxsize=1024)(lambda on: RuleBook(on, rows))


def _state():
    from policy.models import Rule

    return newest_history(Rule)


#: In-process copy of the rule tables.
cache = TableCache(_read_tables, _state)

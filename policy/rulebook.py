"""The rules that hold on one day: what the code asks instead of carrying numbers itself."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone

from policy.cache import TableCache, newest_history
from policy.verdict import Basis

#: A rule of a nearer level is the more specific one and goes first; a rule that names the sector goes before all.
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


class RuleBook:
    """All rules effective on the day ``on`` (Asia/Shanghai)."""

    def __init__(self, on: dt.date, rows: Iterable[RuleRow]):
        self.on = on
        self._all = tuple(rows)
        self._rows: dict[str, list[RuleRow]] = defaultdict(list)
        for row in self._all:
            if row.holds(on):
                self._rows[row.key].append(row)

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

    def find(self, key: str, sector: str = "") -> RuleValue | None:
        """Return the rule's value for the sector, or None.

        A rule that names the sector goes before one for every sector; then the nearer level (district, province,
        sector, nation), then the later one.
        """
        fitting = [row for row in self._rows.get(key, ()) if not row.sectors or sector in row.sectors]
        if not fitting:
            return None
        row = max(fitting, key=lambda row: (bool(row.sectors), LEVELS[row.level], row.effective_from))
        return RuleValue(row.value, row.unit, row.basis, row.rule_id, row.key, row.effective_from)

    def value(self, key: str, sector: str = "") -> RuleValue:
        """Return the rule's value for the sector.

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

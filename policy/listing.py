"""Rules as people look at them: found, grouped by topic, with their history and the ones beside them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from policy import naming, sectors
from policy.models import CalendarYear, Rule, RulePack
from policy.rulebook import RuleBook
from policy.verdict import Basis

#: What the history of a rule is told of, in the order of telling.
TOLD = (
    "value", "unit", "basis_title", "basis_article", "mark", "verified", "effective_until", "note", "active"
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One rule of the list, in words."""

    rule: Rule
    in_force: bool

    @property
    def name(self) -> str:
        return naming.name_of(self.rule.key)

    @property
    def value(self) -> str:
        return naming.in_words(self.rule.value, self.rule.unit)

    @property
    def items(self) -> list[str]:
        return naming.items_of(self.rule.value, self.rule.unit)

    @property
    def basis(self) -> Basis:
        return Basis(self.rule.basis_title, self.rule.basis_article, self.rule.verified)

    @property
    def sectors(self) -> list[str]:
        return [sectors.name_of(code) for code in self.rule.sectors]


@dataclass
class Topic:
    """Rules about one thing."""

    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """One edit of a rule: when, who (empty: loaded from the file), and each field's old and new words."""

    at: dt.datetime
    who: str
    fields: list[tuple[str, str, str]]
    first: bool


def found(
    *, text: str = "", pack: str = "", sector: str = "", everything: bool = False, unverified: bool = False
) -> list[Line]:
    """Return the rules that match, in the order of their keys.

    ``text``: in the name, key, basis or note; ``pack``: a pack's code; ``sector``: rules that name it or one above
    it; ``everything``: also what is switched off or holds on another day than today.
    """
    today = timezone.localdate()
    rules = Rule.objects.select_related("pack").order_by("key", "-effective_from", "pk")
    if pack:
        rules = rules.filter(pack__code=pack)
    if unverified:
        rules = rules.filter(verified=False)
    lines = [Line(rule, rule.holds(today)) for rule in rules]
    if not everything:
        lines = [line for line in lines if line.in_force]
    if sector:
        line_of = set(sectors.lineage(sector))
        lines = [line for line in lines if line_of & set(line.rule.sectors)]
    if text := text.strip().lower():
        lines = [line for line in lines if text in _searched(line)]
    return lines


def by_topic(lines: list[Line]) -> list[Topic]:
    """Return the rules grouped by topic, empty topics left out."""
    topics = [Topic(str(name)) for name, _parts in naming.TOPICS]
    for line in lines:
        topics[naming.topic_of(line.rule.key)].lines.append(line)
    return [topic for topic in topics if topic.lines]


def figures() -> dict[str, Any]:
    """Return what the head of the page counts: rules in force, unverified among them, edited ones, last known year."""
    today = timezone.localdate()
    in_force = [rule for rule in Rule.objects.filter(active=True) if rule.holds(today)]
    return {
        "in_force": len(in_force),
        "unverified": sum(not rule.verified for rule in in_force),
        "edited": sum(rule.is_edited for rule in Rule.objects.all()),
        "last_year": CalendarYear.objects.order_by("-year").values_list("year", flat=True).first(),
    }


def packs() -> QuerySet[RulePack]:
    """Return the packs that hold rules, with how many there are (``total``) and how many are unverified (``open``)."""
    return (
        RulePack.objects.annotate(
            total=Count("rules"), open=Count("rules", filter=Q(rules__verified=False, rules__active=True))
        )
        .filter(total__gt=0)
        .order_by("level", "title")
    )


def beside(rule: Rule) -> list[Line]:
    """Return the other rules of the same key, the newest first."""
    others = Rule.objects.filter(key=rule.key).exclude(pk=rule.pk).select_related("pack").order_by("-effective_from")
    today = timezone.localdate()
    return [Line(other, other.holds(today)) for other in others]


def governs_for(rule: Rule) -> str:
    """Say for whom this rule is the one that governs today."""
    today = timezone.localdate()
    if not rule.holds(today):
        return _("今天不适用。")
    book = RuleBook.load(today)
    everywhere = book.find(rule.key)
    for_sectors = [
        sectors.name_of(code)
        for code in sectors.Sector.values
        if (found := book.find(rule.key, code)) is not None and found.rule_id == rule.pk
    ]
    if everywhere is not None and everywhere.rule_id == rule.pk:
        others = len(sectors.Sector.values) - len(for_sectors)
        if not others:
            return _("今天适用于所有领域。")
        return _("今天适用于没有专门规定的领域；有专门规定的领域（%(count)s 个）从其规定。") % {"count": others}
    if for_sectors:
        return _("今天适用于：%(sectors)s。") % {"sectors": "、".join(for_sectors)}
    return _("今天有更优先的规则，这一条不起作用。")


def history_of(rule: Rule) -> list[Change]:
    """Return the edits of a rule, the newest first; the last one is how it came."""
    rows = list(rule.history.select_related("history_user").order_by("-history_date", "-history_id"))
    changes = []
    for place, row in enumerate(rows):
        older = rows[place + 1] if place + 1 < len(rows) else None
        fields = [] if older is None else _differences(older, row)
        if fields or older is None:
            changes.append(Change(row.history_date, str(row.history_user or ""), fields, older is None))
    return changes


def years() -> list[dict[str, Any]]:
    """Return the announced years, the newest first, each with its days off and its make-up days."""
    found = []
    for year in CalendarYear.objects.prefetch_related("overrides").order_by("-year"):
        days = sorted(year.overrides.all(), key=lambda day: day.day)
        found.append(
            {
                "year": year,
                "free": [day for day in days if not day.is_workday],
                "worked": [day for day in days if day.is_workday],
            }
        )
    return found


def _searched(line: Line) -> str:
    rule = line.rule
    return " ".join((line.name, rule.key, rule.basis_title, rule.basis_article, rule.note, line.value)).lower()


def _differences(older: Any, newer: Any) -> list[tuple[str, str, str]]:
    changed = []
    for name in TOLD:
        old, new = getattr(older, name), getattr(newer, name)
        if old != new:
            label = str(Rule._meta.get_field(name).verbose_name)
            changed.append((label, _said(older, name, old), _said(newer, name, new)))
    return changed


def _said(row: Any, name: str, value: Any) -> str:
    if name == "value":
        return naming.in_words(value, row.unit)
    if name == "mark":
        return str(row.get_mark_display())
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value) if value not in (None, "") else _("（空）")

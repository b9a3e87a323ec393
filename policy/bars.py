"""Bars (限制): what keeps a subject from applying for a repair, worked out from what happened before. Pure.

Each bar is a rule; a rule that is switched off, or not there, bars nobody. As shipped only false materials and a
broken commitment bar (58号令, three years): limits on how often somebody may repair come from before 国办发〔2025〕22号,
and 36号令 Art. 2 leaves it to laws, regulations and central policy to declare something beyond repair.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from policy.dates import say_short
from policy.eligibility import Bar
from policy.rulebook import RuleBook
from policy.sectors import name_of
from policy.workdays import add_months

FALSE_MATERIALS, BROKEN_COMMITMENT, REPAIRED = "false_materials", "broken_commitment", "repaired"
#: The codes of all bars, as a condition of the eligibility card bears them.
BARS = frozenset({FALSE_MATERIALS, BROKEN_COMMITMENT, "after_repair", "repairs", "same_kind", "sector_unrepairable"})


@dataclass(frozen=True)
class Incident:
    """Something in a subject's past that may bar it.

    ``kind``: ``false_materials`` or ``broken_commitment`` (``on``: the day it was found) or ``repaired`` (``on``: the
    day a repair was granted, ``conduct``: the kind of conduct, as the record names it). Days in Asia/Shanghai.
    """

    kind: str
    on: dt.date
    conduct: str = ""


def needs_history(book: RuleBook, sector: str = "") -> bool:
    """Whether any limit on repeated repairs is in force, so that earlier repairs have to be looked up at all."""
    return any(
        book.find(f"bar.{name}", sector) for name in ("after_repair_months", "repairs_in_years", "same_kind_in_years")
    )


def bars_for(
    incidents: Iterable[Incident], *, today: dt.date, book: RuleBook, sector: str = "", conduct: str = ""
) -> list[Bar]:
    """Return the bars that stand on ``today`` against a subject, the longest first.

    Takes what happened before, and the record's sector and kind of conduct. A period of years from a day ends on the
    corresponding day, which still bars (民法典 Arts. 201, 202).
    """
    incidents = [incident for incident in incidents if incident.on <= today]
    repairs = sorted(incident.on for incident in incidents if incident.kind == REPAIRED)
    same = sorted(i.on for i in incidents if i.kind == REPAIRED and conduct and i.conduct == conduct)
    found = [
        _after(incidents, FALSE_MATERIALS, _("%(day)s查明提交过虚假材料，%(years)s 年内不能申请修复。"), book, sector),
        _after(incidents, BROKEN_COMMITMENT, _("%(day)s查明违反信用承诺，%(years)s 年内不能申请修复。"), book, sector),
        _since_last(repairs, book, sector),
        _so_many("repairs", repairs, _("%(years)s 年内已经修复过 %(times)s 次，不能再申请。"), book, sector),
        _so_many("same_kind", same, _("%(years)s 年内同类失信行为已经修复过 %(times)s 次，不能再申请。"), book, sector),
        _whole_sector(book, sector),
    ]
    standing = [bar for bar in found if bar is not None and bar.stands(today)]
    return sorted(standing, key=lambda bar: bar.until or dt.date.max, reverse=True)


def _after(incidents: list[Incident], kind: str, sentence: str, book: RuleBook, sector: str) -> Bar | None:
    rule = book.find(f"bar.{kind}_years", sector)
    days = [incident.on for incident in incidents if incident.kind == kind]
    if rule is None or not days:
        return None
    text = sentence % {"day": say_short(max(days)), "years": rule.value}
    return Bar(kind, text, add_months(max(days), 12 * int(rule.value)), rule.basis)


def _since_last(repairs: list[dt.date], book: RuleBook, sector: str) -> Bar | None:
    rule = book.find("bar.after_repair_months", sector)
    if rule is None or not repairs:
        return None
    text = _("上次修复在 %(day)s，%(months)s 个月内不能再申请。") % {
        "day": say_short(repairs[-1]),
        "months": rule.value,
    }
    return Bar("after_repair", text, add_months(repairs[-1], int(rule.value)), rule.basis)


def _so_many(name: str, repairs: list[dt.date], sentence: str, book: RuleBook, sector: str) -> Bar | None:
    """The bar falls when the oldest of the last ``times`` repairs is more than ``years`` old."""
    rule = book.find(f"bar.{name}_in_years", sector)
    if rule is None:
        return None
    times, years = int(rule.value["times"]), int(rule.value["years"])
    if times < 1 or len(repairs) < times:
        return None
    text = sentence % {"times": times, "years": years}
    return Bar(name, text, add_months(repairs[-times], 12 * years), rule.basis)


def _whole_sector(book: RuleBook, sector: str) -> Bar | None:
    rule = book.find("bar.sector_unrepairable", sector)
    if rule is None or not rule.value:
        return None
    text = _("按规定，%(sector)s领域的失信信息不能修复。") % {"sector": name_of(rule.sector or sector)}
    return Bar("sector_unrepairable", text, None, rule.basis)

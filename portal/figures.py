"""Figures of the office's work: cases by week and outcome, limits kept, how long a removal takes, objections upheld.

Read from the cases themselves each time; nothing is counted in advance, so nothing can be counted wrong.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from statistics import median

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.clock import limits_kept, local_day
from casework.kinds import kind_of
from casework.models import Case
from exchange.queries import taken_down_at
from parties.models import Authority
from policy.rulebook import RuleBook
from policy.workdays import WorkCalendar

WEEK = timedelta(days=7)
#: How far back one may look, in weeks.
PERIODS = (12, 26, 52)
#: Upper ends of the groups of days from application to the last platform's confirmation.
GROUPS = (1, 3, 7, 15)


#: Closed without the office having had to say anything: withdrawn, or ended because the record's life did.
UNJUDGED = (Case.Status.WITHDRAWN, Case.Status.ENDED)


@dataclass(frozen=True)
class WeekOfCases:
    """One week, Monday to Sunday: what came in and how what was closed ended."""

    start: date
    received: int
    favourable: int
    unfavourable: int
    declined: int
    #: By the applicant, or ended with the record.
    withdrawn: int

    @property
    def end(self) -> date:
        return self.start + WEEK - timedelta(days=1)

    @property
    def closed(self) -> int:
        return self.favourable + self.unfavourable + self.declined + self.withdrawn


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole`` under a name: limits kept by a unit, objections upheld of a source."""

    name: str
    part: int
    whole: int

    @property
    def rest(self) -> int:
        return self.whole - self.part


@dataclass(frozen=True)
class Removals:
    """Days from application to the last platform's confirmation, of the repairs approved in the period."""

    #: (words, number), from quick to slow.
    groups: tuple[tuple[str, int], ...]
    #: ``None``: nothing has been confirmed yet.
    median_days: float | None
    longest_days: int | None
    #: Some platform has not confirmed yet.
    waiting: int


@dataclass(frozen=True)
class Figures:
    """All four, for one office or for all of them."""

    since: date
    weeks: tuple[WeekOfCases, ...]
    limits: tuple[Share, ...]
    removals: Removals
    objections: tuple[Share, ...]


def figures(today: date, weeks: int, office: Authority | None = None) -> Figures:
    """Return the figures of the last ``weeks`` weeks up to ``today`` (a Beijing day), of one office or (``None``) of all."""
    this_week = today - timedelta(days=today.weekday())
    since = this_week - WEEK * (weeks - 1)
    cases = Case.objects.filter(authority=office) if office else Case.objects.all()
    cases = cases.filter(Q(submitted_at__date__gte=since) | Q(closed_at__date__gte=since), submitted_at__isnull=False)
    cases = list(cases.select_related("record", "authority").prefetch_related("extensions").order_by("pk"))
    closed = [case for case in cases if case.closed_at and local_day(case.closed_at) >= since]
    return Figures(
        since=since,
        weeks=_weeks(cases, closed, since, weeks),
        limits=_limits(closed),
        removals=_removals(closed),
        objections=_objections(closed),
    )


def _weeks(cases: Iterable[Case], closed: Iterable[Case], since: date, weeks: int) -> tuple[WeekOfCases, ...]:
    def week_of(moment) -> int:
        return (local_day(moment) - since) // WEEK

    received = Counter(week_of(case.submitted_at) for case in cases)
    ended = Counter((week_of(case.closed_at), _outcome(case)) for case in closed)
    names = ("favourable", "unfavourable", "declined", "withdrawn")
    return tuple(
        WeekOfCases(since + WEEK * number, received[number], **{name: ended[number, name] for name in names})
        for number in range(weeks)
    )


def _outcome(case: Case) -> str:
    if case.status == Case.Status.DECLINED:
        return "declined"
    if case.status in UNJUDGED:
        return "withdrawn"
    return "favourable" if kind_of(case).is_favourable(case.status) else "unfavourable"


def _limits(closed: Iterable[Case]) -> tuple[Share, ...]:
    """Return, per unit, how many closed cases kept their limits; the worst first."""
    calendar, book_of = WorkCalendar.load(), cache(RuleBook.load)
    kept, all_of = Counter(), Counter()
    for case in closed:
        if case.status in UNJUDGED:
            continue
        all_of[case.authority.name] += 1
        kept[case.authority.name] += limits_kept(case, calendar, book_of(local_day(case.closed_at)))
    return _shares(kept, all_of)


def _objections(closed: Iterable[Case]) -> tuple[Share, ...]:
    """Return, per source of the record, how many decided objections were upheld; the most upheld first."""
    upheld, decided = Counter(), Counter()
    for case in closed:
        if case.kind != Case.Kind.OBJECTION or case.status not in Case.DECIDED:
            continue
        source = case.record.data_provider or case.record.authority.name
        decided[source] += 1
        upheld[source] += case.status == Case.Status.UPHELD
    return tuple(sorted(_shares(upheld, decided), key=lambda share: (-share.part, share.name)))


def _shares(parts: Counter, wholes: Counter) -> tuple[Share, ...]:
    shares = [Share(name, parts[name], whole) for name, whole in wholes.items()]
    return tuple(sorted(shares, key=lambda share: (-share.rest, share.name)))


def _removals(closed: Iterable[Case]) -> Removals:
    approved = [case for case in closed if case.status == Case.Status.APPROVED]
    confirmed = taken_down_at([case.record.public_id for case in approved])
    days, waiting = [], 0
    for case in approved:
        if case.record.public_id not in confirmed:
            continue  # no platform ever showed it
        last = confirmed[case.record.public_id]
        if last is None:
            waiting += 1
        else:
            days.append((local_day(last) - local_day(case.submitted_at)).days)
    groups, below = [], -1
    for upto in GROUPS:
        words = (
            _("%(upto)d 天以内") % {"upto": upto}
            if below < 0
            else _("%(start)d 至 %(upto)d 天") % {"start": below + 1, "upto": upto}
        )
        groups.append((words, sum(below < each <= upto for each in days)))
        below = upto
    groups.append((_("%(below)d 天以上") % {"below": below}, sum(each > below for each in days)))
    groups.append((_("还没有全部确认"), waiting))
    return Removals(tuple(groups), median(days) if days else None, max(days, default=None), waiting)

"""The statutory clock, as tables."""

from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from casework.clock import clock
from casework.models import Case
from policy.rulebook import RuleBook
from policy.workdays import WorkCalendar

BEIJING = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@dataclass
class Facts:
    """A case as the clock sees it."""

    kind: str
    status: str
    submitted_at: datetime | None = None
    resubmitted_at: datetime | None = None
    accepted_at: datetime | None = None
    requested_at: datetime | None = None
    sector: str = ""
    supplements: SimpleNamespace = field(init=False)
    record: SimpleNamespace = field(init=False)

    def __post_init__(self):
        self.record = SimpleNamespace(sector=self.sector)
        request = SimpleNamespace(requested_at=self.requested_at)
        self.supplements = SimpleNamespace(order_by=lambda _name: SimpleNamespace(last=lambda: request))


S = Case.Status
CASES = [
    # National Day 2026 (1-7 October off) lies between: submitted Wednesday 30 September, 3 working days.
    ("over National Day", Facts("repair", S.SUBMITTED, at("2026-09-30 09:00")), "accept", date(2026, 10, 10), False),
    # A Beijing evening is still that Beijing day, although in UTC too; a Beijing early morning is yesterday in UTC.
    ("early morning", Facts("repair", S.SUBMITTED, at("2026-11-24 01:00")), "accept", date(2026, 11, 27), False),
    ("late evening", Facts("repair", S.SUBMITTED, at("2026-11-23 23:59")), "accept", date(2026, 11, 26), False),
    # A supplement starts the acceptance clock again.
    (
        "after supplement",
        Facts("repair", S.SUBMITTED, at("2026-11-02 09:00"), resubmitted_at=at("2026-11-20 09:00")),
        "accept",
        date(2026, 11, 25),
        False,
    ),
    # 7 working days from acceptance, and not from submission.
    (
        "decide repair",
        Facts("repair", S.ACCEPTED, at("2026-11-02 09:00"), accepted_at=at("2026-11-05 09:00")),
        "decide",
        date(2026, 11, 16),
        False,
    ),
    # Sent for approval does not stop it.
    (
        "approval",
        Facts("repair", S.RECOMMENDED, at("2026-11-02 09:00"), accepted_at=at("2026-11-05 09:00")),
        "decide",
        date(2026, 11, 16),
        False,
    ),
    # An objection runs from receipt (山东省社会信用条例 第三十九条: 7 working days).
    (
        "decide objection",
        Facts("objection", S.ACCEPTED, at("2026-11-02 09:00"), accepted_at=at("2026-11-03 09:00")),
        "decide",
        date(2026, 11, 11),
        False,
    ),
    ("mark objection", Facts("objection", S.SUBMITTED, at("2026-11-06 16:00")), "accept", date(2026, 11, 9), False),
    # Over New Year 2027, whose holidays are not announced: provisional.
    (
        "New Year 2027",
        Facts("repair", S.ACCEPTED, at("2026-12-20 09:00"), accepted_at=at("2026-12-28 09:00")),
        "decide",
        None,
        True,
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "facts", "step", "due", "provisional"), CASES, ids=[row[0] for row in CASES])
def test_clock(name, facts, step, due, provisional):
    today = date(2026, 11, 23)
    result = clock(facts, today, WorkCalendar.load(), RuleBook.load(today))
    assert (result.step, result.provisional) == (step, provisional)
    if due:
        assert result.due == due
    assert result.because[0].basis.title, "every date says what it rests on"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [S.DRAFT, S.WITHDRAWN, S.DECLINED, S.APPROVED, S.DISMISSED])
def test_nothing_runs_in_a_draft_or_a_closed_case(status):
    today = date(2026, 11, 23)
    assert clock(Facts("repair", status), today, WorkCalendar.load(), RuleBook.load(today)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "left", "late"),
    [(date(2026, 11, 25), 1, False), (date(2026, 11, 26), 0, False), (date(2026, 11, 27), -1, True)],
    ids=["a day before", "due today is not overdue", "a day late"],
)
def test_days_left(today, left, late):
    facts = Facts("repair", S.SUBMITTED, at("2026-11-23 10:00"))
    result = clock(facts, today, WorkCalendar.load(), RuleBook.load(today))
    assert (result.left, result.late) == (left, late)


@pytest.mark.django_db
def test_supplement_gives_the_applicant_a_clock_of_his_own():
    today = date(2026, 11, 23)
    facts = Facts("repair", S.SUPPLEMENT_REQUESTED, at("2026-11-16 09:00"), requested_at=at("2026-11-18 09:00"))
    result = clock(facts, today, WorkCalendar.load(), RuleBook.load(today))
    assert result.step == "answer"
    assert result.due > today

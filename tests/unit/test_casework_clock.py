"""The statutory clock, as tables."""

from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from casework.clock import clock, limits_kept
from casework.extensions.proposal import propose
from casework.models import Case, DecisionExtension
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
    extended: tuple[DecisionExtension, ...] = ()
    extensions: SimpleNamespace = field(init=False)
    supplements: SimpleNamespace = field(init=False)
    record: SimpleNamespace = field(init=False)

    def __post_init__(self):
        self.extensions = SimpleNamespace(all=lambda: self.extended, count=lambda: len(self.extended))
        self.record = SimpleNamespace(sector=self.sector)
        request = SimpleNamespace(requested_at=self.requested_at)
        self.supplements = SimpleNamespace(order_by=lambda _name: SimpleNamespace(last=lambda: request))


def extension(decided: str, days: int = 10) -> DecisionExtension:
    return DecisionExtension(
        number=1, working_days=days, decided_at=at(decided), basis_title="某实施方案", basis_article="第九条"
    )


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


ACCEPTED = {"submitted_at": at("2026-11-02 09:00"), "accepted_at": at("2026-11-05 09:00")}
#: Accepted on 28 December 2026: 7 working days, and 10 more, over New Year 2027, which is not announced.
NEW_YEAR = {"submitted_at": at("2026-12-24 09:00"), "accepted_at": at("2026-12-28 09:00")}
EXTENDED = [
    ("by ten", Facts("repair", S.ACCEPTED, **ACCEPTED, extended=(extension("2026-11-10 09:00"),)), "2026-11-30", False),
    ("waits", Facts("repair", S.RECOMMENDED, **ACCEPTED, extended=(extension("2026-11-10 09:00"),)), "2026-11-30", False),
    (
        "twice, where a rule allowed it",
        Facts("repair", S.ACCEPTED, **ACCEPTED, extended=(extension("2026-11-10 09:00"), extension("2026-11-11 09:00", 1))),
        "2026-12-01",
        False,
    ),
    (
        "into New Year 2027",
        Facts("repair", S.ACCEPTED, **NEW_YEAR, extended=(extension("2026-12-29 09:00"),)),
        "2027-01-21",
        True,
    ),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "facts", "due", "provisional"), EXTENDED, ids=[row[0] for row in EXTENDED])
def test_an_extended_limit(name, facts, due, provisional):
    today = date(2026, 11, 23)
    result = clock(facts, today, WorkCalendar.load(), RuleBook.load(today))
    assert (result.step, result.due, result.provisional) == ("decide", date.fromisoformat(due), provisional)
    lines = [line for line in result.because if "延长" in line.text]
    assert len(lines) == len(facts.extended), "each is explained"
    assert all(str(line.basis) == "《某实施方案》第九条" for line in lines), "and cites what it rests on"


@pytest.mark.django_db
def test_an_extension_moves_no_other_limit():
    today = date(2026, 11, 23)
    facts = Facts("repair", S.SUBMITTED, at("2026-11-23 10:00"), extended=(extension("2026-11-23 11:00"),))
    assert clock(facts, today, WorkCalendar.load(), RuleBook.load(today)).due == date(2026, 11, 26)


@pytest.mark.django_db
def test_a_proposal_is_the_clock_with_and_without_it():
    today = date(2026, 12, 29)
    calendar, book = WorkCalendar.load(), RuleBook.load(today)
    found = propose(Facts("repair", S.ACCEPTED, **NEW_YEAR), today, calendar, book)
    assert (found.number, found.days) == (1, 10)
    assert (found.old.due, found.new.due, found.new.provisional) == (date(2027, 1, 7), date(2027, 1, 21), True)
    assert found.new.because[1].basis == book.value("decide.extension_working_days").basis
    made = Facts("repair", S.ACCEPTED, **NEW_YEAR, extended=(extension("2026-12-29 09:00"),))
    assert clock(made, today, calendar, book).due == found.new.due


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["objection", "deferral"])
def test_the_rules_name_no_extension_for_these(kind):
    today = date(2026, 11, 23)
    assert propose(Facts(kind, S.ACCEPTED, **ACCEPTED), today, WorkCalendar.load(), RuleBook.load(today)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("extended", "closed", "kept"),
    [((), "2026-11-16 17:00", True), ((), "2026-11-17 09:00", False), ((10,), "2026-11-30 17:00", True),
     ((10,), "2026-12-01 09:00", False)],
)  # fmt: skip
def test_whether_the_limits_were_kept(extended, closed, kept):
    today = date(2026, 12, 1)
    facts = Facts("repair", S.APPROVED, **ACCEPTED, extended=tuple(extension("2026-11-10 09:00", n) for n in extended))
    facts.closed_at = at(closed)
    assert limits_kept(facts, WorkCalendar.load(), RuleBook.load(today)) == kept

"""What is not publicised is not disclosed for ever: its last day, the sweep, and what everybody reads afterwards."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from notices.models import Notice
from parties.models import Agency
from policy.models import Rule
from policy.rulebook import RuleBook
from policy.ways import catalogue_of
from policy.workdays import add_months
from portal.standing import standing_of
from records.eligibility import card
from records.enquiries.statement import lines_of
from records.facts import policy_facts
from records.life import sweep as sweeping
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord
from tests.integration.test_records_register import identity_number
from tests.integration.test_records_sweep import events, fresh, letters, take, verbs
from tests.records_world import code, days_ago, office

pytestmark = pytest.mark.django_db
S = AdverseRecord.Status
DAY = dt.timedelta(days=1)
PERSON = {"subject_kind": "person", "subject_code": "", "subject_name": "田小禾"}


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def at(monkeypatch):
    def set_clock(*day):
        moment = dt.datetime(*day, 4, 0, tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock


def withheld(number: int = 20, **changes) -> AdverseRecord:
    """A warning alone: minor, not publicised."""
    return take(number, **{"category": "警告", "content": "警告", "fine_amount": None, **changes})


def persons(number: int = 21, **changes) -> AdverseRecord:
    return take(number, **{**PERSON, "identity_number": identity_number(), **changes})


@pytest.mark.parametrize("make", [withheld, persons], ids=["minor", "natural person"])
def test_withheld_records_have_a_last_day_and_end_on_the_day_after(world, make):
    record = make(decision_date=days_ago(30), conduct_ended=days_ago(60))
    last = add_months(days_ago(60), 60)
    assert (record.status, record.publicity_until, record.disclosed_until) == (S.WITHHELD, None, last)
    assert sweep_publicity(last).stopped == [], "the last day still counts"
    assert sweep_publicity(last + DAY).stopped == [record.public_id]
    record = fresh(record)
    assert (record.status, record.removed_at is not None) == (S.EXPIRED, True)
    assert events(record) == [], "no platform ever showed it"
    assert Notice.Kind.PUBLICITY_ENDED not in letters(record)
    line = Entry.objects.get(verb="records.expire", thing_id=str(record.pk))
    assert (line.data["publicity_until"], line.data["disclosed_until"]) == ("", last.isoformat())


@pytest.mark.parametrize("late", [1, 400])
def test_once_however_late(world, late):
    record = withheld()
    day = record.disclosed_until + late * DAY
    first, second = sweep_publicity(day), sweep_publicity(day)
    assert (first.stopped, sum(second.counts().values())) == ([record.public_id], 0)
    assert verbs(record).count("records.expire") == 1


def test_where_the_conduct_s_end_is_not_written_it_runs_from_the_decision(world):
    record = withheld(decision_date=days_ago(30))
    assert record.disclosed_until == add_months(days_ago(30), 60)


def test_of_what_is_publicised_it_is_the_last_day_of_publicity(world):
    record = take()
    assert record.disclosed_until == record.publicity_until is not None


def test_without_the_rule_nothing_ends_it(world):
    Rule.objects.filter(key="publicity.province_cap_years").update(active=False)
    Rule.objects.get(key="publicity.province_cap_years").save()
    record = withheld()
    assert record.disclosed_until is None
    assert sweep_publicity(dt.date(2099, 1, 1)).stopped == []


def test_what_comes_in_after_its_last_day_is_over_at_once(world):
    record = persons(decision_date=days_ago(400), conduct_ended=days_ago(6 * 366))
    assert record.status == S.EXPIRED and lines_of(record.subject) == []
    guidance = Notice.objects.get(thing_id=str(record.pk), kind=Notice.Kind.REPAIR_GUIDANCE)
    assert "披露期限已满" in "".join(guidance.facts["steps"])


def test_a_correction_moves_the_last_day(world):
    from django.db import transaction

    from records import actions

    record = withheld(decision_date=days_ago(30))
    with transaction.atomic():
        actions.correct(record, None, "conduct_ended", days_ago(100), "更正")
    assert fresh(record).disclosed_until == add_months(days_ago(100), 60)


def test_the_turn_of_the_year(world, at):
    at(2026, 11, 23)
    record = withheld(decision_date=dt.date(2026, 11, 2), conduct_ended=dt.date(2021, 12, 31))
    at(2026, 12, 31)
    assert sweep_publicity().stopped == [] and len(lines_of(record.subject)) == 1
    at(2027, 1, 1)
    assert lines_of(record.subject) == [], "not counted from the first minute, sweep or not"
    assert sweep_publicity().stopped == [record.public_id]


def test_the_credit_statement_says_until_when_and_then_nothing(world):
    record = withheld()
    (line,) = lines_of(record.subject)
    assert line["disclosed_until"] == record.disclosed_until.isoformat()
    sweep_publicity(record.disclosed_until + DAY)
    assert lines_of(record.subject) == []


def test_its_subject_reads_it_before_and_after(world, client):
    record = withheld()
    client.force_login(world.enterprise)
    page = reverse("portal:my_record", args=[record.public_id])
    last = record.disclosed_until
    words = f"{last.year}年{last.month}月{last.day}日"
    assert f"经您授权的查询也最晚显示到 {words}" in client.get(page).content.decode()
    sweep_publicity(last + DAY)
    record = fresh(record)
    said = client.get(page).content.decode()
    assert f"披露期限已于 {words} 届满" in said and "披露期满，不再使用" in said and "公示期满，终止公示" not in said
    assert standing_of(record).words == "披露期满"
    assert not card(record).can_apply
    assert Agency.objects.filter(subject=record.subject).exists()


def test_what_was_publicised_still_says_that_publicity_ended(world):
    record = take()
    sweep_publicity(record.publicity_until + DAY)
    record = fresh(record)
    assert record.get_status_display() == "公示期满，终止公示"
    assert standing_of(record).words == "公示期满"


def test_the_sweep_asks_for_them_by_an_index(world):
    withheld()
    due = sweeping.due_on(days_ago(0))[1]
    if connection.vendor == "sqlite":
        assert "records_disclosed" in due.order_by().explain()


def test_the_fill_of_older_rows_says_what_the_rules_say(world):
    from importlib import import_module

    from django.apps import apps

    leap = withheld(30, decision_date=dt.date(2024, 2, 29))
    known, shown, person = withheld(31, conduct_ended=days_ago(99)), take(32), persons(33)
    rows = (leap, known, shown, person)
    wanted = [row.disclosed_until for row in rows]
    AdverseRecord.objects.update(disclosed_until=None)
    import_module("records.migrations.0009_fill_disclosed_until").fill(apps, None)
    assert [fresh(row).disclosed_until for row in rows] == wanted


def test_a_library_record_is_local_and_a_penalty_is_national(world):
    book = RuleBook.load(timezone.localdate())
    assert (catalogue_of("library", book), catalogue_of("market", book), catalogue_of("", book)) == (
        "local",
        "national",
        "national",
    )
    record = take(40, subject_code=code(12), subject_name="青禾云岫商贸有限公司")
    assert policy_facts(record, book).catalogue == "national"
    assert card(record, way="volunteering").missing[0].code == "way"
    assert "国家目录内" in card(record, way="volunteering").missing[0].text
    record.sector = "library"
    assert policy_facts(record, book).catalogue == "local"
    refused = card(record, way="volunteering").missing[0]
    assert "还没有公布标准" in refused.text, "a local record could, once the district has published how much"

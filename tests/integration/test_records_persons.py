"""A natural person's record: reminded first, then recorded; told, repairable, never published."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from casework import actions as cases
from casework.models import Case
from config import journey
from config.demo.library import READER
from config.demo.office import LIBRARY, reader_number
from config.invariants import walk
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.identity import mask
from parties.models import Authority, Subject, User
from policy.models import Rule
from policy.verdict import Refused
from records import actions, queries
from records.canonical import CanonicalRecord
from records.life import guards
from records.life.models import PriorReminder
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def players():
    return journey.cast()


@pytest.fixture
def library(players):
    return Authority.objects.get(name=LIBRARY)


def user(name: str) -> User:
    return User.objects.get(username=name)


def remind(library, number=7, actor=None, **changes):
    return actions.remind_first(
        actor,
        library,
        **{
            "name": READER,
            "identity_number": reader_number(),
            "document_number": f"青图借〔2026〕{number}号",
            "matter": "所借图书2册逾期未还。",
            **changes,
        },
    )


def row(library, number=7, **changes) -> CanonicalRecord:
    values = {
        "subject_name": READER,
        "subject_kind": "person",
        "identity_number": reader_number(),
        "authority_name": library.name,
        "document_number": f"青图借（2026）第{number}号",
        "category": "其他-停止借阅",
        "content": "停止借阅。",
        "decision_date": timezone.localdate() - DAY,
    }
    return CanonicalRecord(**(values | changes))


def take(draft):
    with transaction.atomic():
        return actions.register(draft, None, None)


def test_no_record_without_a_reminder_and_nothing_is_left_behind(library):
    outcome, record, reasons = take(row(library))
    assert (outcome, record, [reason.code for reason in reasons]) == ("refused", None, ["reminder_first"])
    assert not Subject.objects.filter(kind="person").exists()


@pytest.mark.parametrize("sector", ["", "library"], ids=["told from the authority's name", "written in the row"])
def test_the_term_has_to_pass(library, sector):
    today = timezone.localdate()
    running = remind(library, 1, earlier=today - 10 * DAY, means="短信")
    passed = remind(library, 2, earlier=today - 60 * DAY, means="短信")
    assert running.respond_by >= today > passed.respond_by
    assert [reason.code for reason in take(row(library, 1, sector=sector))[2]] == ["reminder_running"]
    outcome, record, _reasons = take(row(library, 2, sector=sector))
    assert (outcome, record.sector) == ("taken", "library")
    assert take(row(library, 2, sector=sector))[0] == "known"


def test_on_its_last_day_the_term_still_runs(library, monkeypatch):
    reminder = remind(library)
    for day, outcome in ((reminder.respond_by, "refused"), (reminder.respond_by + DAY, "taken")):
        monkeypatch.setattr(timezone, "localdate", lambda *args, day=day: day)
        assert take(row(library))[0] == outcome


def test_the_term_is_a_rule_and_does_not_end_on_a_free_day(library):
    rule = Rule.objects.get(key="overdue.reminder_days")
    rule.value = 5
    rule.save()
    from datetime import date

    assert remind(library, earlier=date(2026, 9, 28), means="电话").respond_by == date(2026, 10, 8)


def test_what_was_put_right_is_not_recorded(library):
    reminder = remind(library, earlier=timezone.localdate() - 60 * DAY, means="短信")
    actions.note_corrected(user("library"), reminder)
    assert [reason.code for reason in take(row(library))[2]] == ["corrected_after_reminder"]


def test_the_letter_reaches_the_person_masked_and_numbered(library):
    reminder = remind(library)
    letter = Notice.objects.get(kind=Notice.Kind.PRIOR_REMINDER)
    assert letter.number.startswith("青图信提〔")
    assert letter.addressee.identity_number == reader_number()
    assert letter.facts["addressee"]["code"] == mask(reader_number())
    assert letter.facts["due_on"] == reminder.respond_by.isoformat()
    assert "第14项" in letter.facts["because"][0]["article"]
    assert not any(reader_number() in str(entry.data) for entry in Entry.objects.all())


#: who -> (may remind for the library, may note as corrected)
WHO = {
    "library": (True, True),
    "lead": (True, True),
    "approver": (True, True),
    "officer": (False, False),
    "auditor": (False, False),
    "administrator": (False, False),
    "reader": (False, False),
    "enterprise": (False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_remind(library, who):
    reminder = remind(library)
    actor, (reminds, notes) = user(who), WHO[who]
    assert bool(guards.can_remind(actor, library)) == reminds
    assert bool(guards.can_note_corrected(actor, reminder)) == notes
    if not reminds:
        before = Entry.objects.count()
        for attempt in (lambda: remind(library, 8, actor), lambda: actions.note_corrected(actor, reminder)):
            with pytest.raises(Refused):
                attempt()
        assert Entry.objects.count() == before


def test_an_office_of_another_sector_does_not_remind_first(players):
    assert guards.can_remind(user("officer"), players.authority).code == "not_this_sector"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity_number": "370299199806152219"}, "identity"),
        ({"document_number": "无"}, "document_number"),
        ({"earlier": timezone.localdate() + 3 * DAY, "means": "短信"}, "future"),
        ({"earlier": timezone.localdate() - 3 * DAY}, "no_means"),
        ({"document_number": "青图借(2026)第7号"}, "reminded"),
    ],
)
def test_bad_reminders_get_a_sentence(library, changes, code):
    remind(library)
    with pytest.raises(Refused) as refused:
        remind(library, **changes)
    assert (refused.value.verdict.code, PriorReminder.objects.count()) == (code, 1)


def test_the_demo_reader_is_told_repairs_and_is_never_published(players, client):
    call_command("demo", "--json")
    record = AdverseRecord.objects.get(subject__kind="person")
    assert (record.status, record.publicity_from) == (AdverseRecord.Status.WITHHELD, None)
    assert Notice.objects.filter(thing_id=str(record.pk)).count() == 2
    reader = user("reader")
    client.force_login(reader)
    assert record.document_number in client.get(reverse("portal:my_records")).content.decode()
    page = client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert mask(reader_number()) in page and reader_number() not in page
    inbox = client.get(reverse("notices:inbox")).content.decode()
    assert "提醒函" in inbox and "失信行为告知书" in inbox
    case = journey.repair.start(reader, record)
    journey.repair.describe(reader, case, timezone.localdate(), "图书已归还。", "1")
    cases.attach_evidence(reader, case, journey.receipt_picture(1), "performance")
    cases.sign_commitment(reader, case, READER)
    cases.submit(reader, case)
    cases.accept(user("library"), case)
    cases.recommend(user("library"), case, Case.Status.APPROVED, "图书已归还。")
    cases.decide(user("approver"), case, Case.Status.APPROVED)
    assert AdverseRecord.objects.get(pk=record.pk).status == AdverseRecord.Status.REPAIRED
    told = OutboundEvent.objects.filter(subject=record.public_id)
    assert [event.type for event in told] == [OutboundEvent.Type.REMOVED]
    assert reader_number() not in str(told[0].data) and READER not in str(told[0].data)
    client.logout()
    assert client.get(reverse("portal:entry", args=[record.public_id])).status_code == 404
    assert record.document_number not in client.get(reverse("portal:register"), {"q": READER}).content.decode()
    assert list(walk()) == []


def test_nothing_the_calendar_or_an_edited_rule_does_publishes_a_person(library):
    rule = Rule.objects.get(key="publicity.persons.publicised")
    rule.value = True
    rule.save()
    remind(library, earlier=timezone.localdate() - 60 * DAY, means="短信")
    _outcome, record, _reasons = take(row(library))
    AdverseRecord.objects.filter(pk=record.pk).update(
        publicity_from=record.decision_date, publicity_until=record.decision_date + 365 * DAY
    )
    assert sweep_publicity().started == []
    assert actions.bring_up_to_date(record.pk) == []
    with transaction.atomic():
        actions.defer(record, None, timezone.localdate() + DAY, "测试")
    sweep_publicity(timezone.localdate() + 2 * DAY)
    assert AdverseRecord.objects.get(pk=record.pk).status == AdverseRecord.Status.WITHHELD
    assert not OutboundEvent.objects.filter(subject=record.public_id).exists()
    assert not queries.public_records().exists()


def test_pages(library, client):
    url = reverse("records:prior_reminders")
    client.force_login(user("library"))
    assert url in client.get(reverse("records:changes")).content.decode()
    form = {"name": READER, "identity_number": "123", "document_number": "青图借〔2026〕7号", "matter": "逾期未还"}
    assert client.post(url, form).status_code == 422
    assert client.post(url, {**form, "identity_number": reader_number()}).status_code == 302
    page = client.get(url).content.decode()
    assert mask(reader_number()) in page and reader_number() not in page
    client.post(reverse("records:note_corrected", args=[PriorReminder.objects.get().pk]))
    assert "已改正，不记录" in client.get(url).content.decode()
    for who, status in (("officer", 200), ("enterprise", 403), ("auditor", 200)):
        client.force_login(user(who))
        answer = client.get(url)
        assert answer.status_code == status
        assert who == "auditor" or READER not in answer.content.decode()

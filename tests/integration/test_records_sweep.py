"""What the calendar does to records: begins, ends, resumes, reminds. Once, whoever asks and however late."""

import datetime as dt
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from exchange.models import OutboundEvent
from journal.models import Entry
from notices import actions as notices
from notices.models import Notice
from policy.models import Rule
from policy.workdays import add_months
from records import actions, queries
from records.actions.letters import LETTERS
from records.life import sweep as sweeping
from records.life.models import Reminder
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord
from tests.integration.test_casework_races import together
from tests.records_world import code, days_ago, draft, office

S = AdverseRecord.Status
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def at(monkeypatch):
    """Set the clock: ``at(2027, 1, 1)`` is noon in Beijing on that day."""

    def set_clock(*day):
        moment = dt.datetime(*day, 4, 0, tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock


def take(number: int = 12, **changes) -> AdverseRecord:
    with transaction.atomic():
        _outcome, record, reasons = actions.register(
            draft(document_number=f"青市监处罚〔2026〕{number}号", **changes), None, None
        )
    assert record is not None, reasons
    return record


def events(record) -> list[str]:
    return [
        event.type.rsplit(".", 1)[1] for event in OutboundEvent.objects.filter(subject=record.public_id).order_by("id")
    ]


def letters(record) -> list[str]:
    return list(Notice.objects.filter(thing_id=str(record.pk)).order_by("id").values_list("kind", flat=True))


def verbs(record) -> list[str]:
    return list(
        Entry.objects.filter(thing_id=str(record.pk), verb__startswith="records.").values_list("verb", flat=True)
    )


def fresh(record) -> AdverseRecord:
    return AdverseRecord.objects.get(pk=record.pk)


def test_publicity_stops_the_day_after_its_last_day_and_everybody_is_told(world):
    record = take()
    assert sweep_publicity(record.publicity_until).stopped == [], "the last day is still shown"
    swept = sweep_publicity(record.publicity_until + DAY)
    assert swept.stopped == [record.public_id]
    record = fresh(record)
    assert (record.status, record.removed_at is not None) == (S.EXPIRED, True)
    assert events(record) == ["published", "removed"]
    assert letters(record)[-1] == Notice.Kind.PUBLICITY_ENDED
    assert "records.expire" in verbs(record)


@pytest.mark.parametrize("late", [1, 5, 400], ids=["next day", "after a long weekend", "after a year of downtime"])
def test_however_late_it_comes_to_the_same_end_and_only_once(world, late):
    record = take()
    day = record.publicity_until + late * DAY
    first = sweep_publicity(day)
    second = sweep_publicity(day)
    assert (first.stopped, sum(second.counts().values())) == ([record.public_id], 0)
    assert events(record) == ["published", "removed"]
    assert letters(record).count(Notice.Kind.PUBLICITY_ENDED) == 1
    assert first.reminded == [], "what is over needs no reminder"


def test_the_turn_of_the_year(world, at):
    at(2026, 11, 23)
    ends = take(1, decision_date=dt.date(2025, 12, 31))
    at(2026, 12, 31)
    assert sweep_publicity().stopped == []
    assert queries.public_records().filter(pk=ends.pk).exists()
    at(2027, 1, 1)
    assert not queries.public_records().filter(pk=ends.pk).exists(), "hidden from the first minute, sweep or not"
    assert sweep_publicity().stopped == [ends.public_id]
    letter = Notice.objects.get(thing_id=str(ends.pk), kind=Notice.Kind.PUBLICITY_ENDED)
    assert (letter.year, letter.serial) == (2027, 1)
    event = OutboundEvent.objects.filter(subject=ends.public_id).latest("id")
    assert event.data["effective_on"] == "2027-01-01"


def test_a_leap_day_and_the_end_of_a_month_end_on_their_own_day(world):
    record = take(2, decision_date=dt.date(2024, 2, 29), serious_list=True)
    assert record.publicity_until == add_months(dt.date(2024, 2, 29), 36) == dt.date(2027, 2, 28)
    assert sweep_publicity(dt.date(2027, 2, 28)).stopped == []
    assert sweep_publicity(dt.date(2027, 3, 1)).stopped == [record.public_id]


def test_publicity_begins_on_its_first_day(world):
    """No rule of today puts the first day after registration; a record that was left waiting is started all the same."""
    record = take()
    AdverseRecord.objects.filter(pk=record.pk).update(
        status=S.REGISTERED, publicity_from=timezone.localdate() + 3 * DAY
    )
    OutboundEvent.objects.all().delete()
    assert sweep_publicity(timezone.localdate() + 2 * DAY).started == []
    assert sweep_publicity(timezone.localdate() + 3 * DAY).started == [record.public_id]
    assert fresh(record).status == S.PUBLICISED
    assert events(record) == ["published"]
    assert verbs(record)[-1] == "records.publicise"


def test_what_rules_withhold_is_never_started(world):
    take(3, category="警告", content="警告", fine_amount=None)
    assert sum(sweep_publicity(timezone.localdate() + 30 * DAY).counts().values()) == 0


def test_the_subject_is_reminded_once_when_the_minimum_period_is_reached(world):
    record = take()
    assert record.remind_on == record.earliest_application
    assert sweep_publicity(record.earliest_application - DAY).reminded == []
    assert sweep_publicity(record.earliest_application + 40 * DAY).reminded == [record.public_id]
    assert sweep_publicity(record.earliest_application + 41 * DAY).reminded == []
    reminder = Reminder.objects.get()
    assert (reminder.record_id, reminder.since) == (record.pk, record.earliest_application)
    assert verbs(record).count("records.notified") == 1
    assert list(queries.reminders_of(world.enterprise)) == [reminder]
    assert list(queries.reminders_of(world.stranger)) == []
    # A correction that works the window out again does not remind a second time.
    with transaction.atomic():
        actions.correct(fresh(record), world.officer, "decision_date", days_ago(2).isoformat(), "测试")
    assert fresh(record).remind_on is not None
    assert sweep_publicity(timezone.localdate() + 200 * DAY).reminded == []
    assert fresh(record).remind_on is None


def test_what_could_be_applied_for_from_the_beginning_needs_no_reminder(world):
    record = take(decision_date=days_ago(200))
    assert record.remind_on is None
    assert sweep_publicity(timezone.localdate() + 10 * DAY).reminded == []


def test_a_reminder_is_on_the_page_until_the_record_was_opened(world, client):
    record = take()
    sweep_publicity(record.earliest_application)
    client.force_login(world.enterprise)
    assert "起可以申请修复：" in client.get(_mine()).content.decode()
    client.get(_mine(record))
    assert "起可以申请修复：" not in client.get(_mine()).content.decode()
    assert Reminder.objects.get().seen_at is not None


def _mine(record=None) -> str:
    from django.urls import reverse

    return reverse("portal:my_record", args=[record.public_id]) if record else reverse("portal:my_records")


def test_one_that_cannot_be_stopped_keeps_nobody_back(world, monkeypatch, capsys):
    broken, sound = take(1), take(2)
    real = sweeping.bring_up_to_date

    def fail(pk, today):
        if pk == broken.pk:
            raise DatabaseError("locked")
        return real(pk, today)

    monkeypatch.setattr(sweeping, "bring_up_to_date", fail)
    swept = sweep_publicity(broken.publicity_until + DAY)
    assert (swept.stopped, swept.failed) == ([sound.public_id], [broken.public_id])
    monkeypatch.undo()
    assert sweep_publicity(broken.publicity_until + DAY).stopped == [broken.public_id]


def test_the_command_says_what_it_did(world, at, capsys):
    at(2026, 11, 23)
    record = take(decision_date=dt.date(2026, 11, 2))
    at(2027, 11, 3)
    call_command("publicity", "sweep", "--json")
    report = json.loads(capsys.readouterr().out)
    empty = dict.fromkeys(["started", "reverted", "reminded", "failed"], [])
    assert report == {"today": "2027-11-03", "stopped": [record.public_id], **empty}
    call_command("publicity", "sweep")
    assert "没有需要变动的信息" in capsys.readouterr().out


def test_the_command_fails_when_a_record_does(world, monkeypatch, capsys):
    record = take()
    monkeypatch.setattr(sweeping, "bring_up_to_date", lambda pk, today: (_ for _ in ()).throw(DatabaseError("x")))
    monkeypatch.setattr(timezone, "localdate", lambda *args: record.publicity_until + DAY)
    with pytest.raises(SystemExit):
        call_command("publicity", "sweep", "--json")
    assert json.loads(capsys.readouterr().out)["failed"] == [record.public_id]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_each_thing_once():
    office()
    records = [take(number) for number in range(1, 9)]
    day = records[0].publicity_until + DAY
    results = together(lambda: sweep_publicity(day), lambda: sweep_publicity(day))
    assert all(isinstance(result, sweeping.Swept) for result in results), results
    assert sorted(results[0].stopped + results[1].stopped) == sorted(record.public_id for record in records)
    for record in records:
        assert events(record) == ["published", "removed"]
        assert letters(record).count(Notice.Kind.PUBLICITY_ENDED) == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_do_each_thing_once():
    office()
    records = [take(number) for number in range(1, 13)]
    AdverseRecord.objects.update(publicity_until=days_ago(1))
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "manage.py", "publicity", "sweep", "--json"],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _process in range(2)
    ]
    outputs = [process.communicate(timeout=90) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    stopped = [public_id for out, _error in outputs for public_id in json.loads(out)["stopped"]]
    assert sorted(stopped) == sorted(record.public_id for record in records)
    assert Notice.objects.filter(kind=Notice.Kind.PUBLICITY_ENDED).count() == len(records)


@pytest.mark.parametrize("waits", [False, True])
def test_publicity_waits_for_service_only_where_a_rule_says_so(world, waits):
    rule = Rule.objects.get(key="publicity.waits_for_service")
    rule.value = waits
    rule.save()
    record = take()
    assert record.status == (S.REGISTERED if waits else S.PUBLICISED)
    assert queries.search_register(code(11)).exists() is not waits
    assert sweep_publicity().started == []


def open_letters(world, record, *kinds) -> None:
    for notice in Notice.objects.filter(thing_id=str(record.pk), kind__in=kinds or LETTERS):
        Notice.objects.filter(pk=notice.pk).update(rendering="rendered", pdf="x.pdf", sha256="0" * 64)
        notices.serve(world.enterprise, notice)


def test_notified_means_that_both_letters_were_opened(world):
    record = take()
    open_letters(world, record, Notice.Kind.REPAIR_GUIDANCE)
    assert fresh(record).notified_at is None
    open_letters(world, record, Notice.Kind.ADVERSE_RECORD)
    served = Notice.objects.get(thing_id=str(record.pk), kind=Notice.Kind.ADVERSE_RECORD).service.served_at
    assert (fresh(record).notified_at, fresh(record).status) == (served, S.PUBLICISED)
    assert verbs(record).count("records.notify") == 1
    open_letters(world, record)
    assert verbs(record).count("records.notify") == 1
    assert events(record) == ["published"]


def test_where_a_rule_says_so_publicity_begins_with_the_second_letter(world):
    rule = Rule.objects.get(key="publicity.waits_for_service")
    rule.value = True
    rule.save()
    record, other = take(1), take(2)
    open_letters(world, record)
    assert (fresh(record).status, fresh(other).status) == (S.PUBLICISED, S.REGISTERED)
    assert events(record) == ["published"]
    rule.value = False
    rule.save()
    assert sweep_publicity().started == [other.public_id], "the rule was lifted: nobody waits any more"
    with transaction.atomic():
        actions.revoke(other, None, "测试", "测试")
    open_letters(world, other)
    assert (fresh(other).status, fresh(other).notified_at is not None) == (S.REVOKED, True)


def test_one_that_waits_to_its_last_day_ends_without_a_word_to_platforms(world):
    rule = Rule.objects.get(key="publicity.waits_for_service")
    rule.value = True
    rule.save()
    record = take()
    assert sweep_publicity(record.publicity_until + DAY).stopped == [record.public_id]
    assert events(record) == [] and Notice.Kind.PUBLICITY_ENDED not in letters(record)


def test_more_than_one_batch_and_some_that_cannot_be_done(world, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    records = [take(number) for number in range(1, 8)]
    broken = {record.pk for record in records[:3]}
    real = sweeping.bring_up_to_date

    def fail(pk, today):
        if pk in broken:
            raise DatabaseError("locked")
        return real(pk, today)

    monkeypatch.setattr(sweeping, "bring_up_to_date", fail)
    swept = sweep_publicity(records[0].publicity_until + DAY)
    assert sorted(swept.failed) == sorted(record.public_id for record in records[:3])
    assert sorted(swept.stopped) == sorted(record.public_id for record in records[3:])

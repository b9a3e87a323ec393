"""申请延期: asked by the subject, decided by two people, not publicised until the day, back by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import actions as cases
from casework import desk
from casework.models import Case
from config import journey
from config.invariants import walk
from deferrals import guards
from deferrals.limits import latest_day
from exchange.models import OutboundEvent
from notices.models import Notice
from parties.models import User
from policy.models import Rule
from policy.verdict import Refused
from policy.workdays import add_months
from records import queries
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord
from tests.integration.test_casework_cells import bring_to, release_task

pytestmark = pytest.mark.django_db
S, R = Case.Status, AdverseRecord.Status
DAY = timedelta(days=1)


@pytest.fixture
def players():
    return journey.cast()


def events(record):
    told = OutboundEvent.objects.filter(subject=record.public_id).order_by("id")
    return [(event.type.rsplit(".", 1)[1], event.data["reason"]) for event in told]


def fresh(record):
    return AdverseRecord.objects.get(pk=record.pk)


def test_granted_it_is_hidden_until_the_day_and_back_the_day_after(players):
    story = journey.deferral_story(players, 8000)
    record, until = story.record, add_months(timezone.localdate(), 3)
    assert (record.status, record.deferred_until) == (R.DEFERRED, until)
    assert not queries.public_records().filter(pk=record.pk).exists()
    letter = Notice.objects.get(thing_id=str(story.case.pk), kind=Notice.Kind.DEFERRAL_APPROVAL)
    assert letter.issuer == players.authority, "decided by the authority that decided (行政处罚法 66)"
    assert letter.number.startswith("青市监信延〔")
    assert letter.facts["deferral"]["until"] == until.isoformat()
    assert any("第六十六条" in line["article"] for line in letter.facts["because"])
    assert sweep_publicity(until).reverted == [], "the last day still counts"
    assert sweep_publicity(until + DAY).reverted == [record.public_id]
    assert sweep_publicity(until + DAY).reverted == []
    record = fresh(record)
    assert (record.status, record.deferred_until) == (R.PUBLICISED, None)
    assert events(record) == [("published", "registered"), ("removed", "deferred"), ("published", "deferral_over")]
    assert list(walk()) == []


def test_the_publicity_period_runs_on_and_may_end_meanwhile(players):
    story = journey.deferral_story(players, 8010)
    until = story.record.publicity_until
    AdverseRecord.objects.filter(pk=story.record.pk).update(deferred_until=until + 30 * DAY)
    assert sweep_publicity(until + DAY).stopped == [story.record.public_id]
    assert fresh(story.record).status == R.EXPIRED
    assert events(story.record)[-1] == ("removed", "deferred"), "platforms had taken it down already"
    assert not Notice.objects.filter(kind=Notice.Kind.PUBLICITY_ENDED).exists()


def test_what_was_never_publicised_is_not_published_afterwards(players):
    story = journey.deferral_story(players, 8020)
    AdverseRecord.objects.filter(pk=story.record.pk).update(publicity_from=None, publicity_until=None)
    sweep_publicity(story.record.deferred_until + DAY)
    assert fresh(story.record).status == R.WITHHELD
    assert events(story.record)[-1] == ("removed", "deferred")


def test_a_deferred_record_can_be_repaired_corrected_and_deferred_again(players):
    from django.db import transaction

    from records import actions as records

    record = journey.deferral_story(players, 8030).record
    with transaction.atomic():
        records.correct(record, players.officer, "fine_amount", "400.00", "测试")
    assert fresh(record).status == R.DEFERRED, "a correction does not end a deferral"
    later = record.deferred_until + 10 * DAY
    with transaction.atomic():
        records.defer(record, players.officer, later, "测试")
    assert fresh(record).deferred_until == later
    case = journey.apply_for_repair(players, fresh(record), 8030)
    cases.accept(players.officer, case)
    cases.recommend(players.officer, case, S.APPROVED, "已履行")
    cases.decide(players.approver, case, S.APPROVED)
    assert fresh(record).status == R.REPAIRED
    assert sweep_publicity(later + DAY).reverted == []


def test_refused_changes_nothing_and_gives_reasons_and_remedies(players):
    story = journey.deferral_story(players, 8040, granted=False)
    assert (story.record.status, story.case.status) == (R.PUBLICISED, S.NOT_GRANTED)
    letter = Notice.objects.get(thing_id=str(story.case.pk), kind=Notice.Kind.DEFERRAL_REFUSAL)
    assert letter.facts["reasons"][0]["code"] == "E-F01"
    assert letter.facts["remedies"]["review_days"] == 60
    assert list(walk()) == []


def test_the_proposer_does_not_decide_and_sees_it_on_nobodys_desk_but_his_colleagues(players):
    case = bring_to(players, "deferral", S.RECOMMENDED, 8050)
    with pytest.raises(Refused) as refused:
        cases.decide(players.officer, case, S.GRANTED)
    assert refused.value.verdict.code == "same_person"
    release_task(case)
    on_desk = {
        name: desk.tasks_of(User.objects.get(username=name)).count()
        for name in ("officer", "officer2", "safety", "approver")
    }
    assert on_desk == {"officer": 0, "officer2": 1, "safety": 0, "approver": 1}


def test_a_day_that_has_passed_meanwhile_goes_back(players, monkeypatch):
    case = bring_to(players, "deferral", S.RECOMMENDED, 8060)
    day = case.granted_until + DAY
    monkeypatch.setattr(timezone, "localdate", lambda *args: day)
    with pytest.raises(Refused) as refused:
        cases.decide(players.colleague, case, S.GRANTED)
    assert refused.value.verdict.code == "day_over" and "退回" in refused.value.verdict.cure
    assert Case.objects.get(pk=case.pk).status == S.RECOMMENDED


@pytest.mark.parametrize(("days", "code"), [(0, "day_over"), (-3, "day_over"), (400, "too_far")])
def test_days_that_cannot_be_asked_for(players, days, code):
    record = journey.take_in(players, 8070)
    case = journey.deferrals.start(players.clerk, record)
    with pytest.raises(Refused) as refused:
        journey.deferrals.describe(
            players.clerk, case, ground="other", requested_until=timezone.localdate() + days * DAY, statement="x"
        )
    assert (refused.value.verdict.code, refused.value.status) == (code, 422)


def test_the_longest_deferral_is_a_rule(players):
    assert latest_day(timezone.localdate()) == add_months(timezone.localdate(), 6)
    rule = Rule.objects.get(key="deferral.maximum_months")
    rule.value = 1
    rule.save()
    assert latest_day(timezone.localdate()) == add_months(timezone.localdate(), 1)


def test_asking_is_for_the_subject_and_for_live_records_and_once(players):
    record = journey.take_in(players, 8080)
    stranger = User.objects.get(username="enterprise2")
    assert guards.can_ask(stranger, record).code == "not_yours"
    case = journey.deferrals.start(players.clerk, record)
    assert journey.deferrals.start(players.clerk, record).pk == case.pk, "a second click makes no second one"
    rule = Rule.objects.get(key="relief.ways")
    rule.value = ["performance"]
    rule.save()
    assert guards.can_ask(players.clerk, record).code == "not_offered"
    AdverseRecord.objects.filter(pk=record.pk).update(status=R.REVOKED)
    assert guards.can_ask(players.clerk, fresh(record)).code == "not_live"


def test_pages_from_the_record_to_the_decision(players, client):
    record = journey.take_in(players, 8090)
    client.force_login(players.clerk)
    ask = reverse("deferrals:apply", args=[record.public_id])
    assert ask in client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert "第六十六条" in client.get(ask).content.decode()
    client.post(ask)
    case = guards.open_case(record)
    describe = reverse("deferrals:describe", args=[case.pk])
    form = {"version": case.version, "ground": "hardship", "statement": "周转困难", "contact_phone": "1"}
    assert client.post(describe, {**form, "requested_until": "2020-01-01"}).status_code == 422
    until = timezone.localdate() + 30 * DAY
    assert client.post(describe, {**form, "requested_until": until.isoformat()}).status_code == 302
    client.post(reverse("casework:evidence", args=[case.pk]), {"file": journey.receipt_picture(8090)})
    check = reverse("casework:check", args=[case.pk])
    page = client.get(check).content.decode()
    assert "信用承诺书" not in page
    version = Case.objects.get(pk=case.pk).version
    assert client.post(check, {"version": version}).url == reverse("casework:submitted", args=[case.pk])
    client.force_login(players.officer)
    cases.accept(players.officer, Case.objects.get(pk=case.pk))
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "准予延期至" in page and until.isoformat() in page
    version = Case.objects.get(pk=case.pk).version
    url = reverse("casework:verb", args=[case.pk, "recommend"])
    answer = {"recommend-version": version, "recommend-outcome": "granted", "recommend-opinion": "属实"}
    assert client.post(url, {**answer, "recommend-granted_until": ""}).status_code == 422
    assert client.post(url, {**answer, "recommend-granted_until": until.isoformat()}).status_code == 302
    client.force_login(players.colleague)
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "暂不公示并签发决定书" in page
    version = Case.objects.get(pk=case.pk).version
    client.post(
        reverse("casework:verb", args=[case.pk, "decide"]), {"decide-version": version, "decide-outcome": "granted"}
    )
    assert fresh(record).status == R.DEFERRED
    client.force_login(players.clerk)
    assert "已准予延期履行" in client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert client.get(reverse("deferrals:case", args=[case.pk])).status_code == 200

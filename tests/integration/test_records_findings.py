"""False materials and broken commitments: found by two people, they bar; lifted by two people, they do not."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework import actions as cases
from casework.models import Case
from config import journey
from config.invariants import walk
from journal.models import Entry
from journal.reading import verify
from parties.models import Agency, User
from policy.verdict import Refused
from policy.workdays import add_months
from records.eligibility import card
from records.findings import actions, guards
from records.findings.models import Finding
from records.guards import can_take_back
from records.models import AdverseRecord
from records.uploads import inspect
from repair.guards import can_apply
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_records_sweep import take
from tests.records_world import days_ago, office

pytestmark = pytest.mark.django_db
K, S = Finding.Kind, Finding.Status
OLD = days_ago(200)


@pytest.fixture
def world(db):
    world = office()
    world.second = User.objects.create_user("second", role=User.Role.OFFICER, authority=world.market)
    world.record = take(decision_date=OLD)
    return world


def propose(world, actor=None, **changes) -> Finding:
    facts = {
        "kind": K.FALSE_MATERIALS,
        "found_on": days_ago(10),
        "reason": "缴款凭证系伪造，经收款银行核实没有这笔缴款。",
        "document": inspect(journey.receipt_picture(1)),
    }
    return actions.propose(actor or world.officer, world.record, **{**facts, **changes})


def standing(world, **changes) -> Finding:
    return actions.confirm(world.approver, propose(world, **changes))


def bars(record) -> list[str]:
    known = {"false_materials", "broken_commitment"}
    return [condition.code for condition in card(record).missing if condition.code in known]


def test_a_report_alone_bars_nobody(world):
    assert card(world.record).can_apply
    finding = propose(world)
    assert finding.status == S.PROPOSED and card(world.record).can_apply


@pytest.mark.parametrize("kind", list(K))
def test_confirmed_by_another_it_bars_with_its_last_day_and_article(world, kind):
    standing(world, kind=kind)
    found = card(world.record)
    (bar,) = [condition for condition in found.missing if condition.code == kind]
    last = add_months(days_ago(10), 36)
    assert f"{last.year}年{last.month}月{last.day}日" in bar.cure
    assert bar.basis.title == "失信行为纠正后的信用信息修复管理办法（试行）"
    assert not found.can_apply and found.earliest == last + dt.timedelta(days=1)
    verdict = can_apply(world.enterprise, world.record)
    assert (verdict.allowed, verdict.code) == (False, str(kind))


def test_it_bars_the_subjects_other_records_and_nobody_elses(world):
    other = take(13, decision_date=OLD)
    from tests.records_world import code

    stranger = take(14, decision_date=OLD, subject_name="青禾云岫商贸有限公司", subject_code=code(12))
    standing(world)
    assert bars(other) == ["false_materials"] and bars(stranger) == []


def test_after_its_years_it_is_over(world):
    finding = standing(world)
    last = add_months(finding.found_on, 36)
    assert not card(world.record, today=last).can_apply
    assert "false_materials" not in [c.code for c in card(world.record, today=last + dt.timedelta(days=1)).missing]


def test_dismissed_it_never_bars(world):
    finding = actions.dismiss(world.approver, propose(world), "银行已更正，款项确已缴纳。")
    assert (finding.status, bars(world.record)) == (S.DISMISSED, [])
    propose(world)  # another report may follow


def test_lifted_by_two_people_it_bars_no_more(world):
    finding = actions.propose_lift(world.officer, standing(world), "复核后认定材料真实。")
    assert bars(world.record) == ["false_materials"], "a proposal alone lifts nothing"
    finding = actions.lift(world.approver, finding)
    assert (finding.status, bars(world.record)) == (S.LIFTED, [])
    verbs = list(Entry.objects.filter(verb__contains="finding").order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["records.propose_finding", "records.confirm_finding", "records.lift_finding"]
    assert Entry.objects.filter(verb="records.propose_lift").exists() and verify().ok


def test_not_lifted_it_bars_on(world):
    finding = actions.propose_lift(world.officer, standing(world), "请求撤销。")
    finding = actions.keep(world.approver, finding, "没有新的证据。")
    assert (finding.status, bars(world.record)) == (S.STANDING, ["false_materials"])


#: who -> (may propose, may confirm what the officer proposed)
WHO = {
    "officer": (True, False),
    "second": (True, False),
    "lead_officer": (True, True),
    "approver": (True, True),
    "colleague": (False, False),
    "auditor": (False, False),
    "administrator": (False, False),
    "enterprise": (False, False),
    "stranger": (False, False),
    "platform": (False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_propose_confirm_and_lift(world, who):
    actor, (may_propose, may_settle) = getattr(world, who), WHO[who]
    assert bool(guards.can_propose(actor, world.record)) == may_propose
    finding = propose(world)
    verdict = guards.can_settle(actor, finding)
    assert bool(verdict) == may_settle and (verdict or verdict.reason)
    if not verdict:
        before = Entry.objects.count()
        with pytest.raises(Refused):
            actions.confirm(actor, finding)
        assert (Entry.objects.count(), Finding.objects.get().status) == (before, S.PROPOSED)
    finding = actions.confirm(world.lead_officer, finding)
    assert bool(guards.can_propose_lift(actor, finding)) == may_propose
    finding = actions.propose_lift(world.officer, finding, "请求撤销。")
    assert bool(guards.can_settle_lift(actor, finding)) == may_settle


def test_nobody_confirms_or_lifts_his_own(world):
    finding = propose(world, actor=world.approver)
    assert guards.can_settle(world.approver, finding).code == "same_person"
    finding = actions.confirm(world.lead_officer, finding)
    finding = actions.propose_lift(world.approver, finding, "请求撤销。")
    assert guards.can_settle_lift(world.approver, finding).code == "same_person"


def test_the_subjects_own_people_take_no_part(world):
    finding = propose(world)
    Agency.objects.create(user=world.approver, subject=world.subject)
    assert guards.can_settle(world.approver, finding).code == "own_record"


def test_the_database_itself_refuses_one_person_twice(world):
    finding = propose(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(
            status=S.STANDING, settled_by=world.officer, settled_at=timezone.now()
        )
    actions.confirm(world.approver, finding)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(
            status=S.LIFTED, lift_proposed_by=world.officer, lifted_by=world.officer
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"found_on": days_ago(-1)}, "found_on"),
        ({"found_on": days_ago(300)}, "found_on"),
        ({"reason": " \x00 "}, "no_reason"),
    ],
)
def test_bad_reports_get_a_sentence_and_leave_nothing(world, changes, code):
    with pytest.raises(Refused) as refused:
        propose(world, **changes)
    assert (refused.value.verdict.code, refused.value.status, Finding.objects.count()) == (code, 422, 0)


def test_the_same_is_reported_once(world):
    propose(world)
    with pytest.raises(Refused) as refused:
        propose(world, actor=world.second)
    assert (refused.value.verdict.code, refused.value.status) == ("reported", 409)
    propose(world, kind=K.BROKEN_COMMITMENT)


def test_settling_twice_says_so(world):
    finding = standing(world)
    with pytest.raises(Refused) as refused:
        actions.dismiss(world.lead_officer, finding, "不")
    assert refused.value.status == 409


def test_a_record_with_a_finding_is_not_taken_back_with_its_import(world):
    records = AdverseRecord.objects.filter(pk=world.record.pk)
    assert can_take_back(records)
    finding = propose(world)
    assert can_take_back(records).code == "finding_exists"
    actions.dismiss(world.approver, finding, "不成立")
    assert can_take_back(records)


def test_pages_from_report_to_lifting(world, client):
    client.force_login(world.officer)
    record_page = reverse("portal:my_record", args=[world.record.public_id])
    report = reverse("records:report_finding", args=[world.record.public_id])
    assert report in client.get(record_page).content.decode()
    assert client.post(report, {"kind": ""}).status_code == 422
    form = {
        "kind": "false_materials",
        "found_on": days_ago(1).isoformat(),
        "reason": "凭证系伪造。",
        "file": SimpleUploadedFile("银行复函.png", journey.receipt_picture(1).read()),
    }
    page = client.post(report, form, follow=True)
    assert page.status_code == 200
    finding = Finding.objects.get()
    own = reverse("records:finding", args=[finding.pk])
    confirm = reverse("records:act_on_finding", args=[finding.pk, "confirm"])
    assert confirm not in page.content.decode()
    assert client.post(confirm).status_code == 403
    client.force_login(world.enterprise)
    assert client.get(own).status_code == 403, "nothing is held against anybody before it is confirmed"
    client.force_login(world.approver)
    assert own in client.get(reverse("records:changes")).content.decode()
    assert confirm in client.get(own).content.decode()
    client.post(confirm)
    client.force_login(world.enterprise)
    mine = client.get(record_page).content.decode()
    assert own in mine and "查明提交过虚假材料" in mine and "失信行为纠正后的信用信息修复管理办法" in mine
    page = client.get(own).content.decode()
    assert "限制到" in page and "陈述、申辩" in page and "second" not in page and "officer" not in page
    assert client.get(reverse("records:finding_proof", args=[finding.pk])).status_code == 200
    client.force_login(world.stranger)
    assert client.get(own).status_code == 403
    client.force_login(world.officer)
    lift = reverse("records:act_on_finding", args=[finding.pk, "propose_lift"])
    assert client.post(lift, {"propose_lift-note": ""}).status_code == 422
    client.post(lift, {"propose_lift-note": "复核后认定真实。"})
    client.force_login(world.lead_officer)
    client.post(reverse("records:act_on_finding", args=[finding.pk, "lift"]))
    assert Finding.objects.get().status == S.LIFTED
    assert client.post(reverse("records:act_on_finding", args=[finding.pk, "nothing"])).status_code == 404


def refuse(players, codes) -> Case:
    case = bring_to(players, "repair", Case.Status.RECOMMENDED, 1)
    cases.decide(players.approver, case, "refused", "凭证经核实系伪造。", codes)
    return Case.objects.get(pk=case.pk)


def test_a_repair_refused_for_false_materials_is_a_finding_of_its_two_people(db):
    players = journey.cast()
    case = refuse(players, ["R-F04"])
    finding = Finding.objects.get()
    assert (finding.case_number, finding.status, finding.kind) == (case.number, S.STANDING, K.FALSE_MATERIALS)
    assert (finding.proposed_by, finding.settled_by) == (players.officer, players.approver)
    assert finding.found_on == timezone.localdate()
    assert bars(case.record) == ["false_materials"]
    assert can_apply(players.clerk, case.record).code == "false_materials"
    assert not list(walk(["finding"]))


def test_a_repair_refused_for_another_reason_is_none(db):
    case = refuse(journey.cast(), ["R-F01"])
    assert not Finding.objects.exists() and bars(case.record) == []
    assert not list(walk(["finding"]))


def test_the_officer_sees_the_bar_among_what_he_checks(db, client):
    players = journey.cast()
    case = bring_to(players, "repair", Case.Status.ACCEPTED, 1)
    lead = User.objects.get(username="lead")
    document = inspect(journey.receipt_picture(1))
    finding = actions.propose(
        players.officer, case.record, kind=K.BROKEN_COMMITMENT, found_on=timezone.localdate(), reason="未兑现承诺。",
        document=document,
    )  # fmt: skip
    actions.confirm(lead, finding)
    client.force_login(players.officer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "查明违反信用承诺" in page


def test_what_two_people_did_not_write_down_is_found(world):
    standing(world)
    assert not list(walk(["finding"]))
    Finding.objects.update(found_on=days_ago(1))
    assert [broken.promise for broken in walk(["finding"])] == ["finding"]

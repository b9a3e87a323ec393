"""A case whose record is annulled, runs out or is repaired meanwhile ends by itself: told, journaled, no task left."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import actions, timeline
from casework.actions.ending import ENDS
from casework.kinds import specific
from casework.models import Case
from casework.todo import open_task
from config import journey
from config.invariants import walk
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.models import User
from policy.verdict import Refused
from policy.workdays import add_months
from records import actions as records
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord
from records.uploads import inspect
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_casework_races import together, winners

S, R = Case.Status, AdverseRecord.Status
DAY = dt.timedelta(days=1)


@pytest.fixture
def players(db):
    return journey.cast()


def report(players, record, kind="annul", **values):
    return records.report_change(
        players.officer,
        record,
        kind=kind,
        document_number="青政复决〔2026〕9号",
        effective_on=timezone.localdate(),
        decided_by="区人民政府",
        reason="主要事实不清，依法撤销。",
        document=inspect(journey.receipt_picture(1)),
        values=values or None,
    )


def annul(players, record) -> None:
    records.confirm_change(players.colleague, report(players, record))


def expire(record) -> None:
    record = AdverseRecord.objects.get(pk=record.pk)
    assert record.public_id in sweep_publicity(record.publicity_until + DAY).stopped


def fresh(case) -> Case:
    return specific(Case.objects.get(pk=case.pk))


def deferral_about(players, record) -> Case:
    case = journey.deferrals.start(players.clerk, record)
    until = add_months(timezone.localdate(), 2)
    journey.deferrals.describe(
        players.clerk, case, ground="hardship", requested_until=until, statement="周转困难", contact_phone="1"
    )
    actions.attach_evidence(players.clerk, case, journey.receipt_picture(1), "deferral")
    return actions.submit(players.clerk, case)


def objection_about(players, record) -> Case:
    case = journey.objections.start(players.clerk, record)
    journey.objections.describe(
        players.clerk, case, ground="wrong", field="", claimed_value="", statement="写错了", contact_phone="1"
    )
    actions.attach_evidence(players.clerk, case, journey.receipt_picture(1), "objection")
    actions.sign_commitment(players.clerk, case, "张三")
    return actions.submit(players.clerk, case)


def ended(case, code: str) -> bool:
    """Whether everything that belongs to an ended case is there."""
    case = fresh(case)
    if case.status != S.ENDED:
        return False
    notice = Notice.objects.get(thing_type="casework.case", thing_id=str(case.pk), kind=Notice.Kind.CASE_ENDED)
    line = Entry.objects.get(thing_type="casework.case", thing_id=str(case.pk), verb=f"{case.kind}.end")
    assert [reason["code"] for reason in notice.facts["reasons"]] == line.data["reasons"] == [code]
    assert (line.actor_id, line.data["notice"]) == (None, notice.number)
    assert case.closed_at is not None and open_task(case) is None
    assert case.process.status == "CANCELED"
    return True


OPEN_CELLS = [(kind, state) for kind in ("repair", "objection", "deferral") for state in Case.OPEN]


@pytest.mark.parametrize(("kind", "state"), OPEN_CELLS)
def test_an_annulment_ends_every_kind_in_every_open_state(players, kind, state):
    case = bring_to(players, kind, state, 100 + OPEN_CELLS.index((kind, state)))
    annul(players, case.record)
    assert ended(case, "T-01")
    assert not AdverseRecord.objects.get(pk=case.record_id).objection_marked
    assert list(walk()) == []


def test_the_applicant_is_told_and_reads_why(players, client):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    annul(players, case.record)
    client.force_login(players.clerk, backend="django.contrib.auth.backends.ModelBackend")
    inbox = client.get(reverse("notices:inbox")).content.decode()
    assert "终止办理通知书" in inbox and f"{case.number} 已终止办理" in inbox
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "已终止办理" in page and "您不需要做什么" in page and "终止办理通知书" in page
    titles = [step["title"] for step in timeline.steps(fresh(case))]
    assert "信息不再公示或使用，终止办理" in titles
    desk = User.objects.get(username="officer")
    client.force_login(desk, backend="django.contrib.auth.backends.ModelBackend")
    assert case.number not in client.get(reverse("casework:desk")).content.decode()
    assert client.get(reverse("casework:case", args=[case.pk])).status_code == 200


def test_an_ended_case_can_not_be_gone_on_with(players):
    case = bring_to(players, "repair", S.SUBMITTED, 1)
    annul(players, case.record)
    for verb in (
        lambda: actions.accept(players.officer, case),
        lambda: actions.withdraw(players.clerk, case),
        lambda: actions.decline(players.officer, case, ["R-D04"]),
    ):
        with pytest.raises(Refused):
            verb()


def test_a_dismissed_report_ends_nothing(players):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    records.dismiss_change(players.colleague, report(players, case.record), "说的是另一份决定。")
    assert fresh(case).status == S.ACCEPTED


def test_other_records_cases_go_on(players):
    case, other = (bring_to(players, "repair", S.ACCEPTED, number) for number in (1, 2))
    annul(players, case.record)
    assert fresh(other).status == S.ACCEPTED


def test_a_draft_is_left_to_its_owner_and_cannot_be_handed_in(players):
    case = bring_to(players, "repair", S.DRAFT, 1)
    annul(players, case.record)
    assert fresh(case).status == S.DRAFT
    with pytest.raises(Refused) as refused:
        actions.submit(players.clerk, case)
    assert refused.value.verdict.code == "live"


def test_three_cases_of_one_record_end_together(players):
    repair = bring_to(players, "repair", S.RECOMMENDED, 1)
    objection, deferral = objection_about(players, repair.record), deferral_about(players, repair.record)
    actions.accept(players.officer, objection)
    annul(players, repair.record)
    assert all(ended(case, "T-01") for case in (repair, objection, deferral))
    types = list(OutboundEvent.objects.filter(subject=repair.record.public_id).values_list("type", flat=True))
    assert types.count("cn.xinxiu.record.revoked") == 1
    assert list(walk()) == []


def test_an_upheld_objection_ends_the_others_not_itself(players):
    repair = bring_to(players, "repair", S.ACCEPTED, 1)
    objection = objection_about(players, repair.record)
    actions.accept(players.officer, objection)
    journey.objections.verify(players.officer, fresh(objection), remedy="revoke")
    actions.recommend(players.officer, objection, S.UPHELD, "属实")
    actions.decide(players.approver, objection, S.UPHELD)
    assert fresh(objection).status == S.UPHELD
    assert ended(repair, "T-02")
    assert list(walk()) == []


@pytest.mark.parametrize("kind", ["repair", "deferral"])
@pytest.mark.parametrize("state", [S.SUBMITTED, S.RECOMMENDED])
def test_when_the_record_runs_out_repair_and_deferral_end(players, kind, state):
    case = bring_to(players, kind, state, 1)
    expire(case.record)
    assert ended(case, "T-03")
    assert list(walk(["case", "flow", "notice", "journal"])) == []


@pytest.mark.parametrize("state", [S.SUBMITTED, S.ACCEPTED])
def test_an_objection_goes_on_after_the_record_ran_out(players, state):
    case = bring_to(players, "objection", state, 1)
    expire(case.record)
    assert fresh(case).status == state
    if state == S.SUBMITTED:
        actions.accept(players.officer, case)  # no mark where there is nothing on show
        assert not AdverseRecord.objects.get(pk=case.record_id).objection_marked
    journey.objections.verify(players.officer, fresh(case), remedy="revoke")
    actions.recommend(players.officer, case, S.UPHELD, "属实")
    actions.decide(players.approver, case, S.UPHELD)
    record = AdverseRecord.objects.get(pk=case.record_id)
    assert (fresh(case).status, record.status, record.objection_marked) == (S.UPHELD, R.REVOKED, False)
    assert list(walk(["case", "flow", "notice", "journal", "objection_mark"])) == []


def test_when_the_record_is_repaired_a_deferral_ends_and_an_objection_goes_on(players):
    repair = bring_to(players, "repair", S.RECOMMENDED, 1)
    objection, deferral = objection_about(players, repair.record), deferral_about(players, repair.record)
    actions.decide(players.approver, repair, S.APPROVED)
    assert fresh(repair).status == S.APPROVED
    assert ended(deferral, "T-04")
    actions.accept(players.officer, objection)
    actions.recommend(players.officer, objection, S.DISMISSED, "记载无误", ["O-N01"])
    actions.decide(players.approver, objection, S.DISMISSED, codes=["O-N01"])
    assert fresh(objection).status == S.DISMISSED
    assert list(walk()) == []


def test_a_change_upstream_by_which_the_period_is_over_ends_them(players):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    long_ago = add_months(timezone.localdate(), -30)
    change = report(players, case.record, "change", decision_date=long_ago.isoformat())
    records.confirm_change(players.colleague, change)
    assert AdverseRecord.objects.get(pk=case.record_id).status == R.EXPIRED
    assert ended(case, "T-03")


def test_a_change_upstream_after_which_the_record_lives_on_ends_nothing(players):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    change = report(players, case.record, "change", fine_amount="1.00")
    records.confirm_change(players.colleague, change)
    assert fresh(case).status == S.ACCEPTED


def test_a_case_left_open_is_found(players):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    AdverseRecord.objects.filter(pk=case.record_id).update(status=R.REVOKED)
    assert [broken.promise for broken in walk(["case"])] == ["case"]


def test_every_kind_that_may_end_has_its_reason():
    from casework.kinds import all_kinds
    from policy.packs.reading import FOLDER
    from policy.packs.reasons import read_reasons

    reasons = {reason.code: reason for reason in read_reasons(FOLDER / "reasons.toml")[0]}
    for status, codes in {R.REVOKED: ("T-01", "T-02"), R.EXPIRED: ("T-03",), R.REPAIRED: ("T-04",)}.items():
        for code in codes:
            assert set(ENDS[status]) <= set(reasons[code].kinds) and reasons[code].basis_title
    assert set(ENDS[R.REVOKED]) == {kind.code for kind in all_kinds()}


@pytest.mark.django_db(transaction=True)
def test_deciding_and_annulling_at_once_come_to_one_end():
    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 1)
    deferral = deferral_about(players, case.record)
    change = report(players, case.record)
    results = together(
        lambda: actions.decide(players.approver, case, S.APPROVED),
        lambda: actions.accept(players.officer, deferral),
        lambda: records.confirm_change(players.colleague, change),
    )
    assert winners(results)
    assert all(isinstance(error, Refused) for error in results if isinstance(error, Exception)), results
    assert AdverseRecord.objects.get(pk=case.record_id).status == R.REVOKED
    assert fresh(case).status in (S.APPROVED, S.ENDED)
    assert fresh(deferral).status == S.ENDED
    assert list(walk()) == []

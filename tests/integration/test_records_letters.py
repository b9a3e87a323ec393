"""What letters about a record say: by the rules of the day, and as the record stands."""

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from casework import actions as cases
from casework.models import Case
from config import journey
from journal import actions as journal
from notices.documents import context_of
from notices.models import Notice
from objections.actions import verify
from policy.models import Rule
from records import actions
from records.actions.letters import tell
from records.models import AdverseRecord
from tests import records_world
from tests.integration.test_casework_cells import bring_to
from tests.records_world import draft

pytestmark = pytest.mark.django_db


def take(**changes):
    with journal.journalled():
        outcome, record, reasons = actions.register(draft(**changes), None, None)
    assert outcome == "taken", reasons
    return record


def text_of(notice: Notice) -> str:
    context = context_of(notice.kind, notice.facts, issued_at=notice.issued_at, number=notice.number, check_code="X")
    return render_to_string(f"notices/pdf/{notice.kind}.html", context)


def letter(record, kind) -> Notice:
    return Notice.objects.get(thing_type="records.adverserecord", thing_id=str(record.pk), kind=kind)


def test_the_guidance_names_conditions_and_materials_as_the_rules_have_them():
    records_world.office()
    rule = Rule.objects.get(key="repair.conditions", effective_until=None)
    rule.value = ["达到最短公示期限。", "参加信用修复培训。"]
    rule.save()
    record = take()
    guidance = letter(record, Notice.Kind.REPAIR_GUIDANCE)
    assert guidance.facts["conditions"] == rule.value
    assert "参加信用修复培训" in text_of(guidance)
    assert "全部履行" not in text_of(guidance).split("申请材料")[0].split("修复条件")[1]
    assert rule.pk in guidance.rule_ids
    materials = Rule.objects.get(key="repair.materials")
    assert all(item in text_of(guidance) for item in materials.value)
    assert materials.pk in guidance.rule_ids


def test_letters_about_a_record_whose_time_is_over_offer_no_repair():
    records_world.office()
    record = take(decision_date=dt.date(2025, 1, 6))
    assert record.status == AdverseRecord.Status.EXPIRED
    for kind in (Notice.Kind.ADVERSE_RECORD, Notice.Kind.REPAIR_GUIDANCE):
        told = text_of(letter(record, kind))
        assert "最长公示期已于2026年1月6日届满" in told
        assert "起公示" not in told
        assert "可以申请信用修复" not in told


def test_letters_about_what_was_withheld_beyond_its_term_say_so():
    records_world.office()
    record = take(decision_date=dt.date(2020, 1, 6), category="警告", fine_amount=None, content="警告")
    assert (record.status, record.publicity_from) == (AdverseRecord.Status.EXPIRED, None)
    for kind in (Notice.Kind.ADVERSE_RECORD, Notice.Kind.REPAIR_GUIDANCE):
        told = text_of(letter(record, kind))
        assert "披露期限已经届满，不再披露和使用" in told
        assert "于届满" not in told and "可以申请信用修复" not in told


def test_a_correction_that_ends_publicity_is_told_so():
    world = records_world.office()
    record = take()
    with journal.journalled():
        record = actions.correct(record, world.officer, "decision_date", "2025-01-06", "YY1")
        notice = tell(record, Notice.Kind.RECORD_CORRECTED, world.officer)
    assert "最长公示期已于2026年1月6日届满，终止公示" in text_of(notice)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("fine_amount", "2000000.00", "更正后，该信息为严重失信信息，公示至"),
        ("category", "警告", "更正后，该信息为一般失信信息，公示至"),
        ("decision_date", "2024-01-08", "最长公示期已于2025年1月8日届满，终止公示"),
    ],
)
def test_the_result_of_an_objection_tells_the_dates_that_it_moved(field, value, said):
    players = journey.cast()
    case = bring_to(players, "objection", Case.Status.ACCEPTED, 8300)
    verify(players.officer, case, remedy="correct", field=field, corrected_value=value)
    cases.recommend(players.officer, case, Case.Status.UPHELD, "属实")
    cases.decide(players.approver, case, Case.Status.UPHELD)
    notice = Notice.objects.get(kind=Notice.Kind.OBJECTION_RESULT)
    record = AdverseRecord.objects.get(pk=case.record_id)
    told = text_of(notice)
    assert said in told
    assert notice.facts["objection"]["after"]["publicity_until"] == record.publicity_until.isoformat()
    assert notice.facts["objection"]["after"]["ended"] == (record.status == AdverseRecord.Status.EXPIRED)
    assert set(record.rule_ids) <= set(notice.rule_ids)
    assert timezone.localdate().isoformat() == notice.facts["effective_on"]

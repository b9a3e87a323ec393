"""What may not be collected at all (山东省社会信用条例 第十三条): told with its article, by the rules of the day."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from policy.models import Rule
from records.actions import register
from records.intake.collecting import CORRECTED, SUMMARY, not_collected
from records.intake.validation import check
from records.models import AdverseRecord
from tests.records_world import draft, office

WARNED = {"category": "警告", "content": "警告", "fine_amount": None}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({**WARNED, "content": "违法行为轻微并及时改正，没有造成危害后果，给予警告"}, "corrected_minor", "content"),
        ({**WARNED, "facts": "当事人主动消除危害后果"}, "corrected_minor", "facts"),
        ({**WARNED, "facts": "案发后，当事人已经改正。"}, "corrected_minor", "facts"),
        ({**WARNED, "remark": "危害后果已消除"}, "corrected_minor", "remark"),
        ({"minor_declared": True, "facts": "当事人主动减轻违法行为危害后果"}, "corrected_minor", "facts"),
        ({**WARNED, "document_number": "青工商不予处字〔2026〕第162号"}, "not_punished", "document_number"),
        ({**WARNED, "document_number": "青市监不予处罚〔2026〕162号"}, "not_punished", "document_number"),
        ({**WARNED, "category": "不予行政处罚"}, "not_punished", "category"),
        ({**WARNED, "category": "", "content": "决定对当事人不予行政处罚。"}, "not_punished", "content"),
        ({**WARNED, "category": "其他-首违不罚"}, "not_punished", "category"),
        ({"document_number": "青税简罚〔2026〕1号"}, "summary_procedure", "document_number"),
        ({"procedure": "简易程序"}, "summary_procedure", "procedure"),
    ],
)
def test_it_is_not_collected(db, changes, code, field):
    [reason] = check(draft(**changes))
    assert (reason.code, reason.field, reason.basis) == (code, field, "《山东省社会信用条例》第十三条")
    assert "删去这一行" in reason.cure


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": "当事人主动消除危害后果"},  # fined 20,000: not a minor matter
        {**WARNED, "content": "警告，责令当事人及时改正"},
        {**WARNED, "facts": "责令限期改正，逾期未改正"},
        {**WARNED, "facts": "当事人拒不及时整改"},
        {**WARNED, "facts": "当事人未主动消除危害后果"},
        {**WARNED, "remark": "已整改完毕"},  # perhaps long after the decision
        {"content": "对未亮照的行为不予处罚；对虚假宣传罚款人民币贰万元。"},
        {**WARNED},
    ],
)
def test_it_is_collected(db, changes):
    assert check(draft(**changes)) == []


@pytest.mark.parametrize(
    ("key", "changes"),
    [(SUMMARY, {"procedure": "简易程序"}), (CORRECTED, {**WARNED, "content": "主动消除危害后果，警告"})],
)
def test_the_rule_decides(db, key, changes):
    row = draft(**changes)
    assert [reason.code for reason in not_collected(row)]
    rule = Rule.objects.get(key=key)
    Rule.objects.filter(pk=rule.pk).update(value=True)
    rule.refresh_from_db()
    rule.save()
    assert not_collected(row) == []
    rule.value, rule.effective_until = False, timezone.localdate() - dt.timedelta(days=1)
    rule.save()
    assert not_collected(row) == [], "a rule of the past forbids nothing"


def test_nothing_of_it_is_stored(db):
    world = office()
    with transaction.atomic():
        outcome, record, [reason] = register(draft(**WARNED, facts="当事人主动消除危害后果"), None, world.officer)
    assert (outcome, record, reason.code) == ("refused", None, "corrected_minor")
    assert not AdverseRecord.objects.exists()

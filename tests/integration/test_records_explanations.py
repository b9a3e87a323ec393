"""自主解释: written by the subject, looked at by the lead office, shown beside the record, taken back at will."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from parties.identity import identity_check_character
from policy.models import Rule
from policy.verdict import Refused
from records import actions, queries
from records.life import guards
from records.life.models import Explanation
from records.models import AdverseRecord
from tests.integration.test_records_sweep import fresh, take
from tests.records_world import office

pytestmark = pytest.mark.django_db
S = Explanation.Status
TEXT = "标签由印刷厂误印，已全部召回，并更换了供应商。"


@pytest.fixture
def world(db):
    return office()


def test_it_is_shown_after_moderation_and_taken_back_at_will(world):
    record = take()
    explanation = actions.explain(world.enterprise, record, TEXT)
    assert (explanation.status, queries.explanation_of(record)) == (S.PENDING, None)
    actions.show_explanation(world.approver, explanation)
    assert queries.explanation_of(record).text == TEXT
    actions.withdraw_explanation(world.enterprise, explanation)
    assert queries.explanation_of(record) is None
    assert Explanation.objects.get().status == S.WITHDRAWN, "kept"
    told = list(Entry.objects.filter(thing_id=str(record.pk), verb__contains="expla").values_list("verb", flat=True))
    assert told == ["records.explain", "records.show_explanation", "records.withdraw_explanation"]
    assert fresh(record).status == AdverseRecord.Status.PUBLICISED, "it changes nothing about the record"


def test_the_old_version_stays_until_the_new_one_is_accepted(world):
    record = take()
    first = actions.show_explanation(world.approver, actions.explain(world.enterprise, record, "第一版"))
    actions.explain(world.enterprise, record, "第二版，写错了")
    third = actions.explain(world.enterprise, record, "第三版")
    assert queries.explanation_of(record) == first
    actions.show_explanation(world.lead_officer, third)
    assert queries.explanation_of(record) == third
    states = dict(record.explanations.values_list("number", "status"))
    assert states == {1: S.SUPERSEDED, 2: S.WITHDRAWN, 3: S.LIVE}


def test_a_declined_one_is_never_shown_and_says_why(world, client):
    record = take()
    explanation = actions.explain(world.enterprise, record, "这事是隔壁张某的错。")
    with pytest.raises(Refused):
        actions.decline_explanation(world.approver, explanation, [])
    actions.decline_explanation(world.approver, explanation, ["X-F01"], "请删去张某。")
    assert queries.explanation_of(record) is None
    client.force_login(world.enterprise)
    page = client.get(reverse("records:explanation", args=[record.public_id])).content.decode()
    assert "请删去他人的个人信息后重新提交。" in page and "请删去张某。" in page


#: who -> (may explain, may moderate, may take back)
WHO = {
    "enterprise": (True, False, True),
    "stranger": (False, False, False),
    "officer": (False, False, False),
    "colleague": (False, False, False),
    "lead_officer": (False, True, False),
    "approver": (False, True, False),
    "auditor": (False, False, False),
    "administrator": (False, False, False),
    "platform": (False, False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_what(world, who):
    record = take()
    actor, (explains, moderates, withdraws) = getattr(world, who), WHO[who]
    explanation = actions.explain(world.enterprise, record, TEXT)
    assert bool(guards.can_explain(actor, record)) == explains
    assert bool(guards.can_moderate(actor, explanation)) == moderates
    assert bool(guards.can_withdraw_explanation(actor, explanation)) == withdraws
    before = Entry.objects.count()
    for allowed, attempt in (
        (explains, lambda: actions.explain(actor, record, TEXT)),
        (moderates, lambda: actions.show_explanation(actor, explanation)),
        (moderates, lambda: actions.decline_explanation(actor, explanation, ["X-F01"])),
        (withdraws, lambda: actions.withdraw_explanation(actor, explanation)),
    ):
        if not allowed:
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.verdict.reason
    assert Entry.objects.count() == before


#: status -> verbs that are allowed in it
VERBS = {S.PENDING: {"show", "decline", "withdraw"}, S.LIVE: {"withdraw"}}


@pytest.mark.parametrize("status", list(S))
def test_every_verb_in_every_state(world, status):
    record = take()
    explanation = actions.explain(world.enterprise, record, TEXT)
    Explanation.objects.filter(pk=explanation.pk).update(status=status)
    for verb, attempt in {
        "show": lambda: actions.show_explanation(world.approver, explanation),
        "decline": lambda: actions.decline_explanation(world.approver, explanation, ["X-F02"]),
        "withdraw": lambda: actions.withdraw_explanation(world.enterprise, explanation),
    }.items():
        if verb in VERBS.get(status, ()):
            with transaction.atomic():
                attempt()
                transaction.set_rollback(True)
        else:
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.status == 409
        assert Explanation.objects.get().status == status


ID_NUMBER = "37029919900307881" + identity_check_character("37029919900307881")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\u200b \n", "empty"),
        ("很" * 501, "too_long"),
        (f"联系人身份证{ID_NUMBER}。", "private"),
        ("请打13812345678。", "private"),
        ("请打 138-1234-5678。", "private"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(world, text, code):
    with pytest.raises(Refused) as refused:
        actions.explain(world.enterprise, take(), text)
    assert (refused.value.verdict.code, refused.value.status) == (code, 422)


def test_length_is_a_rule_and_lines_count_once(world):
    record = take()
    actions.explain(world.enterprise, record, "一\r\n" * 249 + "好好")
    rule = Rule.objects.get(key="explanation.maximum_characters")
    rule.value = 10
    rule.save()
    with pytest.raises(Refused):
        actions.explain(world.enterprise, record, "一" * 11)
    actions.explain(world.enterprise, record, "一" * 10)


def test_codes_and_documents_are_no_private_numbers(world):
    actions.explain(world.enterprise, take(), "罚款 20000.00 元已缴，票据 123456789012，文号 青市监处罚〔2026〕12号。")


def test_a_record_that_no_longer_counts_needs_none(world):
    record = take()
    AdverseRecord.objects.filter(pk=record.pk).update(status=AdverseRecord.Status.REVOKED)
    with pytest.raises(Refused) as refused:
        actions.explain(world.enterprise, fresh(record), TEXT)
    assert refused.value.verdict.code == "not_live"


def test_the_database_keeps_one_live_one_pending_and_two_people(world):
    record = take()
    first = actions.explain(world.enterprise, record, "一")
    row = {"record": record, "text": "二", "submitted_by": world.enterprise, "submitted_at": timezone.now()}
    for number, status in ((7, S.PENDING), (8, S.LIVE), (9, S.LIVE)):
        if number == 8:
            Explanation.objects.create(**row, number=number, status=status)
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            Explanation.objects.create(**row, number=number, status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        Explanation.objects.filter(pk=first.pk).update(moderated_by=world.enterprise)


def test_pages(world, client):
    record = take()
    url = reverse("records:explanation", args=[record.public_id])
    client.force_login(world.enterprise)
    assert url in client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert client.post(url, {"text": "请打13812345678。"}).status_code == 422
    client.post(url, {"text": TEXT + "<script>"})
    explanation = Explanation.objects.get()
    entry = reverse("portal:entry", args=[record.public_id])
    assert TEXT not in client.get(entry).content.decode()
    client.force_login(world.officer)
    assert client.get(reverse("records:moderate", args=[explanation.pk])).status_code == 403
    assert TEXT not in client.get(reverse("records:changes")).content.decode()
    client.force_login(world.approver)
    assert TEXT in client.get(reverse("records:changes")).content.decode()
    moderate = reverse("records:moderate", args=[explanation.pk])
    assert client.post(moderate, {"verb": "decline"}).status_code == 422
    client.post(moderate, {"verb": "show"})
    client.logout()
    shown = client.get(entry).content.decode()
    assert TEXT + "&lt;script&gt;" in shown
    client.force_login(world.stranger)
    withdraw = reverse("records:withdraw_explanation", args=[explanation.pk])
    assert client.post(withdraw).status_code == 403
    client.force_login(world.enterprise)
    client.post(withdraw)
    assert TEXT not in client.get(entry).content.decode()

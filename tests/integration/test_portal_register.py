"""The public register through the door: harvesting, caches, and what is gone."""

import pytest
from django.db import transaction
from django.urls import reverse

from parties.models import Subject
from portal.views.public import READING
from records import actions
from records.models import AdverseRecord
from tests.integration.test_records_register import identity_number, take
from tests.records_world import code, days_ago, draft, office

pytestmark = pytest.mark.django_db

LISTED = '<li class="xx-result">'


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def record(world):
    return take(draft())[1]


def search(client, text="澄江", **extra):
    return client.get(reverse("portal:register"), {"q": text}, **extra)


def entry(client, record, **extra):
    return client.get(reverse("portal:entry", args=[record.public_id]), **extra)


def end(record, how: str, world) -> None:
    with transaction.atomic():
        if how == "repaired":
            actions.remove_after_repair(record, world.approver, "XF1")
        elif how == "revoked":
            actions.revoke(record, world.approver, "YY1", "测试")
        elif how == "corrected":
            actions.correct(record, world.officer, "minor_declared", True, "YY1")
        else:
            AdverseRecord.objects.filter(pk=record.pk).update(publicity_until=days_ago(1))
            if how == "expired":
                actions.expire(record)


@pytest.mark.parametrize("how", ["repaired", "revoked", "corrected", "expired", "over, sweep not yet run"])
def test_what_left_publicity_is_gone_at_once_from_entry_and_search(client, world, record, how):
    before = entry(client, record)
    assert before.status_code == 200 and LISTED in search(client).content.decode()

    end(record, how, world)

    after = entry(client, record, HTTP_IF_NONE_MATCH=before["ETag"])
    page = after.content.decode()
    assert after.status_code == 410
    assert "这条信息不再公示" in page
    for told in (
        record.subject_name,
        "澄江",
        code(11),
        record.document_number,
        record.authority.name,
        "修复，",
        "撤销",
    ):
        assert told not in page.split("<main", 1)[1].split("</main>", 1)[0], told
    assert "no-store" in after["Cache-Control"] and "noindex" in after["X-Robots-Tag"]
    for text in ("澄江", code(11)):
        found = search(client, text)
        assert LISTED not in found.content.decode() and record.public_id not in found.content.decode()


def test_what_was_never_public_looks_as_if_it_did_not_exist(client, world):
    _outcome, minor, _reasons = take(draft(category="警告", content="警告。", fine_amount=None))
    person = {"subject_kind": "person", "subject_code": "", "identity_number": identity_number()}
    _outcome, private, _reasons = take(draft(subject_name="田小禾", **person))
    answers = [entry(client, record) for record in (minor, private)]
    answers.append(client.get(reverse("portal:entry", args=["RNOSUCHRECORD"])))
    answers.append(client.get("/register/%00/"))
    assert [answer.status_code for answer in answers] == [404] * 4
    pages = {answer.content.decode().split("<main", 1)[1] for answer in answers}
    assert len(pages) == 1
    with transaction.atomic():
        actions.expire(minor)
        actions.remove_after_repair(private, None, "XF2")
    assert [entry(client, record).status_code for record in (minor, private)] == [404, 404]


def test_caches_keep_an_entry_for_less_than_a_minute_and_then_ask(client, world, record):
    first = entry(client, record)
    control = dict(part.strip().partition("=")[::2] for part in first["Cache-Control"].split(","))
    assert int(control["max-age"]) < 60 and "must-revalidate" in control and "private" in control
    assert "noindex" in first["X-Robots-Tag"] and '<meta name="robots" content="noindex' in first.content.decode()
    again = entry(client, record, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304 and not again.content

    with transaction.atomic():
        actions.set_objection_mark(record, world.officer, True, "YY1")
    changed = entry(client, record, HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200 and "异议核查中" in changed.content.decode()
    assert changed["ETag"] != first["ETag"]


def test_a_search_is_kept_by_nobody(client, record):
    answer = search(client)
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]


def test_harvesting_is_slowed_down_politely_for_one_address(client, world, record):
    minute = READING[0]
    statuses = [entry(client, record).status_code for _ in range(minute.tries // 2)]
    statuses += [search(client).status_code for _ in range(minute.tries - len(statuses))]
    assert set(statuses) == {200}
    for answer in (search(client), entry(client, record)):
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= minute.seconds
        assert "查得太快了" in answer.content.decode()
    assert search(client, REMOTE_ADDR="192.0.2.9").status_code == 200
    assert client.get(reverse("portal:register")).status_code == 200, "the empty form is not counted"
    client.force_login(world.officer)
    assert search(client).status_code == 200, "the office's own people are known"
    client.force_login(world.enterprise)
    assert search(client).status_code == 429


@pytest.mark.parametrize(
    ("text", "said"),
    [("有限公司", "几乎每个名称里都有"), ("澄", "一个字太少了"), ("没有这家店", "没有找到")],
)
def test_an_empty_answer_says_what_to_do(client, record, text, said):
    page = search(client, text).content.decode()
    assert said in page and LISTED not in page


def test_many_are_said_to_be_more_and_every_page_of_them_opens(client, world, monkeypatch):
    monkeypatch.setattr("records.search.finding.MOST", 25)
    subject = Subject.objects.get(code=code(11))
    for number in range(27):
        take(draft(document_number=f"青市监处罚〔2026〕{number + 1}号", decision_date=days_ago(number + 1)))
    first = search(client, subject.code).content.decode()
    assert "超过 25 条" in first and first.count(LISTED) == 20
    second = client.get(reverse("portal:register"), {"q": subject.code, "page": 2}).content.decode()
    assert second.count(LISTED) == 5
    newest = AdverseRecord.objects.order_by("-decision_date").first()
    assert newest.document_number in first


def test_a_page_asks_the_database_as_often_for_many_as_for_one(client, world, django_assert_max_num_queries):
    for number in range(12):
        take(draft(document_number=f"青市监处罚〔2026〕{number + 1}号"))
    with django_assert_max_num_queries(5):
        assert search(client).content.decode().count(LISTED) == 12

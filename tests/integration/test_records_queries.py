"""Queries and credit statements: who may ask, what is kept, what is shown, and for how long."""

import csv
import datetime as dt
import io
import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from config.invariants import walk
from journal.models import Entry
from notices import tasks
from notices.models import Notice
from parties.models import Agency, Subject
from policy.verdict import Refused
from records import actions as records
from records.enquiries import guards, listing
from records.enquiries.actions import Question, ask, ask_own, issue_statement, release, statement_of
from records.models import AdverseRecord, Explanation, QueryRecord
from tests.integration.test_records_register import identity_number, take
from tests.records_world import code, days_ago, draft, office

pytestmark = pytest.mark.django_db

PERSON = "田小禾"


@pytest.fixture
def world(db):
    world = office()
    world.record = take(draft())[1]
    world.person_record = take(
        draft(subject_kind="person", subject_code="", subject_name=PERSON, identity_number=identity_number())
    )[1]
    return world


def picture(name="授权书.png"):
    buffer = io.BytesIO()
    Image.new("RGB", (300, 400), "#fffdf6").save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def authorised(**changes) -> Question:
    values = {
        "kind": "authorised",
        "code": code(11),
        "purpose": "投标资格审查",
        "recipient": "青禾区招标办公室",
        "authorised_by": "青禾澄江食品有限公司",
        "authorised_on": days_ago(3),
        "proof": picture(),
    }
    return Question(**{**values, **changes})


def statutory(**changes) -> Question:
    values = {
        "kind": "statutory",
        "code": code(11),
        "purpose": "许可审查",
        "basis_title": "《中华人民共和国行政许可法》",
        "basis_article": "第三十四条",
    }
    return Question(**{**values, **changes})


# --- About oneself ---------------------------------------------------------------------------------------


def test_ones_own_statement_in_one_click(world, client):
    client.force_login(world.enterprise)
    page = client.get(reverse("portal:my_records")).content.decode()
    assert reverse("records:own_query") in page
    response = client.post(reverse("records:own_query"), {"subject": world.subject.pk})
    notice = Notice.objects.get(kind=Notice.Kind.CREDIT_STATEMENT)
    assert response.status_code == 302 and response["Location"] == reverse("notices:detail", args=[notice.number])
    assert notice.number.startswith("青信修查〔") and notice.rendering == Notice.Rendering.PENDING
    statement = notice.facts["statement"]
    assert (statement["total"], statement["kind"]) == (1, "own")
    assert statement["records"][0]["document_number"] == world.record.document_number
    query = QueryRecord.objects.get()
    assert (query.kind, query.asked_by, query.subject, query.asked_for) == (
        "own",
        world.enterprise,
        world.subject,
        code(11),
    )
    assert client.get(reverse("notices:detail", args=[notice.number])).status_code == 200


def test_the_subjects_explanation_stands_beside_its_record(world):
    Explanation.objects.create(
        record=world.record, number=1, text="已经改正。", status="live", submitted_by=world.enterprise,
        submitted_at=timezone.now(),
    )  # fmt: skip
    notice = ask_own(world.enterprise, world.subject)
    assert notice.facts["statement"]["records"][0]["explanation"] == "已经改正。"


def test_the_same_again_is_the_same_statement_until_something_changes(world):
    first = ask_own(world.enterprise, world.subject)
    assert ask_own(world.enterprise, world.subject) == first
    with transaction.atomic():
        records.set_objection_mark(world.record, world.officer, True, "YY1")
    second = ask_own(world.enterprise, world.subject)
    assert second != first and second.facts["statement"]["records"][0]["objection"] is True
    assert QueryRecord.objects.count() == 2


@pytest.mark.parametrize("how", ["repaired", "revoked", "over", "deferred"])
def test_what_ended_is_not_in_it_and_nothing_says_that_it_was(world, how):
    with transaction.atomic():
        if how == "repaired":
            records.remove_after_repair(world.record, world.approver, "XF1")
        elif how == "revoked":
            records.revoke(world.record, world.approver, "YY1", "测试")
        elif how == "deferred":
            AdverseRecord.objects.filter(pk=world.record.pk).update(status="deferred", deferred_until=days_ago(-30))
        else:
            AdverseRecord.objects.filter(pk=world.record.pk).update(publicity_until=days_ago(1))
    notice = ask_own(world.enterprise, world.subject)
    assert notice.facts["statement"]["total"] == 0 and notice.facts["statement"]["records"] == []
    said = json.dumps(notice.facts, ensure_ascii=False)
    assert world.record.document_number not in said and "修复" not in said and "撤销" not in said


@pytest.mark.parametrize("who", ["stranger", "officer", "approver", "auditor", "administrator", "platform"])
def test_only_who_acts_for_a_subject_gets_its_own_statement(world, client, who):
    client.force_login(getattr(world, who))
    response = client.post(reverse("records:own_query"), {"subject": world.subject.pk})
    assert response.status_code == 403 and "不代表这个主体" in response.content.decode()
    assert not QueryRecord.objects.exists() and not Notice.objects.filter(kind="credit_statement").exists()


@pytest.mark.parametrize("subject", ["", "x", "0", "-1", "99999999", "٣"])
def test_a_subject_that_does_not_exist(world, client, subject):
    client.force_login(world.enterprise)
    assert client.post(reverse("records:own_query"), {"subject": subject}).status_code == 404


def test_a_persons_number_is_masked_everywhere(world, client):
    person = world.person_record.subject
    clerk = world.stranger
    Agency.objects.create(user=clerk, subject=person)
    notice = ask_own(clerk, person)
    number = person.identity_number
    said = json.dumps(notice.facts, ensure_ascii=False) + QueryRecord.objects.get().asked_for
    said += "".join(json.dumps(entry.data) for entry in Entry.objects.all())
    assert number not in said and number[:4] + "*" * 10 + number[-4:] in said
    assert notice.facts["statement"]["records"][0]["status"] == "不公示"


# --- With authority --------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [authorised, statutory])
def test_a_query_is_kept_whole_and_journaled(world, question):
    query = ask(world.officer, question())
    query.refresh_from_db()
    assert (query.asked_by, query.office, query.subject) == (world.officer, world.market, world.subject)
    assert [item["public_id"] for item in query.shown] == [world.record.public_id]
    entry = Entry.objects.filter(verb="records.query").latest("sequence")
    assert entry.thing_id == str(query.pk) and entry.data["particulars"] == query.digest()
    if query.kind == "authorised":
        assert query.proof.storage.exists(query.proof.name) and query.proof_sha256
        assert query.recipient == "青禾区招标办公室"
    else:
        assert (query.basis_title, query.recipient) == ("中华人民共和国行政许可法", world.market.name)


def test_nobody_is_a_query_too(world):
    query = ask(world.officer, statutory(code=code(99)))
    assert (query.subject, query.shown, query.asked_for) == (None, [], code(99))
    number = "370299199103078" + "812"
    from parties.identity import identity_check_character

    number = number[:17] + identity_check_character(number[:17])
    query = ask(world.officer, statutory(code=number, name="无此人"))
    assert query.subject is None and number not in query.asked_for


@pytest.mark.parametrize(
    ("changes", "code_", "said"),
    [
        ({"code": "123"}, "code", "代码不对"),
        ({"code": ""}, "code", "代码不对"),
        ({"purpose": " "}, "purpose", "用途"),
        ({"kind": "own"}, "kind", "授权查询"),
        ({"authorised_by": ""}, "authorisation", "授权书"),
        ({"proof": None}, "authorisation", "授权书"),
        ({"authorised_on": None}, "authorised_on", "授权日期"),
        ({"authorised_on": dt.date(2999, 1, 1)}, "authorised_on", "授权日期"),
        ({"kind": "statutory"}, "basis", "依据"),
        ({"kind": "statutory", "basis_title": "《》", "basis_article": "第一条"}, "basis", "依据"),
    ],
)
def test_without_a_right_there_is_no_query(world, changes, code_, said):
    with pytest.raises(Refused) as refused:
        ask(world.officer, authorised(**changes))
    assert refused.value.verdict.code == code_ and said in refused.value.verdict.reason
    assert refused.value.status == 400
    assert not QueryRecord.objects.exists()


@pytest.mark.parametrize(("name", "refused"), [("", True), ("田大禾", True), ("田 小禾", False)])
def test_a_person_is_asked_for_by_number_and_name(world, name, refused):
    question = authorised(code=identity_number(), name=name)
    if refused:
        with pytest.raises(Refused):
            ask(world.officer, question)
        assert not QueryRecord.objects.exists()
    else:
        assert len(ask(world.officer, question).shown) == 1


@pytest.mark.parametrize("who", ["enterprise", "auditor", "administrator", "platform"])
def test_only_officers_query_with_authority(world, client, who):
    person = getattr(world, who)
    with pytest.raises(Refused):
        ask(person, statutory())
    client.force_login(person)
    for send in (client.get, client.post):
        assert send(reverse("records:new_query")).status_code == 403


def test_the_database_itself_wants_a_right(world):
    query = ask(world.officer, authorised())
    for broken in ({"authorised_by": ""}, {"proof_sha256": ""}, {"purpose": ""}, {"kind": "statutory"}, {"kind": "?"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QueryRecord.objects.filter(pk=query.pk).update(**broken)


def test_the_form_asks_says_and_shows(world, client):
    client.force_login(world.officer)
    url = reverse("records:new_query")
    empty = client.post(url, {})
    assert empty.status_code == 400
    missing = client.post(url, {"code": code(11), "purpose": "测试", "kind": "authorised"}).content.decode()
    assert all(sentence in missing for sentence in ("请填写授权人", "请填写授权书上的日期", "请上传授权书"))
    fields = {"code": code(11).lower(), "purpose": "测试", "kind": "authorised", "authorised_by": "<b>甲</b>"}
    fields |= {"authorised_on": days_ago(2).isoformat()}
    broken = client.post(url, {**fields, "proof": SimpleUploadedFile("a.pdf", b"%PDF-nothing")})
    assert broken.status_code == 400 and "a.pdf" in broken.content.decode()
    wrong = client.post(url, {**fields, "code": "91370299", "proof": picture()})
    assert wrong.status_code == 400 and "代码不对" in wrong.content.decode()
    made = client.post(url, {**fields, "proof": picture()})
    query = QueryRecord.objects.get()
    assert made["Location"] == reverse("records:query", args=[query.pk])
    page = client.get(made["Location"]).content.decode()
    assert world.record.document_number in page and "<b>甲" not in page
    assert client.get(reverse("records:query_proof", args=[query.pk, 1]))["Content-Type"] == "image/png"
    assert client.get(reverse("records:query_proof", args=[query.pk, 2])).status_code == 404


# --- Seeing that it was done -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees", "shown"),
    [
        ("officer", True, True),  # who asked, on the day
        ("colleague", False, False),  # another office
        ("approver", False, False),
        ("auditor", True, True),
        ("administrator", True, False),
        ("enterprise", False, False),
        ("platform", False, False),
    ],
)
def test_who_sees_a_query_and_what_it_showed(world, client, who, sees, shown):
    query = ask(world.officer, authorised())
    person = getattr(world, who)
    client.force_login(person)
    response = client.get(reverse("records:query", args=[query.pk]))
    assert response.status_code == (200 if sees else 403)
    assert (world.record.document_number in response.content.decode()) is shown
    assert bool(guards.can_see(person, query)) == listing.queries_for(person).filter(pk=query.pk).exists() == sees
    assert client.get(reverse("records:query_proof", args=[query.pk, 1])).status_code == (200 if sees else 403)


def test_the_answer_is_for_the_day_and_for_whom_it_was_asked(world, client):
    query = ask(world.officer, authorised())
    QueryRecord.objects.filter(pk=query.pk).update(asked_at=timezone.now() - dt.timedelta(days=1, minutes=1))
    client.force_login(world.officer)
    page = client.get(reverse("records:query", args=[query.pk])).content.decode()
    assert world.record.document_number not in page and "只在查询当天" in page
    with pytest.raises(Refused) as refused:
        issue_statement(world.officer, query)
    assert refused.value.verdict.code == "over"
    client.force_login(world.auditor)
    assert world.record.document_number in client.get(reverse("records:query", args=[query.pk])).content.decode()


def test_an_authorised_query_is_issued_once_and_its_office_may_read_it(world, client):
    query = ask(world.officer, authorised())
    client.force_login(world.officer)
    first = client.post(reverse("records:query_statement", args=[query.pk]))
    again = client.post(reverse("records:query_statement", args=[query.pk]))
    assert first["Location"] == again["Location"]
    notice = statement_of(query)
    assert (notice.addressee, notice.issuer) == (world.subject, world.lead)
    assert notice.facts["statement"]["recipient"] == "青禾区招标办公室"
    for who, status in (("officer", 200), ("enterprise", 200), ("colleague", 403), ("stranger", 403)):
        client.force_login(getattr(world, who))
        assert client.get(first["Location"]).status_code == status, who


def test_a_statutory_query_and_an_unknown_code_give_no_statement(world, client):
    unknown = ask(world.officer, authorised(code=code(99)))
    for query, why in ((ask(world.officer, statutory()), "not_authorised"), (unknown, "nobody")):
        with pytest.raises(Refused) as refused:
            issue_statement(world.officer, query)
        assert refused.value.verdict.code == why and refused.value.verdict.cure
        client.force_login(world.officer)
        page = client.get(reverse("records:query", args=[query.pk])).content.decode()
        assert reverse("records:query_statement", args=[query.pk]) not in page


def test_a_subject_sees_what_it_asked_and_authorised_but_not_investigations(world, client):
    ask_own(world.enterprise, world.subject)
    ask(world.officer, authorised())
    ask(world.officer, statutory(purpose="办案用途"))
    client.force_login(world.enterprise)
    page = client.get(reverse("records:about_me")).content.decode()
    assert "青禾区招标办公室" in page and "本人查询" in page and "办案用途" not in page
    client.force_login(world.stranger)
    assert "青禾区招标办公室" not in client.get(reverse("records:about_me")).content.decode()


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({}, 3),
        ({"q": "澄江"}, 2),
        ({"q": "__code__"}, 2),
        ({"q": "没有"}, 0),
        ({"asked_by": "officer"}, 3),
        ({"asked_by": "没有"}, 0),
        ({"kind": "statutory"}, 2),
        ({"since": "2999-01-01"}, 0),
        ({"until": "2000-01-01"}, 0),
        ({"until": "9999-12-31"}, 3),
        ({"since": "昨天"}, 3),
        ({"kind": "?"}, 3),
    ],
)
def test_list_and_export_narrow_alike(world, client, wanted, rows):
    ask(world.officer, authorised(purpose="=1+1", recipient="@甲"))
    ask(world.officer, statutory())
    ask(world.officer, statutory(code=code(99)))
    wanted = {name: code(11) if value == "__code__" else value for name, value in wanted.items()}
    client.force_login(world.auditor)
    page = client.get(reverse("records:queries"), wanted)
    assert page.status_code == 200 and page.context["page_obj"].paginator.count == rows
    answer = client.get(reverse("records:export_queries"), wanted)
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(table) == rows + 1
    assert not [cell for line in table[1:] for cell in line if cell.startswith(("=", "+", "-", "@"))]
    entry = Entry.objects.get(verb="records.export_queries")
    assert entry.data["rows"] == rows and entry.actor_id == world.auditor.pk


@pytest.mark.parametrize(("who", "status"), [("officer", 403), ("administrator", 403), ("enterprise", 403)])
def test_only_the_auditor_takes_the_list_out(world, client, who, status):
    client.force_login(getattr(world, who))
    assert client.get(reverse("records:export_queries")).status_code == status


def test_an_office_lists_its_own_queries_only(world, client):
    ask(world.officer, authorised())
    ask(world.colleague, statutory(purpose="应急检查"))
    client.force_login(world.colleague)
    page = client.get(reverse("records:queries")).content.decode()
    assert "应急检查" in page and "投标资格审查" not in page


# --- Keeping ---------------------------------------------------------------------------------------------


def old(query, years=5, days=1):
    at = timezone.now() - dt.timedelta(days=366 * years + days)
    QueryRecord.objects.filter(pk=query.pk).update(asked_at=at)
    query.refresh_from_db()
    return query


def report(*arguments) -> dict:
    out = StringIO()
    call_command("query_records", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_what_is_old_is_reported_and_stays_until_an_auditor_decides(world):
    query, young = old(ask(world.officer, authorised())), ask(world.officer, authorised(code=code(99)))
    assert report() == {
        "keep_years": 5,
        "over": 1,
        "oldest": timezone.localtime(query.asked_at).date().isoformat(),
        "released": 0,
    }
    for arguments in (
        (),
        ("--auditor", "auditor"),
        ("--decision", "审〔2031〕1号"),
        ("--auditor", "officer", "--decision", "甲"),
    ):
        with pytest.raises(CommandError):
            call_command("query_records", "--release", *arguments)
    file = query.proof
    assert file.storage.exists(file.name) and query.purpose
    assert report("--release", "--auditor", "auditor", "--decision", "审〔2031〕1号")["released"] == 1
    assert report()["over"] == 0
    query.refresh_from_db()
    young.refresh_from_db()
    assert (query.subject, query.asked_for, query.purpose, query.shown, query.authorised_by) == (None, "", "", [], "")
    assert (query.asked_by, query.office, query.released_by) == (world.officer, world.market, world.auditor)
    assert young.purpose and young.proof.storage.exists(young.proof.name)
    assert Entry.objects.filter(verb="records.release_query", actor_id=world.auditor.pk).count() == 1


def test_nothing_goes_before_its_time_and_only_once(world):
    query = ask(world.officer, authorised())
    with pytest.raises(Refused) as refused:
        release(world.auditor, query, "审1")
    assert refused.value.verdict.code == "kept" and "第四十五条" in str(refused.value.verdict.basis)
    old(query)
    with pytest.raises(Refused):
        release(world.administrator, query, "审1")
    with pytest.raises(Refused):
        release(world.auditor, query, " ")
    release(world.auditor, query, "审1")
    with pytest.raises(Refused) as refused:
        release(world.auditor, query, "审1")
    assert refused.value.verdict.code == "released"


@pytest.mark.parametrize("day", [0, 1])
def test_the_last_day_of_keeping_is_kept(world, day):
    query = ask(world.officer, authorised())
    until = guards.kept_until(query)
    today = until + dt.timedelta(days=day)
    assert bool(guards.can_release(world.auditor, query, today)) is bool(day)
    assert listing.kept_long_enough(today).filter(pk=query.pk).exists() is bool(day)


def test_invariants_find_what_was_altered(world):
    query = ask(world.officer, authorised())
    ask_own(world.enterprise, world.subject)
    assert list(walk(["query"])) == []
    QueryRecord.objects.filter(pk=query.pk).update(purpose="另一个用途")
    assert [broken.row for broken in walk(["query"])] == [f"records.queryrecord/{query.pk}"]


def test_invariants_find_a_lost_proof_and_are_content_with_a_release(world):
    query = old(ask(world.officer, authorised()))
    assert [broken.promise for broken in walk(["query"])] == ["query"], "the time of asking was altered"
    release(world.auditor, query, "审1")
    assert list(walk(["query"])) == []
    other = ask(world.officer, authorised())
    other.proof.storage.delete(other.proof.name)
    assert [broken.row for broken in walk(["query"])] == [f"records.queryrecord/{other.pk}"]


def test_invariants_find_a_statement_without_a_query(world):
    notice = ask_own(world.enterprise, world.subject)
    Notice.objects.filter(pk=notice.pk).update(thing_id="999999")
    assert [broken.row for broken in walk(["query"])] == [f"notices.notice/{notice.pk}"]


def test_invariants_find_a_public_record_that_the_search_would_miss(world):
    assert list(walk(["register"])) == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_registername")
    assert [broken.row for broken in walk(["register"])] == [f"records.adverserecord/{world.record.pk}"]


def test_the_statement_is_drawn_in_the_background_and_served_like_every_letter(world, client, monkeypatch):
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    notice = ask_own(world.enterprise, world.subject)
    assert tasks.render(notice.pk) == "rendered"
    client.force_login(world.enterprise)
    assert client.get(reverse("notices:pdf", args=[notice.number]))["Content-Type"] == "application/pdf"
    notice.refresh_from_db()
    assert notice.service.received_by == world.enterprise
    page = client.post(reverse("notices:verify"), {"number": notice.number, "check_code": notice.check_code})
    assert "信用信息查询报告" in page.content.decode()


def test_nobody_signed_out_gets_anywhere(world, client):
    query = ask(world.officer, authorised())
    for name, arguments in (
        ("queries", []), ("new_query", []), ("query", [query.pk]), ("query_proof", [query.pk, 1]),
        ("export_queries", []), ("about_me", []),
    ):  # fmt: skip
        response = client.get(reverse(f"records:{name}", args=arguments))
        assert response.status_code == 302 and "login" in response["Location"], name
    assert client.post(reverse("records:own_query"), {"subject": world.subject.pk}).status_code in (302, 401)
    assert Subject.objects.filter(pk=world.subject.pk).exists()
